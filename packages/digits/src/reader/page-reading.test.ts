import { expect, test } from 'vitest';
import { markKinds } from '../detect/detector-maps.ts';
import type { FoundPage } from '../detect/find-marks.ts';
import type { FoundMark } from '../detect/marks.ts';
import type { Unread } from '../detect/unread.ts';
import type { Answer } from './batcher.ts';
import { plainDoubt } from './doubt.ts';
import { composePageReading, cutDigits, weightsOf } from './page-reading.ts';

/** Marks that stand side by side on one line, each of its character's usual size. */
function marksOf(text: string): FoundMark[] {
  return [...text].map((character, i) => {
    const kind = markKinds.indexOf(character);
    const [height, down] = character === '/' ? [44, 0] : kind < 10 ? [30, 0] : [5, 12];
    return {
      kind,
      x: 20 + 24 * i,
      y: 40 + down,
      width: 14,
      height,
      score: 0.9,
      logits: Float32Array.from({ length: 10 }, (_, digit) => (digit === kind ? 3 : -3)),
    };
  });
}

function pageOf(marks: readonly FoundMark[], more: Partial<FoundPage> = {}): FoundPage {
  return {
    width: 400,
    height: 80,
    direction: 0,
    plane: { width: 400, height: 80, data: new Float32Array(32_000) },
    marks,
    unreadBeside: () => ({ marks: 0, others: 0, elsewhere: 0 }),
    toPicture: (x, y) => [x, y],
    boxOf: ({ x, y, width, height }) => [x - width / 2, y - height / 2, width, height],
    cropOf: (mark) => new Uint8Array(784).fill(mark.kind),
    ...more,
  };
}

/** The answer of a digit network that gives each of these digits that probability, and the others equal ones. */
function answerOf(digits: string, probability: number): Answer {
  return {
    probabilities: Float32Array.from({ length: 10 * digits.length }, (_, i) =>
      Number(digits[Math.floor(i / 10)]) === i % 10 ? probability : (1 - probability) / 9,
    ),
    familiarity: new Float32Array(digits.length).fill(9),
  };
}

const card = { unsureBelow: 0.9, familiarAbove: 0 };
const read = async (
  marks: readonly FoundMark[],
  said: string,
  probability = 0.99,
  more: Partial<FoundPage> = {},
) =>
  composePageReading(await cutDigits(pageOf(marks, more)), answerOf(said, probability), card, weightsOf({}));

test('a reading has the digits, the separators in `written`, and boxes of whole pixels', async () => {
  const { text, written, unsure, digits, confidence } = await read(marksOf('12,34'), '1234');
  expect({ text, written, unsure }).toEqual({ text: '12 34', written: '12,34', unsure: false });
  expect(digits.map(({ box }) => box)[0]).toEqual([13, 25, 14, 30]);
  expect(confidence).toBeGreaterThan(0.99);
});

