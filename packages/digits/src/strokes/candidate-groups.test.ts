import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitStrokes, drawNumber, moved } from '../../test/drawn-digits.ts';
import type { Stroke } from '../prepare/prepared.ts';
import { candidateGroups, geometricCost } from './candidate-groups.ts';
import { cheapestCover } from './cheapest-cover.ts';
import { shapeOf } from './stroke-shape.ts';

const candidatesOf = (strokes: readonly Stroke[], height = 100) =>
  candidateGroups(strokes.map(shapeOf), height);

/** The groups as places in the order of writing. */
function groupsOf(strokes: readonly Stroke[]): string[] {
  const { order, groups } = candidatesOf(strokes)!;
  return groups.map((group) =>
    group.strokes
      .map((place) => order[place]!.index)
      .sort()
      .join(' '),
  );
}

describe('candidate groups', () => {
  it('hold a digit of two strokes, however late the second one came', () => {
    const [body, bar] = digitStrokes('7') as [Stroke, Stroke];
    expect(groupsOf([body, bar])).toEqual(expect.arrayContaining(['0', '1', '0 1']));
    expect(groupsOf([body, ...moved(drawNumber('20', 10), 66), bar])).toContain('0 3');
  });

  it('do not hold strokes of digits that are far apart, or of two lines', () => {
    expect(groupsOf(drawNumber('203', 60))).toEqual(['0', '1', '2']);
    expect(groupsOf([...drawNumber('2', 0), ...drawNumber('2', 0, 140)])).toEqual(['0', '1']);
  });

  it('leave two heights possible when strokes stand one over another and touch', () => {
    const ring = digitStrokes('0');
    expect(candidatesOf([...ring, ...moved(ring, 0, 104)])?.heights).toEqual([204, 100]);
    expect(candidatesOf([...ring, ...moved(ring, 70)])?.heights).toEqual([100]);
  });

  it('cost less when the strokes meet, are as tall as the writing, and no wider than a digit', () => {
    const group = { strokes: [0, 1], gap: 0, excess: 0, height: 100 };
    expect(geometricCost(group, 100)).toBe(0);
    for (const worse of [{ gap: 0.3 }, { excess: 0.3 }, { height: 40 }, { height: 200 }])
      expect(geometricCost({ ...group, ...worse }, 100)).toBeGreaterThan(0.4);
  });

  it('are undefined for a tangle', () => {
    const tangle = Array.from(
      { length: 60 },
      (_, i): Stroke => [
        [i, 0],
        [60 - i, 90],
      ],
    );
    expect(candidatesOf(tangle)).toBeUndefined();
  });

  it('are at most six a stroke, of at most four, and can always be a cover', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 200 }));
    const stroke = fc.array(place, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(stroke, { minLength: 1, maxLength: 16 }), (strokes) => {
        const found = candidatesOf(strokes);
        expect(found).toBeDefined();
        const { order, groups } = found!;
        expect(order.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...strokes.keys()]);
        for (const first of order.keys()) {
          const beginning = groups.filter((group) => group.strokes[0] === first);
          expect(beginning[0]!.strokes).toEqual([first]);
          expect(beginning.length).toBeLessThanOrEqual(6);
        }
        expect(Math.max(...groups.map((group) => group.strokes.length))).toBeLessThanOrEqual(4);
        const costed = groups.map((group) => ({ ...group, cost: geometricCost(group, 100) }));
        expect(cheapestCover(order.length, costed)).toBeDefined();
      }),
    );
  });
});
