import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { contrastRadius, normalise } from './normalise.ts';

/** The definition, pixel by pixel. */
function contrastAt(plane: Float32Array, width: number, height: number, x: number, y: number): number {
  const window: number[] = [];
  for (let v = Math.max(0, y - contrastRadius); v <= Math.min(height - 1, y + contrastRadius); v++)
    for (let u = Math.max(0, x - contrastRadius); u <= Math.min(width - 1, x + contrastRadius); u++)
      window.push(plane[v * width + u]!);
  const mean = window.reduce((a, b) => a + b) / window.length;
  const variance = window.reduce((a, b) => a + (b - mean) ** 2, 0) / window.length;
  return (mean - plane[y * width + x]!) / (Math.sqrt(variance) + 0.02);
}

const noise = (width: number, height: number, seed = 3) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: width * height }, () => random.next());
};

test.each([
  [70, 61],
  [160, 8],
  [9, 90],
  [49, 49],
  [1, 1],
])('every pixel of %d × %d is its contrast in its own window', (width, height) => {
  const plane = noise(width, height);
  const result = normalise(plane, width, height);
  for (let y = 0; y < height; y += 3)
    for (let x = 0; x < width; x += 3)
      expect(result[y * width + x]).toBeCloseTo(contrastAt(plane, width, height, x, y), 4);
});

test('blank paper has no contrast, and dark ink is positive', () => {
  const plane = new Float32Array(64 * 64).fill(0.9);
  expect(normalise(plane, 64, 64).every((level) => Math.abs(level) < 1e-4)).toBe(true);
  for (let y = 20; y < 40; y++) plane[y * 64 + 32] = 0.8;
  const result = normalise(plane, 64, 64);
  expect(result[30 * 64 + 32]).toBeGreaterThan(2);
  expect(result[30 * 64 + 20]).toBeLessThan(0);
});

test('the same plane in brighter light has nearly the same contrast', () => {
  const plane = noise(80, 60).map((level) => 0.3 + 0.3 * level);
  const dark = normalise(plane, 80, 60);
  const bright = normalise(
    plane.map((level) => 2 * level - 0.3),
    80,
    60,
  );
  for (let i = 0; i < dark.length; i++) expect(bright[i]! / dark[i]!).toBeCloseTo(1.1, 1);
});
