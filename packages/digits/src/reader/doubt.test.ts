import { createRandom } from '@inkwire/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DoubtWeights } from '../model/model-card.ts';
import { confidenceOf, type DoubtSample, type Evidence, fitDoubt, plainDoubt } from './doubt.ts';

const sure: Evidence = { confidences: [0.99, 0.98], weakestMark: 0.95, unreadInk: 0, otherWriting: 0 };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const evidence: fc.Arbitrary<Evidence> = fc.record({
  confidences: fc.array(share, { minLength: 1, maxLength: 8 }),
  weakestMark: share,
  unreadInk: share,
  otherWriting: share,
});
const sample: fc.Arbitrary<DoubtSample> = fc.record({ evidence, isRight: fc.boolean() });

/** Readings whose truth follows the given weights. */
function invent(truth: DoubtWeights, count: number): DoubtSample[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const confidences = Array.from(
      { length: 1 + Math.floor(random.next() * 6) },
      () => 1 - 0.3 * random.next() ** 3,
    );
    const made: Evidence = {
      confidences,
      weakestMark: 1 - 0.7 * random.next() ** 2,
      unreadInk: random.next() ** 2,
      otherWriting: random.next() ** 2,
    };
    return { evidence: made, isRight: random.next() < confidenceOf(made, truth) };
  });
}

describe('confidenceOf', () => {
  it('is the product of the confidences until something is fitted', () => {
    expect(confidenceOf(sure, plainDoubt)).toBeCloseTo(0.99 * 0.98, 12);
    expect(confidenceOf({ ...sure, unreadInk: 1 }, plainDoubt)).toBeCloseTo(0.99 * 0.98, 12);
  });

  it('is 0 without a digit, and a probability when a digit is certain or impossible', () => {
    expect(confidenceOf({ ...sure, confidences: [] }, plainDoubt)).toBe(0);
    expect(confidenceOf({ ...sure, confidences: [1] }, plainDoubt)).toBeCloseTo(1, 4);
    expect(confidenceOf({ ...sure, confidences: [0, 1] }, plainDoubt)).toBeCloseTo(0, 4);
  });
});

describe('the weakest mark', () => {
  it('makes a reading less sure, the lower its score is', () => {
    const weights = { ...plainDoubt, weakestMark: 0.5 };
    const at = (weakestMark: number) => confidenceOf({ ...sure, weakestMark }, weights);
    expect(at(0.5)).toBeLessThan(at(0.9));
    expect(at(0.3)).toBeLessThan(at(0.5));
  });
});

describe('fitDoubt', () => {
  it('finds the weights that invented readings follow', () => {
    const truth: DoubtWeights = {
      offset: 0.5,
      together: 0.8,
      weakest: 0.4,
      weakestMark: 0.6,
      unreadInk: -3,
      otherWriting: -2,
    };
    const found = fitDoubt(invent(truth, 20_000));
    for (const name of Object.keys(truth) as (keyof DoubtWeights)[])
      expect(Math.abs(found[name] - truth[name]), name).toBeLessThan(0.25);
  });

  it('says 90 % of readings of which 90 % are right', () => {
    const samples = Array.from({ length: 1_000 }, (_, i) => ({ evidence: sure, isRight: i % 10 > 0 }));
    expect(confidenceOf(sure, fitDoubt(samples))).toBeCloseTo(0.9, 3);
  });

  it('keeps the plain product where there are no samples', () => {
    expect(fitDoubt([])).toEqual(plainDoubt);
  });

  it('does not trust a reading more for ink that nobody read, even where the samples do', () => {
    const samples = invent({ ...plainDoubt, unreadInk: 4, otherWriting: -2 }, 2_000);
    const found = fitDoubt(samples);
    expect(found.unreadInk).toBe(0);
    expect(found.otherWriting).toBeLessThan(-1);
  });

  it('stays finite and monotone on any samples', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), evidence, share, (samples, some, more) => {
        const weights = fitDoubt(samples);
        expect(Object.values(weights).every(Number.isFinite)).toBe(true);
        const before = confidenceOf(some, weights);
        for (const reason of ['unreadInk', 'otherWriting'] as const)
          expect(confidenceOf({ ...some, [reason]: some[reason] + more }, weights)).toBeLessThanOrEqual(
            before,
          );
        const weakestMark = some.weakestMark + more * (1 - some.weakestMark);
        expect(confidenceOf({ ...some, weakestMark }, weights)).toBeGreaterThanOrEqual(before - 1e-12);
        const surer = some.confidences.map((confidence) => confidence + more * (1 - confidence));
        expect(confidenceOf({ ...some, confidences: surer }, weights)).toBeGreaterThanOrEqual(before - 1e-12);
      }),
    );
  });

  it('ends when one reason parts right from wrong', () => {
    const samples = [0, 0.1, 0.9, 1].map((unreadInk) => ({
      evidence: { ...sure, unreadInk },
      isRight: unreadInk < 0.5,
    }));
    const weights = fitDoubt(samples);
    expect(weights.unreadInk).toBeLessThan(-1);
    expect(weights.unreadInk).toBeGreaterThan(-50);
  });

  it('refuses a sample without a digit', () => {
    expect(() => fitDoubt([{ evidence: { ...sure, confidences: [] }, isRight: false }])).toThrow(RangeError);
  });
});
