import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import type { LabelledSet } from '../data/labelled-set.ts';
import { cellSide, markKinds } from '../detect/detector-maps.ts';
import { createGlyphs } from './glyphs.ts';
import { drawCleanPage, drawPage } from './page.ts';
import { createTargets, writeTargets } from './targets.ts';
import { writePage } from './write-page.ts';

/** One digit: a ring with a bar, so that a page has ink in shapes. */
const digits: LabelledSet = {
  name: 'a ring',
  count: 1,
  labels: Uint8Array.of(6),
  images: Uint8Array.from({ length: 784 }, (_, p) => {
    const [x, y] = [p % 28, Math.floor(p / 28)];
    return Math.abs(Math.hypot(x - 14, y - 14) - 7) < 1.6 || (y > 4 && y < 14 && x > 6 && x < 9) ? 255 : 0;
  }),
};
const glyphs = createGlyphs(digits);
const size = { width: 160, height: 96 };
const pageOf = (seed: number) => drawPage(glyphs, createRandom(seed), size);
const pages = Array.from({ length: 120 }, (_, seed) => pageOf(seed));

test('the same seed gives the same page, another seed another', () => {
  expect(pageOf(3)).toEqual(pageOf(3));
  expect(pageOf(3).plane).not.toEqual(pageOf(4).plane);
});

test('every mark lies on the page and is as large as a digit can be', () => {
  for (const { marks } of pages)
    for (const { kind, x, y, width, height } of marks) {
      expect(kind).toBeGreaterThanOrEqual(0);
      expect(kind).toBeLessThan(markKinds.length);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
      expect(x - width / 2).toBeGreaterThanOrEqual(0);
      expect(x + width / 2).toBeLessThanOrEqual(size.width);
      expect(y - height / 2).toBeGreaterThanOrEqual(0);
      expect(y + height / 2).toBeLessThanOrEqual(size.height);
    }
});

test('all kinds of marks appear, and pages without any', () => {
  const kinds = new Set(pages.flatMap(({ marks }) => marks.map(({ kind }) => markKinds[kind])));
  expect([...kinds].sort().join('')).toBe(',-./6:');
  expect(pages.filter(({ marks }) => marks.length === 0).length).toBeGreaterThan(4);
  expect(pages.some(({ writing }) => writing.includes(2))).toBe(true);
});

test('every mark has ink of a mark under its box, and no plane has a number that is none', () => {
  for (const { plane, marks, writing, width } of pages) {
    expect(plane.every(Number.isFinite)).toBe(true);
    for (const mark of marks) {
      const columns = width / cellSide;
      const [left, right] = [mark.x - mark.width / 2, mark.x + mark.width / 2].map((x) =>
        Math.floor(x / cellSide),
      );
      const [top, bottom] = [mark.y - mark.height / 2, mark.y + mark.height / 2].map((y) =>
        Math.floor(y / cellSide),
      );
      let inked = 0;
      for (let row = top!; row <= bottom!; row++)
        for (let column = left!; column <= right!; column++)
          if (writing[row * columns + column] === 1) inked++;
      expect(inked).toBeGreaterThan(0);
    }
  }
});

test('a page with digits of an unfit size, or with digits that an edge cuts, is not complete', () => {
  const written = (count: number, height: number) =>
    Array.from({ length: count }, (_, seed) => writePage(glyphs, createRandom(seed), { width: 160, height }));
  const unfit = written(120, 96).filter((page) => page.unfit);
  expect(unfit.length).toBeGreaterThan(4);
  expect(unfit.some(({ isComplete }) => isComplete)).toBe(false);
  // Digits are at least 10 pixels high, so that every line of them is cut.
  const low = written(480, 8);
  const complete = low.filter(({ isComplete }) => isComplete);
  expect(complete.length).toBeGreaterThan(0.2 * low.length);
  expect(complete.length).toBeLessThan(0.6 * low.length);
});

test('the levels of a page are those of a picture', () => {
  for (const { levels } of pages) expect(levels.every((level) => level >= 0 && level <= 1)).toBe(true);
});

test('targets are one at the cell of a centre, and say where in the cell and how large', () => {
  const marks = [{ kind: 7, x: 42, y: 30, width: 16, height: 32 }];
  const page = { ...size, plane: new Float32Array(size.width * size.height), marks, writing: writingAt(410) };
  const targets = createTargets(2, size.width, size.height);
  writeTargets(page, targets.targetsOf(1));
  const cells = (size.width / cellSide) * (size.height / cellSide);
  const cell = 7 * (size.width / cellSide) + 10;
  const second = { heat: 15 * cells, box: 4 * cells, at: cells, writing: 2 * cells };
  expect(targets.heat.subarray(0, second.heat).every((level) => level === 0)).toBe(true);
  expect(targets.heat[second.heat + 7 * cells + cell]).toBe(1);
  expect(targets.heat[second.heat + 7 * cells + cell + 1]).toBeCloseTo(Math.exp(-1 / (2 * 0.7 ** 2)), 5);
  expect([0, 1, 2, 3].map((channel) => targets.box[second.box + channel * cells + cell])).toEqual([
    0.5, 0.5, 0, 0,
  ]);
  expect(targets.at[second.at + cell]).toBe(1);
  expect(targets.at.reduce((a, b) => a + b)).toBe(1);
  expect(targets.writing[second.writing + cells + 410]).toBe(1);
});

function writingAt(cell: number): Uint8Array {
  const writing = new Uint8Array((size.width / cellSide) * (size.height / cellSide));
  writing[cell] = 2;
  return writing;
}

test('a clean page has paper of one level, dark ink and nothing else', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { levels, marks, writing } = drawCleanPage(glyphs, createRandom(seed), size);
    const paper = Math.max(...levels);
    expect(paper).toBeGreaterThanOrEqual(0.85);
    expect(levels.filter((level) => level === paper).length).toBeGreaterThan(levels.length / 3);
    if (marks.length > 0) expect(Math.min(...levels)).toBeLessThan(0.5 * paper);
    expect(writing.includes(1)).toBe(marks.length > 0);
  }
});
