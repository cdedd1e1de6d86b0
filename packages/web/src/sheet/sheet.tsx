import { useSignal } from '@preact/signals';
import { words } from '../words/language.ts';
import { ContactSheet } from './contact-sheet.tsx';
import { InkCanvas } from './ink-canvas.tsx';
import { pictures, shownPicture } from './pictures.ts';
import { isDropping } from './receive-pictures.ts';
import { SheetPrint } from './sheet-print.tsx';

/** The paper: ink is written on it, pictures are laid on it. */
export function Sheet() {
  const scale = useSignal(1);
  const hasPictures = pictures.value.length > 0;
  return (
    <div class="sheet" data-dropping={isDropping.value}>
      <div class="sheet-paper">
        <InkCanvas scale={scale} hidden={hasPictures} />
        {shownPicture.value && <SheetPrint key={shownPicture.value.key} picture={shownPicture.value} />}
        {hasPictures && !shownPicture.value && <ContactSheet />}
        <div class="sheet-drop" aria-hidden="true">
          <span>{words.value.sheet.drop}</span>
        </div>
      </div>
    </div>
  );
}
