import { expect, test } from 'vitest';
import { cellSide, type DetectorMaps, logitOf, markKinds } from './detector-maps.ts';
import { agreedDigits, type Candidate, peaksOf, suppress } from './marks.ts';

const everywhere = { scale: 1, left: 0, top: 0 };

/** Maps on which nothing is found, except what `put` puts there. */
function emptyMaps(columns: number, rows: number): DetectorMaps {
  const cells = columns * rows;
  return {
    columns,
    rows,
    heat: new Float32Array(markKinds.length * cells).fill(-9),
    box: new Float32Array(4 * cells),
    writing: new Float32Array(2 * cells).fill(-9),
  };
}

interface Put {
  readonly kind: number;
  readonly column: number;
  readonly row: number;
  readonly score: number;
  readonly box?: readonly number[];
}

function put(maps: DetectorMaps, { kind, column, row, score, box = [0.5, 0.5, 0, 0] }: Put): void {
  const cells = maps.columns * maps.rows;
  const cell = row * maps.columns + column;
  maps.heat[kind * cells + cell] = logitOf(score);
  for (let i = 0; i < 4; i++) maps.box[i * cells + cell] = box[i]!;
}

test('a peak becomes a mark: its kind, its centre and size in pixels, its score and the logits of the digits', () => {
  const maps = emptyMaps(8, 6);
  put(maps, { kind: 7, column: 3, row: 2, score: 0.8, box: [0.25, 0.75, Math.log(0.5), Math.log(0.75)] });
  put(maps, { kind: 1, column: 3, row: 2, score: 0.2, box: [0.25, 0.75, Math.log(0.5), Math.log(0.75)] });
  const [mark, ...others] = peaksOf(maps, everywhere);
  expect(others).toEqual([]);
  expect(mark).toMatchObject({ kind: 7, x: 13, y: 11 });
  expect(mark!.width).toBeCloseTo(8, 4);
  expect(mark!.height).toBeCloseTo(24, 4);
  expect(mark!.score).toBeCloseTo(0.8, 5);
  expect(mark!.logits[7]).toBeCloseTo(logitOf(0.8), 5);
  expect(mark!.logits[1]).toBeCloseTo(logitOf(0.2), 5);
});

test('a mark lies in the plane where its part of the level lies', () => {
  const maps = emptyMaps(8, 6);
  put(maps, { kind: 7, column: 3, row: 2, score: 0.8 });
  const [mark] = peaksOf(maps, { scale: 2, left: 96, top: 40 });
  expect(mark).toMatchObject({ x: 2 * (96 + 14), y: 2 * (40 + 10), width: 32, height: 64 });
});

test('what is below the least score is no mark, whatever its kind', () => {
  const maps = emptyMaps(8, 6);
  put(maps, { kind: 14, column: 3, row: 2, score: 0.29 });
  expect(peaksOf(maps, everywhere)).toEqual([]);
  expect(peaksOf(maps, everywhere, 0.28)).toHaveLength(1);
});

test('only the best of a neighbourhood is a peak, and of equal ones the first', () => {
  const maps = emptyMaps(9, 6);
  put(maps, { kind: 3, column: 3, row: 2, score: 0.8 });
  put(maps, { kind: 8, column: 4, row: 3, score: 0.81 });
  put(maps, { kind: 5, column: 7, row: 4, score: 0.6 });
  put(maps, { kind: 5, column: 8, row: 4, score: 0.6 });
  expect(peaksOf(maps, everywhere).map(({ kind, x }) => [kind, x])).toEqual([
    [8, 18],
    [5, 30],
  ]);
});

test('peaks in the halo of a part are not taken', () => {
  const maps = emptyMaps(8, 6);
  for (const column of [0, 2, 5, 7]) put(maps, { kind: column, column, row: 3, score: 0.9 });
  const inner = { left: 8, top: 0, right: 24, bottom: 24 };
  expect(peaksOf(maps, { ...everywhere, inner }).map(({ kind }) => kind)).toEqual([2, 5]);
  const above = { left: 0, top: 0, right: 32, bottom: 3 * cellSide };
  expect(peaksOf(maps, { ...everywhere, inner: above })).toEqual([]);
});

