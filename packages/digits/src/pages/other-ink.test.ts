import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { createGlyphs } from './glyphs.ts';
import { inkLevel } from './ink.ts';
import { doodle, rubberStamp, showThrough } from './other-ink.ts';
import { WrittenPage } from './written-page.ts';

const glyphs = createGlyphs({
  name: 'bar',
  count: 1,
  labels: Uint8Array.of(1),
  images: Uint8Array.from({ length: 784 }, (_, p) => (p % 28 > 12 && p % 28 < 16 ? 255 : 0)),
});

test('a doodle is ink of no mark, from small to as large as the page', () => {
  const extents = Array.from({ length: 40 }, (_, seed) => {
    const page = new WrittenPage(glyphs, createRandom(seed), { width: 160, height: 96 });
    doodle(page);
    expect(page.marks).toEqual([]);
    expect(page.marked.coverage.every((level) => level === 0)).toBe(true);
    const columns = [...page.other.coverage].flatMap((level, i) => (level > inkLevel ? [i % 160] : []));
    return columns.length === 0 ? 0 : Math.max(...columns) - Math.min(...columns);
  });
  expect(extents.filter((extent) => extent > 0).length).toBeGreaterThan(35);
  expect(Math.max(...extents)).toBeGreaterThan(140);
  expect(Math.min(...extents.filter((extent) => extent > 0))).toBeLessThan(60);
});

test.each([
  ['what shows through', showThrough],
  ['a rubber stamp', rubberStamp],
])('%s lies under the writing, paler than it, and is no mark', (_, add) => {
  const layers = Array.from({ length: 40 }, (_, seed) => {
    const page = new WrittenPage(glyphs, createRandom(seed), { width: 160, height: 96 });
    add(page);
    expect(page.marks).toEqual([]);
    expect([...page.marked.coverage, ...page.other.coverage].every((level) => level === 0)).toBe(true);
    expect(page.under).toHaveLength(1);
    return page.under[0]!;
  });
  const inked = layers.filter(({ coverage }) => coverage.some((level) => level > inkLevel));
  expect(inked.length).toBeGreaterThan(30);
  for (const { darkness } of layers) {
    expect(darkness).toBeGreaterThan(0);
    expect(darkness).toBeLessThan(1);
  }
});
