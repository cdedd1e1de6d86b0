import { expect, test } from 'vitest';
import type { FoundMark } from './marks.ts';
import { isOtherWriting, unreadOf, type WritingMap, writingOf } from './unread.ts';

const mark = (x: number, y: number, width: number, height: number): FoundMark => ({
  kind: 1,
  x,
  y,
  width,
  height,
  score: 0.9,
  logits: new Float32Array(10),
});

/** A map of 20 × 10 cells with cells of a kind in a row. */
function map(kinds: Record<number, 1 | 2>, scale = 1): WritingMap {
  const cells = new Uint8Array(200);
  for (const [cell, kind] of Object.entries(kinds)) cells[Number(cell)] = kind;
  return { scale, left: 0, top: 0, columns: 20, rows: 10, kinds: cells };
}

test('ink in a box is read, ink beside it is not', () => {
  // Cells 42 and 43 lie at 8…16 across and 8…12 down, cell 50 at 40…44.
  const writing = map({ 42: 1, 43: 1, 50: 1 });
  expect(unreadOf([writing], [mark(12, 12, 10, 20)]).marks).toBeCloseTo(1 / 3, 9);
  expect(unreadOf([writing], [mark(12, 12, 10, 20), mark(42, 12, 6, 20)])).toEqual({
    marks: 0,
    others: 0,
    elsewhere: 0,
  });
});

test('without a mark all ink is unread, and without ink nothing is', () => {
  expect(unreadOf([map({ 42: 1 })], [])).toEqual({ marks: 1, others: 0, elsewhere: 0 });
  expect(unreadOf([map({})], [])).toEqual({ marks: 0, others: 0, elsewhere: 0 });
});

test('other writing is counted for each cell of ink, unless it lies in a box', () => {
  expect(unreadOf([map({ 42: 1, 50: 2, 51: 2, 43: 2 })], [mark(12, 12, 10, 20)])).toEqual({
    marks: 0,
    others: 2,
    elsewhere: 0,
  });
});

test('only levels count at which a mark has a height that the detector knows', () => {
  const atFine = map({ 42: 1, 50: 1 });
  const atCoarse = map({ 42: 1, 43: 1, 50: 1 }, 4);
  expect(unreadOf([atFine, atCoarse], [mark(12, 12, 10, 20)]).marks).toBeCloseTo(1 / 2, 9);
  expect(unreadOf([atFine, atCoarse], [mark(48, 48, 40, 80)]).marks).toBeCloseTo(1 / 3, 9);
});

test('the surer of the two kinds of writing is kept, above 0, and only in the inner part', () => {
  const logits = [
    [1, -1, 2, 0.5, 3, -2, -3, -1],
    [0.5, 2, 1, 0.7, -1, -2, -3, 4],
  ];
  const maps = {
    columns: 4,
    rows: 2,
    heat: new Float32Array(0),
    box: new Float32Array(0),
    writing: Float32Array.from(logits.flat()),
  };
  const everywhere = { left: -10, top: -10, right: 50, bottom: 50 };
  expect([...writingOf(maps, { scale: 1, left: 0, top: 0, inner: everywhere }).kinds]).toEqual([
    1, 2, 1, 2, 1, 0, 0, 2,
  ]);
  const part = { left: 4, top: 0, right: 12, bottom: 4 };
  expect([...writingOf(maps, { scale: 1, left: 0, top: 0, inner: part }).kinds]).toEqual([
    0, 2, 1, 0, 0, 0, 0, 0,
  ]);
});

test('writing in parts that were not read counts at the sizes that marks have', () => {
  const read = [mark(12, 12, 10, 20)];
  const beside = (elsewhere: WritingMap) => unreadOf([map({ 42: 1 })], read, [elsewhere]);
  expect(beside(map({ 42: 1, 50: 1, 51: 2 }))).toEqual({ marks: 0, others: 0, elsewhere: 2 / 3 });
  expect(beside(map({ 42: 1 }, 4))).toEqual({ marks: 0, others: 0, elsewhere: 0 });
});

test('a mark whose box holds mostly other writing is none, by the level at which it is seen best', () => {
  // Its box covers cells 2 to 4 across and 0 to 6 down of a map at scale 1, of which the best height is 26.
  const tall = mark(14, 13, 12, 26);
  expect(isOtherWriting(tall, [map({ 42: 1, 43: 1, 62: 2 })])).toBe(false);
  expect(isOtherWriting(tall, [map({ 42: 1, 43: 2, 62: 2 })])).toBe(true);
  expect(isOtherWriting(tall, [map({ 42: 1, 50: 2, 51: 2 })])).toBe(false);
  expect(isOtherWriting(tall, [map({ 42: 1 }), map({ 20: 2, 21: 2, 0: 2, 1: 2 }, 2)])).toBe(false);
  expect(isOtherWriting(tall, [map({})])).toBe(false);
});
