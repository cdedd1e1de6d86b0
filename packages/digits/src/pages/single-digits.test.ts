import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import type { GlyphSource } from './glyphs.ts';
import { writeForm } from './single-digits.ts';
import { WrittenPage } from './written-page.ts';

/** A source of square eights. */
const glyphs: GlyphSource = {
  draw(_, height) {
    const side = Math.round(height);
    return { digit: 8, width: side, height: side, coverage: new Float32Array(side * side).fill(1) };
  },
};
const size = { width: 160, height: 96 };
const forms = Array.from({ length: 60 }, (_, seed) => {
  const page = new WrittenPage(glyphs, createRandom(seed), size);
  writeForm(page);
  return page;
});

test('a form has lines under its digits, which are the only marks', () => {
  for (const { marks, under } of forms) {
    expect(under).toHaveLength(1);
    for (const { kind } of marks) expect(kind).toBe(8);
  }
  expect(forms.filter(({ marks }) => marks.length > 2).length).toBeGreaterThan(20);
  expect(forms.filter(({ under }) => under[0]!.coverage.some((level) => level > 0.3)).length).toBeGreaterThan(
    50,
  );
});

test('some boxes stay empty, and some digits cross the lines of theirs', () => {
  const crossed = forms.filter(({ marked, under }) =>
    marked.coverage.some((level, i) => level > 0.5 && under[0]!.coverage[i]! > 0.5),
  );
  expect(crossed.length).toBeGreaterThan(20);
  const [fewest, most] = [Math.min, Math.max].map((of) => of(...forms.map(({ marks }) => marks.length)));
  expect(fewest).toBeLessThan(3);
  expect(most).toBeGreaterThan(5);
});
