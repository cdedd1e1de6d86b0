import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillShares, wholeShares } from './fill-shares.ts';

interface Bound {
  readonly least: number;
  readonly most: number;
  readonly weight: number;
}

const bound: fc.Arbitrary<Bound> = fc
  .record({ least: fc.nat(20), more: fc.nat(50), weight: fc.double({ min: 1e-3, max: 1e6, noNaN: true }) })
  .map(({ least, more, weight }) => ({ least, most: least + more, weight }));

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);

const fill = (bounds: readonly Bound[], total: number) =>
  fillShares(
    {
      least: Float64Array.from(bounds, ({ least }) => least),
      most: Float64Array.from(bounds, ({ most }) => most),
      weight: Float64Array.from(bounds, ({ weight }) => weight),
    },
    total,
  );

it('gives everyone the same multiple of its weight, within its bounds', () => {
  const shares = fill(
    [
      { least: 0, most: 2, weight: 1 },
      { least: 0, most: 100, weight: 1 },
      { least: 0, most: 100, weight: 2 },
      { least: 30, most: 100, weight: 1 },
    ],
    62,
  );
  expect([...shares].map((share) => Math.round(share * 1000) / 1000)).toEqual([2, 10, 20, 30]);
});

it('adds up to the total wherever the bounds permit, and keeps them', () => {
  const current = fc.array(fc.nat(70), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(
      fc.array(bound, { minLength: 1, maxLength: 20 }),
      fc.nat(500),
      current,
      (bounds, total, has) => {
        const least = sum(bounds.map((b) => b.least));
        const most = sum(bounds.map((b) => b.most));
        const expected = Math.min(most, Math.max(least, total));
        const shares = fill(bounds, total);
        const whole = wholeShares(shares, (i) => has[i]!);
        expect(sum(shares)).toBeCloseTo(expected, 5);
        expect(sum(whole)).toBe(expected);
        for (const [i, { least, most }] of bounds.entries()) {
          expect(whole[i]).toBeGreaterThanOrEqual(least);
          expect(whole[i]).toBeLessThanOrEqual(most);
          expect(Math.abs(whole[i]! - shares[i]!)).toBeLessThan(1.001);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

it('rounds up those that have as much already', () => {
  const shares = Float64Array.of(1.5, 1.5, 1.5, 1.5);
  expect([...wholeShares(shares, (i) => [1, 2, 1, 2][i]!)]).toEqual([1, 2, 1, 2]);
  expect([...wholeShares(shares, () => 0)]).toEqual([2, 2, 1, 1]);
});
