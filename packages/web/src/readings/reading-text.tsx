import type { Reading } from '@inkwire/wire/hub';
import { textOf } from './reading-list.ts';

/** The valid text; after a correction, with the machine's text struck through. */
export function ReadingText({ reading }: { reading: Pick<Reading, 'written' | 'corrected'> }) {
  return (
    <span class="reading-text">
      <span>{inOneLine(textOf(reading))}</span>
      {reading.corrected !== null && <s>{inOneLine(reading.written)}</s>}
    </span>
  );
}

const inOneLine = (text: string): string => text.replaceAll('\n', ' ⁄ ');
