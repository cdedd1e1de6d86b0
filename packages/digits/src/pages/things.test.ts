import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { placeThings } from './things.ts';

const [width, height] = [160, 96];

function sheetWithThings(seed: number): Float32Array {
  const plane = new Float32Array(width * height).fill(0.9);
  placeThings(createRandom(seed), plane, width, height);
  return plane;
}

test('things cover a part of the sheet, and none is too dark to be written on', () => {
  const sheets = Array.from({ length: 40 }, (_, seed) => sheetWithThings(seed));
  const covered = sheets.map((plane) => plane.filter((level) => Math.abs(level - 0.9) > 0.02).length);
  expect(Math.max(...covered)).toBeGreaterThan(0.2 * width * height);
  expect(covered.filter((pixels) => pixels > 0).length).toBeGreaterThan(30);
  for (const plane of sheets) expect(plane.every((level) => level >= 0.19 && level < 1.4)).toBe(true);
});

test('the same seed places the same things', () => {
  expect(sheetWithThings(5)).toEqual(sheetWithThings(5));
  expect(sheetWithThings(5)).not.toEqual(sheetWithThings(6));
});
