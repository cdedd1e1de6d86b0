import { describe, expect, it } from 'vitest';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  movingAverageDecay,
  oneCycle,
  stepDecay,
} from './schedules.ts';

describe('schedules', () => {
  it('stay, or fall in steps or smoothly', () => {
    expect(constantRate(0.1)(1e6)).toBe(0.1);
    const smooth = exponentialDecay({ initial: 0.1, rate: 0.5, every: 10 });
    expect([0, 5, 10, 20].map(smooth)).toEqual(
      [0.1, 0.1 * Math.SQRT1_2, 0.05, 0.025].map((v) => expect.closeTo(v, 12)),
    );
    const stairs = exponentialDecay({ initial: 0.1, rate: 0.5, every: 10, staircase: true });
    expect([0, 9, 10, 19, 20].map(stairs)).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
    expect(stepDecay({ initial: 1, factor: 0.1, every: 3 })(5)).toBeCloseTo(0.1, 12);
  });

  it('rise to the peak in a straight line and fall along a cosine', () => {
    const rate = cosineDecay({ peak: 1, steps: 14, warmup: 4, final: 0.2 });
    expect([0, 1, 3, 4, 9, 14, 99].map(rate)).toEqual(
      [0.25, 0.5, 1, 1, 0.6, 0.2, 0.2].map((value) => expect.closeTo(value, 12)),
    );
    expect(cosineDecay({ peak: 1, steps: 10 })(0)).toBe(1);
  });

  it('go round once', () => {
    const rate = oneCycle({ peak: 1, steps: 11, rise: 0.3, initial: 0.1, final: 0.01 });
    expect([0, 3, 10, 50].map(rate)).toEqual([0.1, 1, 0.01, 0.01].map((value) => expect.closeTo(value, 12)));
    expect(rate(1)).toBeGreaterThan(rate(0));
    expect(rate(4)).toBeLessThan(1);
  });

  it('let a moving average follow quickly at first', () => {
    const decay = movingAverageDecay(0.99);
    expect([0, 90, 1e6].map(decay)).toEqual([0.1, 0.91, 0.99]);
  });

  it('refuse options out of range', () => {
    expect(() => cosineDecay({ peak: 1, steps: 10, warmup: 11 })).toThrow(RangeError);
    expect(() => exponentialDecay({ initial: -1, rate: 0.9, every: 1 })).toThrow(RangeError);
    expect(() => oneCycle({ peak: 1, steps: 0 })).toThrow(RangeError);
    expect(() => movingAverageDecay(2)).toThrow(RangeError);
  });
});
