import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapestCover, groupSpan, type StrokeGroup } from './cheapest-cover.ts';

const costOf = (groups: readonly StrokeGroup[]) => groups.reduce((sum, { cost }) => sum + cost, 0);

/** The least cost by trying every choice of groups. */
function leastCost(count: number, groups: readonly StrokeGroup[]): number {
  const extend = (taken: ReadonlySet<number>): number => {
    if (taken.size === count) return 0;
    const fitting = groups.filter(({ strokes }) => strokes.every((stroke) => !taken.has(stroke)));
    const first = [...Array(count).keys()].find((stroke) => !taken.has(stroke));
    return Math.min(
      Infinity,
      ...fitting
        .filter(({ strokes }) => strokes.includes(first!))
        .map(({ strokes, cost }) => cost + extend(new Set([...taken, ...strokes]))),
    );
  };
  return extend(new Set());
}

describe('the cheapest cover', () => {
  it('is nothing for no strokes', () => {
    expect(cheapestCover(0, [])).toEqual([]);
  });

  it('joins a bar that stands behind the first stroke of a neighbour', () => {
    const groups = [
      { strokes: [0], cost: 2 },
      { strokes: [1], cost: 1 },
      { strokes: [2], cost: 3 },
      { strokes: [0, 2], cost: 1 },
      { strokes: [0, 1], cost: 1.5 },
    ];
    expect(cheapestCover(3, groups)?.map(({ strokes }) => strokes)).toEqual([[0, 2], [1]]);
  });

  it('is undefined when a stroke is in no group, or only in such as exclude one another', () => {
    expect(cheapestCover(2, [{ strokes: [0], cost: 1 }])).toBeUndefined();
    const pairs = [
      { strokes: [0, 1], cost: 1 },
      { strokes: [1, 2], cost: 1 },
    ];
    expect(cheapestCover(3, pairs)).toBeUndefined();
  });

  it('holds each stroke once, at the least cost that there is', () => {
    const cases = fc.integer({ min: 1, max: 7 }).chain((count) =>
      fc.tuple(
        fc.constant(count),
        fc.array(
          fc.record({
            strokes: fc
              .uniqueArray(fc.integer({ min: 0, max: count - 1 }), { minLength: 1, maxLength: 4 })
              .map((strokes) => strokes.sort((a, b) => a - b)),
            cost: fc.integer({ min: 0, max: 50 }),
          }),
          { maxLength: 16 },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([count, groups]) => {
        const found = cheapestCover(count, groups);
        const least = leastCost(count, groups);
        expect(found === undefined ? Infinity : costOf(found)).toBe(least);
        if (!found) return;
        expect(found.flatMap(({ strokes }) => strokes).sort((a, b) => a - b)).toEqual([
          ...Array(count).keys(),
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([[[]], [[1, 0]], [[0, 0]], [[0, 12]], [[-1]], [[0, groupSpan]], [[0.5]]])(
    'refuses %j',
    (strokes) => {
      expect(() => cheapestCover(12, [{ strokes, cost: 1 }])).toThrow(RangeError);
    },
  );
});
