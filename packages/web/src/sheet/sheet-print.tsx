import { useSignal } from '@preact/signals';
import { BackIcon } from '../frame/icons.tsx';
import { DigitBoxes } from '../reading/digit-boxes.tsx';
import { words } from '../words/language.ts';
import { PictureFace } from './picture-face.tsx';
import { choosePicture, pictures, type SheetPicture } from './pictures.ts';

/** One picture, laid on the sheet like a print, with the boxes over it once it is read. */
export function SheetPrint({ picture }: { picture: SheetPicture }) {
  const { reading, problem } = picture;
  // As it is read, or at least as it is seen: the print is not to change its shape while someone looks at it.
  const seen = useSignal<number | undefined>(undefined);
  const ratio = reading ? reading.width / reading.height : seen.value;
  return (
    <div class="print-frame">
      {pictures.value.length > 1 && (
        <button type="button" class="print-back quiet-button" onClick={() => choosePicture(undefined)}>
          <BackIcon />
          {words.value.sheet.backToAll}
        </button>
      )}
      <div
        class="print"
        data-reading={!reading && !problem}
        style={ratio ? { '--ratio': String(ratio) } : {}}
      >
        <PictureFace picture={picture} onShape={(shape) => void (seen.value = shape)} />
        {reading && <DigitBoxes reading={reading} />}
      </div>
    </div>
  );
}
