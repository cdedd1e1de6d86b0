import { PassThrough } from 'node:stream';
import { Screen } from '../src/connect/screen.ts';

const isWide = (character: string) =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/.test(character);

/** A terminal of so many columns: what stands on it, for the sequences that readline and the screen send. */
export class FakeTerminal extends PassThrough {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: string[][] = [[]];
  row = 0;
  column = 0;

  constructor(columns: number) {
    super();
    this.columns = columns;
  }

  override write(chunk: unknown): boolean {
    for (const [, begin, count, final, character] of String(chunk).matchAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      /(\x1b\[)(\d*)(?:;\d+)?([A-Za-z])|([\s\S])/gu,
    )) {
      if (begin) this.#move(final!, Number(count || 1), count === '');
      else this.#put(character!);
    }
    return true;
  }

  #move(final: string, count: number, isBare: boolean): void {
    if (final === 'A') this.row = Math.max(0, this.row - count);
    else if (final === 'B') this.row += count;
    else if (final === 'C') this.column += count;
    else if (final === 'D') this.column -= count;
    else if (final === 'G') this.column = count - 1;
    else if (final === 'J' && (isBare || count === 0)) {
      this.#at(this.row).length = Math.min(this.#at(this.row).length, this.column);
      this.rows.length = this.row + 1;
    } else if (final === 'K') this.#at(this.row).length = this.column;
    else throw new Error(`Unknown sequence ${count}${final}`);
  }

  #put(character: string): void {
    if (character === '\r') this.column = 0;
    else if (character === '\n') {
      this.row++;
      this.column = 0;
      this.#at(this.row);
    } else {
      const width = isWide(character) ? 2 : 1;
      if (this.column + width > this.columns) {
        this.row++;
        this.column = 0;
      }
      const row = this.#at(this.row);
      while (row.length < this.column) row.push(' ');
      row[this.column] = character;
      if (width === 2) row[this.column + 1] = '';
      this.column += width;
    }
  }

  #at(row: number): string[] {
    while (this.rows.length <= row) this.rows.push([]);
    return this.rows[row]!;
  }

  get shown(): string[] {
    return this.rows.map((row) =>
      Array.from(row, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }
}

/** A screen on a terminal of its own, and somebody who types. */
export function setUp(columns = 20) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = new FakeTerminal(columns);
  const screen = new Screen({ input: input as never, output, errors: output }, { TERM: 'xterm' });
  /** Keys are handed on at once, as readline takes them. */
  const type = async (keys: string) => {
    input.write(keys);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { screen, output, type };
}
