import type { Reading } from '@inkwire/wire/hub';
import { textOf } from './reading-list.ts';

/** What counts, in figures; after a correction, with what the machine had read struck through. */
export function ReadingText({ reading }: { reading: Pick<Reading, 'text' | 'corrected'> }) {
  return (
    <span class="reading-text">
      <span>{inOneLine(textOf(reading))}</span>
      {reading.corrected !== null && <s>{inOneLine(reading.text)}</s>}
    </span>
  );
}

const inOneLine = (text: string): string => text.replaceAll('\n', ' ⁄ ');
