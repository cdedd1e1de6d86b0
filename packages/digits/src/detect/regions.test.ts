import { createRandom } from '@inkwire/base';
import { describe, expect, test } from 'vitest';
import type { Edges } from '../prepare/boxes.ts';
import { normalise } from './normalise.ts';
import { halo, regionsOf, withHalo } from './regions.ts';

/** A normalised level with strokes: vertical lines of 14 × 2 pixels at those places. */
function strokes(width: number, height: number, places: readonly (readonly [number, number])[]) {
  const z = new Float32Array(width * height);
  for (const [x, y] of places)
    for (let row = y; row < y + 14; row++) z.fill(3, row * width + x, row * width + x + 2);
  return z;
}

const area = ({ left, top, right, bottom }: Edges) => (right - left) * (bottom - top);
const holds = (regions: readonly Edges[], x: number, y: number) =>
  regions.filter(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom).length;

test('an empty level has no regions', () => {
  expect(regionsOf(new Float32Array(640 * 480), 640, 480)).toEqual([]);
});

test('a stroke has the blocks that it lies in, cut at the edge of the level', () => {
  expect(regionsOf(strokes(640, 480, [[70, 40]]), 640, 480)).toEqual([
    { left: 64, top: 32, right: 96, bottom: 64 },
  ]);
  expect(regionsOf(strokes(90, 70, [[80, 56]]), 90, 70)).toEqual([
    { left: 64, top: 32, right: 90, bottom: 70 },
  ]);
});

test('strokes near one another share a region, those far apart have their own', () => {
  const line = Array.from({ length: 6 }, (_, i) => [300 + 20 * i, 200] as const);
  const far = [[1500, 1200]] as const;
  const regions = regionsOf(strokes(2000, 1500, [...line, ...far]), 2000, 1500);
  expect(regions).toHaveLength(2);
  for (const [x, y] of [...line, ...far]) expect(holds(regions, x, y)).toBe(1);
});

test('what lies far apart is cut even where one region could hold it', () => {
  const places = [
    [40, 40],
    [740, 540],
  ] as const;
  expect(regionsOf(strokes(800, 600, places), 800, 600)).toEqual([
    { left: 32, top: 32, right: 64, bottom: 64 },
    { left: 736, top: 512, right: 768, bottom: 576 },
  ]);
});

test('no stroke is outside, however they lie, and no two regions overlap', () => {
  const random = createRandom(11);
  for (let round = 0; round < 20; round++) {
    const places = Array.from(
      { length: 1 + random.below(40) },
      () => [random.below(1190), random.below(880)] as const,
    );
    const regions = regionsOf(strokes(1200, 900, places), 1200, 900);
    for (const [x, y] of places) expect(holds(regions, x, y + 7)).toBe(1);
  }
});

test('a frame of rules round an empty page costs less than the page', () => {
  const z = new Float32Array(2000 * 1500);
  for (let x = 40; x < 1960; x++) for (const y of [40, 41, 1460, 1461]) z[y * 2000 + x] = 3;
  const cost = regionsOf(z, 2000, 1500).reduce((sum, region) => sum + area(withHalo(region, 2000, 1500)), 0);
  expect(cost).toBeLessThan(0.4 * 2000 * 1500);
});

test('no side of a region is longer than 1024', () => {
  const z = new Float32Array(3000 * 1100).fill(3);
  const regions = regionsOf(z, 3000, 1100);
  for (const { left, top, right, bottom } of regions) {
    expect(right - left).toBeLessThanOrEqual(1024);
    expect(bottom - top).toBeLessThanOrEqual(1024);
  }
  expect(regions.reduce((sum, region) => sum + area(region), 0)).toBe(3000 * 1100);
});

test('the halo reaches 64 pixels, and not beyond the level', () => {
  expect(withHalo({ left: 96, top: 32, right: 160, bottom: 64 }, 200, 300)).toEqual({
    left: 96 - halo,
    top: 0,
    right: 200,
    bottom: 64 + halo,
  });
});

describe('what counts as contrast', () => {
  const plane = (deviation: number, ink: number) => {
    const random = createRandom(2);
    const data = new Float32Array(320 * 256).fill(0.9).map((level) => level + deviation * random.normal());
    for (let y = 100; y < 114; y++) data.fill(0.9 - ink, y * 320 + 150, y * 320 + 152);
    return regionsOf(normalise(data, 320, 256), 320, 256);
  };

  test.each([0.005, 0.02, 0.05, 0.1])('not the noise of a camera of deviation %d', (deviation) => {
    expect(plane(deviation, 0)).toEqual([]);
  });

  test.each([
    [0.08, 0.005],
    [0.3, 0.03],
  ])('a stroke of 14 pixels of %d in noise of %d', (ink, noise) => {
    expect(holds(plane(noise, ink), 150, 107)).toBe(1);
  });
});