test('a digit of a favourable height outranks the same score at another level', () => {
  const maps = emptyMaps(8, 6);
  put(maps, { kind: 3, column: 1, row: 2, score: 0.9 });
  put(maps, { kind: 3, column: 4, row: 2, score: 0.9, box: [0, 0, 0, Math.log(2.25)] });
  put(maps, { kind: 3, column: 6, row: 2, score: 0.9, box: [0, 0, 0, Math.log(0.25)] });
  const ranks = peaksOf(maps, everywhere).map(({ rank }) => rank);
  expect(ranks[0]).toBeCloseTo(0.9, 5);
  expect(ranks[1]).toBeCloseTo(0.45, 5);
  expect(ranks[2]).toBeCloseTo(0.45, 5);
});

const candidate = (x: number, y: number, width: number, height: number, rank: number): Candidate => ({
  kind: 0,
  x,
  y,
  width,
  height,
  score: rank,
  rank,
  scale: 1,
  logits: new Float32Array(10),
});

test('of two marks for the same ink the stronger stays, whichever is larger', () => {
  const whole = candidate(50, 50, 20, 30, 0.9);
  const part = candidate(50, 42, 16, 14, 0.8);
  expect(suppress([part, whole])).toEqual([expect.objectContaining({ height: 30 })]);
  expect(suppress([{ ...part, rank: 0.95 }, whole])).toEqual([expect.objectContaining({ height: 14 })]);
});

test('digits that overlap by half of the smaller both stay', () => {
  const left = candidate(50, 50, 20, 30, 0.9);
  expect(suppress([left, candidate(60.2, 50, 20, 30, 0.8)])).toHaveLength(2);
  expect(suppress([left, candidate(58.8, 50, 20, 30, 0.8)])).toHaveLength(1);
});

test('a mark that was suppressed suppresses nothing', () => {
  const chain = [0, 8, 16].map((x, i) => candidate(x, 0, 20, 20, 0.9 - 0.1 * i));
  expect(suppress(chain).map(({ x }) => x)).toEqual([0, 16]);
});

test('a whole digit that several levels see is stronger than its sure part that one level sees', () => {
  const part = candidate(50, 42, 16, 14, 0.8);
  const whole = [1, 2, 4].map((scale) => ({ ...candidate(50 + scale, 50, 20, 30, 0.55), scale }));
  expect(suppress([part, ...whole])).toEqual([expect.objectContaining({ height: 30, score: 0.55 })]);
  const sameLevel = whole.map((mark) => ({ ...mark, scale: 2 }));
  expect(suppress([part, ...sameLevel])[0]).toMatchObject({ height: 14 });
  const elsewhere = whole.map((mark, i) => ({ ...mark, x: 50 + 12 * i }));
  expect(suppress([part, ...elsewhere])[0]).toMatchObject({ height: 14 });
});

test('512 marks are read, and no more', () => {
  const marks = Array.from({ length: 513 }, (_, i) => candidate(100 * i, 0, 20, 30, 0.9));
  expect(suppress(marks.slice(1))).toHaveLength(512);
  expect(() => suppress(marks)).toThrow(expect.objectContaining({ code: 'DIGITS_NONE_FOUND' }));
});

test('more peaks than can be compared are refused before they are compared', () => {
  const same = candidate(0, 0, 20, 30, 0.9);
  expect(suppress(new Array(8192).fill(same))).toHaveLength(1);
  expect(() => suppress(new Array(8193).fill(same))).toThrow(
    expect.objectContaining({ code: 'DIGITS_NONE_FOUND' }),
  );
});

test('two levels agree on a digit where both have it, of the same kind and not weak', () => {
  const coarse = { ...candidate(50, 50, 20, 30, 0.9), scale: 4 };
  const fine = { ...candidate(51, 49, 21, 31, 0.7), scale: 2 };
  expect(agreedDigits([fine, coarse])).toEqual([coarse]);
  expect(agreedDigits([coarse])).toEqual([]);
  expect(agreedDigits([coarse, { ...fine, kind: 3 }])).toEqual([]);
  expect(agreedDigits([coarse, { ...fine, score: 0.4 }])).toEqual([]);
  expect(agreedDigits([coarse, { ...fine, x: 90 }])).toEqual([]);
  expect(agreedDigits([coarse, { ...fine, scale: 4 }])).toEqual([]);
  const dash = markKinds.indexOf('-');
  expect(
    agreedDigits([
      { ...coarse, kind: dash },
      { ...fine, kind: dash },
    ]),
  ).toEqual([]);
  const many = Array.from({ length: 1500 }, () => [fine, coarse]).flat();
  expect(agreedDigits(many)).toEqual([]);
});
