import { expect, test } from 'vitest';
import { darkPartsOf, withinDark } from './dark-parts.ts';
import type { Plane } from './plane.ts';
import type { WritingMap } from './unread.ts';

/** A plane of 160 × 96 pixels, dark above a row. */
const planeOf = (dark: number, level = 0.2): Plane => ({
  width: 160,
  height: 96,
  data: Float32Array.from({ length: 160 * 96 }, (_, i) => (i < 160 * dark ? level : 0.9)),
});
/** A map of the whole plane at a scale, with writing in every cell. */
const mapOf = (scale: number): WritingMap => {
  const [columns, rows] = [40 / scale, 24 / scale];
  return { scale, left: 0, top: 0, columns, rows, kinds: new Uint8Array(columns * rows).fill(1) };
};

test('a header is a dark part; thick ink, grey paper and a page that is dark all over are none', () => {
  expect(darkPartsOf(planeOf(32))!.isDark.reduce((sum, dark) => sum + dark)).toBe(20);
  expect(darkPartsOf(planeOf(6))).toBeUndefined();
  expect(darkPartsOf(planeOf(32, 0.6))).toBeUndefined();
  expect(darkPartsOf(planeOf(96))).toBeUndefined();
  expect(darkPartsOf({ width: 9, height: 4, data: new Float32Array(36) })).toBeUndefined();
});

test.each([1, 2])('of a map at scale %d, the writing in dark parts is kept', (scale) => {
  const { kinds, columns, rows } = withinDark(mapOf(scale), darkPartsOf(planeOf(32))!);
  const inRows = Array.from({ length: rows }, (_, row) =>
    kinds.subarray(row * columns, (row + 1) * columns).reduce((sum, kind) => sum + kind, 0),
  );
  const dark = 8 / scale;
  expect(inRows).toEqual([...Array(dark).fill(columns), ...Array(rows - dark).fill(0)]);
});
