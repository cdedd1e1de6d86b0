import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { setUp } from '../../test/fake-terminal.ts';
import { Screen } from './screen.ts';

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
