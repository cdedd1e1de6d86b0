import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFamiliarAbove, familiarityOf } from './familiarity.ts';

describe('familiarityOf', () => {
  it('is the logarithm of the sum of the exponentials of a row, however large they are', () => {
    const rows = fc.float32Array({ minLength: 20, maxLength: 20, min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(rows, (logits) => {
        const sum = logits.subarray(10).reduce((total, logit) => total + Math.exp(logit), 0);
        expect(familiarityOf(logits, 1)).toBeCloseTo(Math.log(sum), 5);
      }),
    );
    expect(familiarityOf(new Float32Array(10).fill(2000), 0)).toBeCloseTo(2000 + Math.log(10), 6);
  });
});

describe('chooseFamiliarAbove', () => {
  it('leaves the stated share of digits below', () => {
    const logits = new Float32Array(1000);
    for (let i = 0; i < 100; i++) logits[i * 10] = 100 + ((i * 37) % 100);
    for (const share of [0, 0.03, 0.5]) {
      const level = chooseFamiliarAbove(logits, share);
      const below = Array.from({ length: 100 }, (_, i) => familiarityOf(logits, i)).filter(
        (one) => one < level,
      );
      expect(below).toHaveLength(share * 100);
    }
    expect(chooseFamiliarAbove(logits)).toBe(chooseFamiliarAbove(logits, 0.03));
  });

  it('refuses no logits, other shapes and shares that are none', () => {
    for (const wrong of [new Float32Array(0), new Float32Array(11)])
      expect(() => chooseFamiliarAbove(wrong)).toThrow(RangeError);
    expect(() => chooseFamiliarAbove(new Float32Array(10), 2)).toThrow(RangeError);
  });
});
