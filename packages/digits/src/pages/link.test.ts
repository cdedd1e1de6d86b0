import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { createCanvas } from './ink.ts';
import { drawLink } from './link.ts';
import { drawPen } from './pen.ts';

const block = { width: 10, height: 20, coverage: new Float32Array(200).fill(1) };
const nib = { width: 0.1, flatness: 0, angle: 0, pressure: 0, swell: 1, taper: 0 };

/** The canvas with a link alone, from a digit at 20, 30 to one whose centre is so far to its right. */
function link(distance: number, seed: number, angle = 0) {
  const canvas = createCanvas(100, 60);
  const random = createRandom(seed);
  const [dx, dy] = [distance * Math.cos(angle), distance * Math.sin(angle)];
  const from = { ink: block, x: 20, y: 30, angle };
  const to = { ink: block, x: 20 + dx, y: 30 + dy, angle };
  drawLink(canvas, from, to, random, drawPen(random, nib, 20, 0.2));
  return canvas;
}

const inkAt = ({ coverage }: { coverage: Float32Array }, x: number) =>
  Array.from({ length: 60 }, (_, y) => coverage[y * 100 + x]!).some((level) => level > 0.3);

test('a link leaves no gap between two digits', () => {
  for (let seed = 0; seed < 40; seed++) {
    const canvas = link(15, seed);
    for (const x of [25, 27, 29]) if (canvas.coverage.some(Boolean)) expect(inkAt(canvas, x)).toBe(true);
  }
  expect(
    Array.from({ length: 40 }, (_, seed) => link(15, seed)).some(({ coverage }) => coverage.some(Boolean)),
  ).toBe(true);
});

test('digits that are far apart are not linked', () => {
  for (let seed = 0; seed < 40; seed++) expect(link(40, seed).coverage.some(Boolean)).toBe(false);
});

test('a link follows a line that is turned', () => {
  const steep = Array.from({ length: 40 }, (_, seed) => link(15, seed, Math.PI / 2)).filter(({ coverage }) =>
    coverage.some(Boolean),
  );
  expect(steep.length).toBeGreaterThan(0);
  for (const canvas of steep) {
    const below = canvas.coverage.findIndex((level) => level > 0.3);
    expect(Math.floor(below / 100)).toBeGreaterThanOrEqual(30);
  }
});
