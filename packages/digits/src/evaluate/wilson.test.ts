import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe('wilsonInterval', () => {
  it('gives the published values', () => {
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    const table = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [correct, count, low, high] of table) {
      const interval = wilsonInterval(correct, count);
      expect(interval[0]).toBeCloseTo(low, 4);
      expect(interval[1]).toBeCloseTo(high, 4);
    }
  });

  it('holds the share, stays within 0 and 1, and mirrors', () => {
    const pairs = fc
      .integer({ min: 1, max: 100_000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(pairs, ([correct, count]) => {
        const [low, high] = wilsonInterval(correct, count);
        expect(0 <= low && low <= correct / count && correct / count <= high && high <= 1).toBe(true);
        const [mirrored] = wilsonInterval(count - correct, count);
        expect(1 - high).toBeCloseTo(mirrored, 12);
      }),
    );
  });

  it('refuses impossible counts', () => {
    expect(() => wilsonInterval(0, 0)).toThrow(RangeError);
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
  });
});
