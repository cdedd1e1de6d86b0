import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as boxes from '../../src/prepare/boxes.ts';
import { type Labelled, labelComponents } from '../../src/prepare/components.ts';
import { groupComponents } from '../../src/prepare/grouping.ts';
import { prepareGrey } from '../../src/prepare/prepare-picture.ts';
import { prepareStrokes } from '../../src/prepare/prepare-strokes.ts';
import { splitWide } from '../../src/prepare/split-wide.ts';

vi.mock('../../src/prepare/boxes.ts', { spy: true });

/** A page of dots in a square pattern, grey: the middle of each is ink. */
function dots(across: number, step: number, size: number) {
  const side = across * step;
  const data = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) if (y % step < size && x % step < size) data[y * side + x] = 0;
  return { width: side, height: side, data };
}

const masked = ({ width, height, data }: ReturnType<typeof dots>): Labelled =>
  labelComponents({ width, height, data: data.map((level) => +(level === 0)) });

/** How many pairs of pieces are compared to group a page of them. */
function comparisons(labelled: Labelled): number {
  vi.mocked(boxes.overlapOf).mockClear();
  groupComponents(labelled);
  return vi.mocked(boxes.overlapOf).mock.calls.length;
}

beforeEach(() => {
  vi.clearAllMocks();
});

describe('a page full of pieces', () => {
  it('is grouped by comparing neighbours only', () => {
    const few = comparisons(masked(dots(10, 40, 12)));
    const many = comparisons(masked(dots(20, 40, 12)));
    // Four times the pieces, in columns twice as tall.
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThan(9 * few);
  });

  it('is refused before it is grouped', () => {
    const page = dots(50, 32, 12);
    expect(() => prepareGrey(page, page.width, page.height)).toThrow(
      expect.objectContaining({ code: 'DIGITS_NONE_FOUND', message: expect.stringContaining('2500 pieces') }),
    );
    // Grouping takes the boxes around pairs; nothing else does.
    expect(boxes.around).not.toHaveBeenCalled();
  });

  it('is refused before it is cropped when each piece is a digit', () => {
    const page = dots(25, 60, 24);
    expect(() => prepareGrey(page, page.width, page.height)).toThrow(
      expect.objectContaining({ code: 'DIGITS_NONE_FOUND', message: expect.stringContaining('625 pieces') }),
    );
  });
});

it('a part that is cut off has a label of its own, also beside pieces that were dropped', () => {
  // Two rings that touch, and a last piece whose label is the number of pieces after a speck was dropped.
  const [width, height] = [200, 120];
  const ink = (x: number, y: number) =>
    [29.6, 73.4].some((cx) => Math.abs(Math.hypot(x - cx, y - 50) - 18) < 4) ||
    (x > 120 && x < 129 && y > 30 && y < 80) ||
    (x === 5 && y === 5);
  const data = Uint8Array.from({ length: width * height }, (_, i) => +ink(i % width, Math.floor(i / width)));
  const labelled = labelComponents({ width, height, data });
  const components = labelled.components.filter(({ area }) => area > 1);
  const split = splitWide({ ...labelled, components });
  expect(components).toHaveLength(2);
  expect(split.components).toHaveLength(3);
  for (const { label, area } of split.components)
    expect(split.labels.filter((other) => other === label)).toHaveLength(area);
});

it('two digits side by side are no halves of a 0, however they lean towards each other', () => {
  const nine = Array.from(
    { length: 33 },
    (_, i) => [95 + 22 * Math.sin(i / 5), 24 - 22 * Math.cos(i / 5)] as const,
  );
  const { lines } = prepareStrokes([
    [
      [0, 36],
      [30, 0],
      [6, 100],
    ],
    [...nine, [117, 24], [110, 100]],
  ]);
  expect(lines.map((words) => words.map((word) => word.length))).toEqual([[2]]);
});
