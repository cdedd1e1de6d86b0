import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Stroke } from '@inkwire/digits';

/** Digits that no recipe trains on: as grey pictures (255 = white) or as pen strokes. */
export type ForeignDigit =
  | { readonly label: number; readonly side: number; readonly grey: Uint8Array }
  | { readonly label: number; readonly strokes: readonly Stroke[] };

export interface ForeignSet {
  readonly name: string;
  readonly digits: readonly ForeignDigit[];
}

/** A line that is not what the format says. */
const wrong = (file: string, line: number, expected: string) =>
  new Error(`${file}, line ${line + 1}: expected ${expected}`);

/** USPS: a line each, a label and 256 values from −1 (paper) to 1 (ink), 16×16. */
export function parseUsps(text: string, file: string): ForeignDigit[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line, number) => {
      const [label, ...values] = line.trim().split(/\s+/).map(Number);
      if (values.length !== 256 || values.some((value) => !(value >= -1 && value <= 1)))
        throw wrong(file, number, 'a label and 256 values from -1 to 1');
      return {
        label: labelOf(label, file, number),
        side: 16,
        grey: Uint8Array.from(values, (v) => Math.round(127.5 * (1 - v))),
      };
    });
}

/** optdigits: after a header, 32 lines of 32 bits (1 = ink), then a line with the label, for each digit. */
export function parseOptdigits(text: string, file: string): ForeignDigit[] {
  // The stored file ends with a line "EOF".
  const lines = text.replace(/\s*EOF\s*$/, '').split(/\r?\n/);
  const isRow = (line: string | undefined) => line !== undefined && /^[01]{32}$/.test(line);
  const digits: ForeignDigit[] = [];
  for (let at = lines.findIndex(isRow); at >= 0 && at < lines.length; at += 33) {
    const rows = lines.slice(at, at + 32);
    const bad = rows.findIndex((line) => !isRow(line));
    if (rows.length < 32 || bad >= 0) throw wrong(file, at + Math.max(bad, 0), '32 zeros and ones');
    const label = labelOf(Number(lines[at + 32]?.trim() || Number.NaN), file, at + 32);
    digits.push({ label, side: 32, grey: Uint8Array.from(rows.join(''), (bit) => (bit === '1' ? 0 : 255)) });
  }
  if (digits.length === 0) throw wrong(file, 0, 'a header and bitmaps of 32 lines');
  return digits;
}

/** UNIPEN: `.SEGMENT DIGIT … "8"` names a digit; its strokes follow between `.PEN_DOWN` and `.PEN_UP`, y upwards. */
export function parseUnipen(text: string, file: string): ForeignDigit[] {
  const digits: { label: number; strokes: [number, number][][] }[] = [];
  let pen: [number, number][] | undefined;
  for (const [number, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line.startsWith('.SEGMENT'))
      digits.push({ label: labelOf(Number(/"(\d)"/.exec(line)?.[1]), file, number), strokes: [] });
    else if (line === '.PEN_DOWN') digits.at(-1)?.strokes.push((pen = []));
    else if (line === '.PEN_UP') pen = undefined;
    else if (pen && line !== '' && !line.startsWith('.')) {
      const [x, y, ...rest] = line.split(/\s+/).map(Number);
      if (!Number.isFinite(x) || !Number.isFinite(y) || rest.length > 0) throw wrong(file, number, 'x and y');
      pen.push([x!, 500 - y!]);
    }
  }
  const empty = digits.findIndex(({ strokes }) => strokes.every((stroke) => stroke.length === 0));
  if (digits.length === 0 || empty >= 0) throw new Error(`${file}: digit ${empty} has no strokes`);
  return digits;
}

function labelOf(label: number | undefined, file: string, line: number): number {
  if (label === undefined || !Number.isInteger(label) || label < 0 || label > 9)
    throw wrong(file, line, 'a label from 0 to 9');
  return label;
}

const sources = [
  { name: 'USPS test', file: 'usps.test.gz', parse: parseUsps },
  { name: 'optdigits bitmaps', file: 'optdigits-bitmaps.txt.gz', parse: parseOptdigits },
  { name: 'pendigits strokes', file: 'pendigits-strokes.train.unipen.gz', parse: parseUnipen },
];

/** The three sets of a directory: docs/figures.md says which files it has. */
export function loadForeignSets(directory: string): Promise<ForeignSet[]> {
  return Promise.all(
    sources.map(async ({ name, file, parse }) => {
      const path = join(directory, file);
      return { name, digits: parse(gunzipSync(await readFile(path)).toString('latin1'), path) };
    }),
  );
}
