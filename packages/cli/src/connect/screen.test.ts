import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';

const isWide = (character: string) =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/.test(character);

/** A terminal of so many columns: what stands on it, for the sequences that readline and the screen send. */
class FakeTerminal extends PassThrough {
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

function setUp(columns = 20) {
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

const left = '\x1b[D';

describe('at a terminal, what is printed appears above the line being typed', () => {
  it.each([
    ['nothing yet', ''],
    ['a short line', 'send 4 hi'],
    ['a line of three rows', 'send 4 the quick brown fox jumps over'],
    ['a line that ends with its row', 'send 4 hello, '],
    ['wide characters, one of which does not fit its row', 'send 4 漢字漢字漢字漢字漢字'],
  ])('%s', async (_, line) => {
    for (const back of [0, 1, 7, line.length]) {
      const { screen, output, type } = setUp();
      const plain = setUp();
      for (const each of [{ screen, type }, plain]) {
        const { screen: one, type: typeOn } = each;
        void one.ask('ink> ');
        await typeOn(line);
        for (let at = 0; at < Math.min(back, line.length); at++) await typeOn(left);
      }
      screen.print('Message from 2, ann: hello there, it is late');
      screen.print('一二三四五六七八九十一二');
      const printed = ['Message from 2, ann:', ' hello there, it is', 'late', '一二三四五六七八九十', '一二'];
      expect(output.shown).toEqual([...printed, ...plain.output.shown]);
      expect([output.row - printed.length, output.column]).toEqual([plain.output.row, plain.output.column]);

      // And the line goes on from where it was.
      await type('x');
      await plain.type('x');
      expect(output.shown).toEqual([...printed, ...plain.output.shown]);
    }
  });

  it('also text that is pasted into the middle of a line', async () => {
    const { screen, output, type } = setUp();
    const asked = screen.ask('ink> ');
    await type('send 4 .');
    await type(left);
    await type('the quick brown fox');
    screen.print('12:00');
    expect(output.shown).toEqual(['12:00', 'ink> send 4 the quic', 'k brown fox.']);
    await type('\r');
    expect(await asked).toBe('send 4 the quick brown fox.');
  });

  it('also what was typed ahead of the prompt', async () => {
    const { screen, output, type } = setUp();
    const first = screen.ask('ink> ');
    await type('time\r');
    expect(await first).toBe('time');
    await type('mem');
    screen.print('12:00');
    expect(output.shown).toEqual(['ink> time', '12:00', 'mem']);
    const second = screen.ask('ink> ');
    expect(output.shown).toEqual(['ink> time', '12:00', 'ink> mem']);
    await type('bers\r');
    expect(await second).toBe('members');
    screen.print('nobody');
    expect(output.shown.slice(0, 4)).toEqual(['ink> time', '12:00', 'ink> members', 'nobody']);
  });
});

describe('a person leaves', () => {
  it.each([
    ['Ctrl-C', '\x03', true],
    ['Ctrl-D', '\x04', false],
  ])('with %s, and what is said then has a line of its own', async (_, key, aborts) => {
    const { screen, output, type } = setUp();
    const asked = screen.ask('ink> ');
    await type(key);
    expect(await asked).toBeUndefined();
    expect(screen.leaving.aborted).toBe(aborts);
    screen.print('Disconnected');
    expect(output.shown.slice(0, 2)).toEqual(['ink>', 'Disconnected']);
    expect(await screen.ask('ink> ')).toBeUndefined();
  });
});

describe('from a pipe', () => {
  it('reads lines without writing anything, and complains beside the output', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const errors = new PassThrough();
    const screen = new Screen({ input, output, errors }, { TERM: 'xterm' });
    input.end('one\ntwo');
    expect([await screen.ask('? '), await screen.ask('? '), await screen.ask('? ')]).toEqual([
      'one',
      'two',
      undefined,
    ]);
    screen.print('answer');
    screen.complain('no');
    expect(String(output.read())).toBe('answer\n');
    expect(String(errors.read())).toBe('inkwire: no\n');
  });

  it('holds no more lines than a few, however many come', async () => {
    const input = new PassThrough({ highWaterMark: 1024 });
    const screen = new Screen({ input, output: new PassThrough(), errors: new PassThrough() }, {});
    const lines = Array.from({ length: 10_000 }, (_, at) => `line ${at}`);
    let taken = 0;
    for (const line of lines) if (input.write(`${line}\n`)) taken++;
    await new Promise((resolve) => setImmediate(resolve));
    expect(input.isPaused()).toBe(true);
    expect(taken).toBeLessThan(1500);
    input.end();
    const heard: unknown[] = [];
    for (let line = await screen.ask(''); line !== undefined; line = await screen.ask('')) heard.push(line);
    expect(heard).toEqual(lines);
  });
});
