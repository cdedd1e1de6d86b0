import { createRandom, type Random } from '@inkwire/base';
import { expect, test } from 'vitest';
import { drawCrossingOut } from './crossing-out.ts';
import type { GlyphSource } from './glyphs.ts';
import { createHand } from './hand.ts';
import { drawSeparator, type Figure, separatorKinds } from './separators.ts';
import { drawCurrency, drawLongWord, drawSign, drawSymbol, drawWord, symbolNames } from './symbols.ts';
import { writePage } from './write-page.ts';

const seeds = Array.from({ length: 30 }, (_, seed) => seed);
const handOf = (seed: number) => createHand(createRandom(seed));
const separatorsOf = (kind: string, height: number): Figure[] =>
  seeds.map((seed) => drawSeparator(kind, createRandom(seed), height, handOf(seed).nib));
/** The edges of a figure above the base line, in heights. */
const edges = (figure: Figure, height: number) => ({
  top: figure.up + figure.height / 2 / height,
  bottom: figure.up - figure.height / 2 / height,
});

test('every symbol can be drawn, and an unknown one is refused', () => {
  for (const name of symbolNames) {
    const { coverage } = drawSymbol(name, createRandom(1), 24, handOf(1));
    expect(
      coverage.some((level) => level > 0.9),
      name,
    ).toBe(true);
    expect(
      coverage.every((level) => level >= 0 && level <= 1),
      name,
    ).toBe(true);
  }
  expect(() => drawSymbol('no letter', createRandom(1), 24, handOf(1))).toThrow(RangeError);
});

test('capitals stand on the base line and are as high as digits', () => {
  for (const seed of seeds) {
    const { top, bottom } = edges(drawSymbol('H', createRandom(seed), 40, handOf(seed)), 40);
    expect(Math.abs(bottom)).toBeLessThan(0.25);
    expect(Math.abs(top - 1)).toBeLessThan(0.25);
  }
});

test('words and signs are made of symbols, none of which looks like a digit', () => {
  const random = createRandom(1);
  for (let k = 0; k < 200; k++) {
    expect(symbolNames).toContain(drawSign(random));
    expect(['$', '€', '£', 'Fr']).toContain(drawCurrency(random));
    for (const letter of drawWord(random)) {
      expect(symbolNames).toContain(letter);
      expect('OoIlSsZzBbgqDG').not.toContain(letter);
    }
  }
});

test('of two letters that follow each other in a long word, one at least looks like no digit', () => {
  const random = createRandom(1);
  const words = Array.from({ length: 300 }, () => drawLongWord(random));
  for (const word of words) {
    expect(word.length).toBeGreaterThanOrEqual(4);
    for (const letter of word) expect(symbolNames).toContain(letter);
    expect(word.join('')).not.toMatch(/[OoIlSsZzBbgqDGQJaijy]{2}/);
  }
  const letters = new Set(words.flat());
  for (const letter of 'OlSzBgq') expect(letters).toContain(letter);
});

test('an unknown separator is refused', () => {
  expect(() => drawSeparator('!', createRandom(1), 24, handOf(1).nib)).toThrow(RangeError);
});

test.each([13, 40])('at a height of %d pixels, each separator has its shape and place', (height) => {
  for (const dot of separatorsOf('.', height)) {
    expect(Math.max(dot.width, dot.height)).toBeLessThan(0.5 * height);
    expect(Math.abs(dot.up)).toBeLessThan(0.2);
  }
  for (const comma of separatorsOf(',', height)) {
    expect(comma.height).toBeGreaterThan(comma.width * 0.7);
    expect(edges(comma, height).bottom).toBeLessThan(0);
  }
  for (const dash of separatorsOf('-', height)) {
    expect(dash.width).toBeGreaterThan(1.2 * dash.height);
    expect(dash.up).toBeGreaterThan(0.2);
  }
  for (const slash of separatorsOf('/', height)) expect(slash.height).toBeGreaterThan(height);
  for (const colon of separatorsOf(':', height)) {
    expect(colon.height).toBeGreaterThan(1.3 * colon.width);
    const { width, coverage } = colon;
    const rows = Array.from({ length: colon.height }, (_, y) =>
      Math.max(...coverage.subarray(y * width, (y + 1) * width)),
    );
    expect(Math.min(...rows)).toBeLessThan(0.3);
  }
});

test('every kind of separator is drawn anew each time', () => {
  for (const kind of separatorKinds)
    expect(new Set(separatorsOf(kind, 30).map(({ coverage }) => coverage.join())).size).toBe(seeds.length);
});

test('a crossing-out covers most of the height of what it crosses out', () => {
  for (const seed of seeds) {
    const { width, coverage } = drawCrossingOut(createRandom(seed), 20, 40, handOf(seed).nib);
    expect(width).toBeGreaterThan(15);
    expect(coverage.some((level) => level > 0.9)).toBe(true);
  }
});

/** A source of square digits that counts them. */
function createCounter(): GlyphSource & { count: number } {
  return {
    count: 0,
    draw(_: Random, height: number) {
      this.count++;
      const side = Math.round(height);
      return { digit: 8, width: side, height: side, coverage: new Float32Array(side * side).fill(1) };
    },
  };
}

test('no letter, sign or crossed-out digit is a mark', () => {
  let [pagesOfWords, unmarked] = [0, 0];
  for (let seed = 0; seed < 250; seed++) {
    const source = createCounter();
    const { marks, other } = writePage(source, createRandom(seed), { width: 160, height: 96 });
    const digits = marks.filter(({ kind }) => kind < 10).length;
    expect(digits).toBeLessThanOrEqual(source.count);
    unmarked += source.count - digits;
    if (source.count > 0) continue;
    expect(marks).toEqual([]);
    if (other.coverage.filter((level) => level > 0.5).length > 300) pagesOfWords++;
  }
  expect(pagesOfWords).toBeGreaterThan(5);
  expect(unmarked).toBeGreaterThan(30);
});