test('the digit network and the detector decide together', async () => {
  expect((await read(marksOf('7'), '1', 0.6)).text).toBe('7');
  expect((await read(marksOf('7'), '1', 0.9999)).text).toBe('1');
  expect((await read(marksOf('7,5'), '15', 0.9999)).written).toBe('1,5');
  const [digit] = (await read(marksOf('7'), '1', 0.6)).digits;
  expect(digit!.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
});

test.each([
  ['/2', '12', '12', '12'],
  ['12/', '121', '121', '121'],
  ['11/08/2035', '11082035', '11 08 2035', '11/08/2035'],
])('a slash that is not between digits is a 1: %s', async (marks, said, text, written) => {
  expect(await read(marksOf(marks), said)).toMatchObject({ text, written });
});

test('a slash no taller than its neighbours is a 1', async () => {
  const marks = marksOf('2/3').map((mark) => ({ ...mark, height: 30 }));
  expect(await read(marks, '213')).toMatchObject({ text: '213', written: '213' });
});

test('the cells of a grid say what stands in them', async () => {
  const quad = (left: number) =>
    [
      [left, 0],
      [left + 40, 0],
      [left + 40, 80],
      [left, 80],
    ] as const;
  const wide = [
    [0, 0],
    [400, 0],
    [400, 80],
    [0, 80],
  ] as const;
  const grid = { rows: 1, columns: 3, cells: [quad(0), quad(40), quad(80)] };
  expect((await read(marksOf('123'), '123', 0.99, { grid })).cells).toEqual({
    rows: 1,
    columns: 3,
    texts: [['1', '23', '']],
  });
  expect(
    (await read(marksOf('1,2'), '12', 0.99, { grid: { rows: 1, columns: 1, cells: [wide] } })).cells!.texts,
  ).toEqual([['1,2']]);
  expect(
    (await read(marksOf('-1.'), '1', 0.99, { grid: { rows: 1, columns: 1, cells: [wide] } })).cells!.texts,
  ).toEqual([['-1']]);
  expect((await read(marksOf('123'), '123')).cells).toBeUndefined();
});

test('a weak mark, ink that was not read and other writing lower the confidence by their weights', async () => {
  const doubt = { ...plainDoubt, weakestMark: 1, unreadInk: -5, otherWriting: -3 };
  const at = async (score: number, beside: Partial<Unread> = {}, text = '12,5') => {
    const unread = { marks: 0, others: 0, elsewhere: 0, ...beside };
    const marks = marksOf(text).map((mark, i) => (i === 2 ? { ...mark, score } : mark));
    const cut = await cutDigits(pageOf(marks, { unreadBeside: () => unread }));
    return composePageReading(
      cut,
      answerOf(text.replace('/', '1').replace(',', ''), 0.9),
      card,
      weightsOf({ doubt }),
    );
  };
  const { confidence } = await at(0.9);
  expect((await at(0.4)).confidence).toBeLessThan(confidence);
  expect((await at(0.9, { marks: 0.3, others: 0 })).confidence).toBeLessThan(confidence);
  expect((await at(0.9, { others: 4 })).confidence).toBeLessThan((await at(0.9, { others: 1 })).confidence);
  expect(await at(0.9, { marks: 0.9, others: 1 })).toMatchObject({ text: '12 5', unsure: true });
  // Half of the writing is in parts that were not read: the text cannot be all of it.
  expect((await at(0.9, { elsewhere: 0.5 })).confidence).toBeCloseTo(confidence / 2, 5);
  // A slash that is taken for a 1 was no digit to the detector, however sure it was of the slash.
  const asOne = await at(0.99, undefined, '12/');
  expect(asOne.text).toBe('121');
  expect(asOne.confidence).toBeLessThan(0.5);
});

test('a page is unsure below the threshold that was fitted with its weights, else below the digit network’s', async () => {
  const cut = await cutDigits(pageOf(marksOf('1')));
  const isUnsure = (weights: Parameters<typeof weightsOf>[0]) => {
    const { confidence, unsure } = composePageReading(cut, answerOf('1', 0.5), card, weightsOf(weights));
    expect(confidence).toBeGreaterThan(0.9);
    expect(confidence).toBeLessThan(0.999);
    return unsure;
  };
  expect(isUnsure({ doubt: plainDoubt })).toBe(false);
  expect(isUnsure({ doubt: plainDoubt, unsureBelow: 0.999 })).toBe(true);
  expect(isUnsure({ unsureBelow: 0.999 })).toBe(false);
});

test('a page without digits is none', async () => {
  expect((await cutDigits(pageOf([]))).digits).toEqual([]);
});

test('a separator beside no digit is ink that was not read', async () => {
  const far = { ...marksOf('-')[0]!, x: 390, y: 4 };
  const read: number[] = [];
  const unreadBeside = (marks: readonly FoundMark[]) => {
    read.push(marks.length);
    return { marks: marks.length < 4 ? 0.5 : 0, others: 0, elsewhere: 0 };
  };
  const weights = weightsOf({ doubt: { ...plainDoubt, unreadInk: -5 } });
  const confidenceOf = async (marks: readonly FoundMark[]) =>
    composePageReading(await cutDigits(pageOf(marks, { unreadBeside })), answerOf('123', 0.99), card, weights)
      .confidence;
  const beside = await confidenceOf(marksOf('12,3'));
  expect(await confidenceOf([...marksOf('123'), far])).toBeLessThan(beside);
  expect(read).toContain(3);
});

test('to cut many digits out takes several turns of the event loop, and ends when it is aborted', async () => {
  const page = pageOf(marksOf('1'.repeat(100)));
  expect((await cutDigits(page)).digits).toHaveLength(100);
  const stop = new AbortController();
  const reason = new Error('no longer wanted');
  let cut = 0;
  const cropOf = () => {
    if (++cut === 1) setImmediate(() => stop.abort(reason));
    return new Uint8Array(784);
  };
  await expect(cutDigits({ ...page, cropOf }, stop.signal)).rejects.toBe(reason);
  expect(cut).toBeLessThan(100);
});
