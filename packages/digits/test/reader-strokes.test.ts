import { createRandom } from '@inkwire/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReader, prepareStrokes, type Reader, type Stroke } from '../src/index.ts';
import { digitStrokes, drawNumber, moved } from './drawn-digits.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await openReader();
});
afterAll(() => reader.close());

const read = (strokes: readonly Stroke[]) => reader.read({ strokes });
const textOf = async (strokes: readonly Stroke[]) => (await read(strokes)).text;

describe('digits of pen strokes', () => {
  it.each(['0', '1', '2', '3', '4', '5', '7'])(
    'reads %s alone, with the pixels of the rules',
    async (digit) => {
      const { text, prepared, digits } = await read(digitStrokes(digit));
      expect(text).toBe(digit);
      const byRules = prepareStrokes(digitStrokes(digit)).lines[0]![0]![0]!;
      expect(prepared).toEqual([byRules.pixels]);
      expect(digits[0]!.box).toEqual(byRules.box);
    },
  );

  it.each([
    ['00', 0],
    ['000', -6],
    ['203', -8],
    ['7352', -4],
    ['4053', 3],
  ])('reads %s with gaps of %i', async (digits, gap) => {
    expect(await textOf(drawNumber(digits, gap))).toBe(digits);
  });

  it('joins a bar that was drawn last', async () => {
    const [body, bar] = digitStrokes('5') as [Stroke, Stroke];
    expect(await textOf([body, ...moved(drawNumber('20', 12), 75), bar])).toBe('520');
    const [seven, cross] = digitStrokes('7') as [Stroke, Stroke];
    expect(await textOf([seven, ...moved(drawNumber('32', 12), 75), cross])).toBe('732');
  });

  it('reads an open 4 whose strokes do not meet', async () => {
    const [corner] = digitStrokes('4') as [Stroke];
    const stem: Stroke = [
      [72, 30],
      [70, 104],
    ];
    expect(await textOf([corner, stem])).toBe('4');
  });

  it('does not depend on the order in which digits are drawn', async () => {
    const strokes = drawNumber('57402', 5);
    const inOrder = await read(strokes);
    expect(inOrder.text).toBe('57402');
    for (const seed of [1, 2, 3]) {
      const shuffled = [...createRandom(seed).permutation(strokes.length)].map((i) => strokes[i]!);
      expect(await read(shuffled)).toEqual(inOrder);
    }
  });

  it('cuts joined writing beside other digits', async () => {
    const [first] = digitStrokes('0') as [Stroke];
    const joined = [...first, ...moved([first], 90)[0]!];
    expect(await textOf([joined, ...moved(digitStrokes('3'), 164)])).toBe('003');
  });

  it('reads two lines that are close', async () => {
    expect(await textOf([...drawNumber('203', 8), ...drawNumber('572', 8, 112)])).toBe('203\n572');
  });
});

describe('separators of pen strokes', () => {
  const comma: Stroke = [
    [0, 92],
    [2, 100],
    [-6, 116],
  ];
  const dot: Stroke = [
    [0, 96],
    [3, 98],
  ];
  const minus: Stroke = [
    [0, 51],
    [34, 50],
  ];
  const slash: Stroke = [
    [30, -12],
    [0, 110],
  ];
  const colon: Stroke[] = [
    [
      [0, 30],
      [2, 31],
    ],
    [
      [1, 72],
      [2, 73],
    ],
  ];

  it.each([
    ['12,5', [...drawNumber('12', 12), ...moved([comma], 102), ...moved(digitStrokes('5'), 120)]],
    ['2.3', [...drawNumber('2', 0), ...moved([dot], 76), ...moved(digitStrokes('3'), 96)]],
    ['-20', [minus, ...moved(drawNumber('20', 12), 52)]],
    ['3-2', [...digitStrokes('3'), ...moved([minus], 74), ...moved(digitStrokes('2'), 124)]],
    ['12/05', [...drawNumber('12', 12), ...moved([slash], 95), ...moved(drawNumber('05', 12), 142)]],
    ['20:35', [...drawNumber('20', 12), ...moved(colon, 152), ...moved(drawNumber('35', 12), 174)]],
  ])('reads %s', async (written, strokes) => {
    const reading = await read(strokes);
    expect(reading.written).toBe(written);
    expect(reading.text).toBe(written.replace(/\D/g, ' ').trim());
    expect(reading.digits.length).toBe(written.replace(/\D/g, '').length);
  });

  it('takes a leaning line at the end, or as tall as its neighbours, for a 1', async () => {
    const low: Stroke = [
      [20, 0],
      [0, 100],
    ];
    expect(
      (await read([...drawNumber('20', 12), ...moved([low], 152), ...moved(digitStrokes('3'), 190)])).written,
    ).toBe('2013');
    expect((await read([...drawNumber('20', 12), ...moved([slash], 152)])).written).toBe('201');
  });

  it('reads what is nothing but separators as before', async () => {
    expect((await read([minus, ...moved([minus], 80)])).digits.length).toBeGreaterThan(0);
  });
});

describe('the work for pen strokes', () => {
  it('is bounded: six readings a stroke, and none for a tangle', async () => {
    const before = reader.stats.digits;
    await read(drawNumber('5740253405', -6));
    const spent = reader.stats.digits - before;
    expect(spent).toBeLessThanOrEqual(6 * 17);
    const random = createRandom(4);
    const place = () => [60 * random.next(), 60 * random.next()] as const;
    const tangle = Array.from({ length: 400 }, (): Stroke => [place(), place()]);
    await read(tangle);
    expect(reader.stats.digits - before - spent).toBeLessThan(5);
  });

  it('ends when the signal aborts', async () => {
    const reason = new Error('left');
    const asked = reader.read({ strokes: drawNumber('203', 0) }, { signal: AbortSignal.abort(reason) });
    await expect(asked).rejects.toBe(reason);
  });

  it('is finished when the reader closes', async () => {
    const closing = await openReader();
    // So many candidates that drawing them pauses for other work.
    const asked = closing.read({ strokes: drawNumber('572'.repeat(16), 2) });
    await closing.close();
    expect((await asked).text).toBe('572'.repeat(16));
  });

  it.each([
    ['DIGITS_NONE_FOUND', []],
    ['DIGITS_NONE_FOUND', [[[5, 5]], [[80, 5]]]],
    ['DIGITS_STROKES_INVALID', [[[0, Number.NaN]], [[1, 1]]]],
    ['DIGITS_STROKES_TOO_MANY', Array.from({ length: 2001 }, () => [[0, 0]])],
  ] as [string, Stroke[]][])('is refused with %s', async (code, strokes) => {
    await expect(read(strokes)).rejects.toMatchObject({ code });
  });
});
