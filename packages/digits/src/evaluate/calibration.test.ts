import { createRandom } from '@inkwire/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrationErrorOf,
  chooseUnsureBelow,
  fitTemperature,
  reliabilityOf,
  topOf,
} from './calibration.ts';

/** Rows in which digit 0 is read with these confidences. */
function confident(...confidences: number[]): Float64Array {
  const rows = new Float64Array(confidences.length * 10);
  confidences.forEach((confidence, i) => {
    rows.fill((1 - confidence) / 9, i * 10, i * 10 + 10);
    rows[i * 10] = confidence;
  });
  return rows;
}

describe('topOf', () => {
  it('finds the most probable digit of a row, the smaller one of equals', () => {
    const rows = new Float32Array(20);
    rows.set([0.4, 0.6], 10);
    expect(topOf(rows, 1)).toEqual({ digit: 1, confidence: rows[11] });
    expect(topOf(rows, 0)).toEqual({ digit: 0, confidence: 0 });
  });
});

describe('reliability', () => {
  it('puts confidences into fifteen bins, each with its upper edge', () => {
    const bins = reliabilityOf(confident(1, 0.12, 2 / 15, 0.95, 0.97), Uint8Array.of(0, 0, 1, 0, 1));
    expect(bins).toHaveLength(15);
    expect(bins.map(({ count }) => count)).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    expect(bins[1]).toMatchObject({ from: 1 / 15, to: 2 / 15, accuracy: 0.5 });
    expect(bins[14]!.confidence).toBeCloseTo((1 + 0.95 + 0.97) / 3, 12);
    expect(bins[0]!.accuracy).toBeNaN();
  });

  it('weighs each bin by its share', () => {
    // Two digits 0.9 sure, one of them right: off by 0.4. Two 0.6 sure, both right: off by 0.4. One 1 sure and right: 0.
    const bins = reliabilityOf(confident(0.9, 0.9, 0.6, 0.6, 1), Uint8Array.of(0, 1, 0, 0, 0));
    expect(calibrationErrorOf(bins)).toBeCloseTo((2 / 5) * 0.4 + (2 / 5) * 0.4, 12);
    expect(calibrationErrorOf(reliabilityOf(new Float32Array(0), new Uint8Array(0)))).toBe(0);
  });
});

describe('fitTemperature', () => {
  /** Digits whose labels are drawn from softmax(logits / temperature). */
  function drawn(temperature: number, count: number) {
    const random = createRandom(7);
    const logits = Float32Array.from({ length: count * 10 }, () => 3 * random.normal());
    const labels = Uint8Array.from({ length: count }, (_, i) => {
      const powers = Array.from(logits.subarray(i * 10, i * 10 + 10), (logit) =>
        Math.exp(logit / temperature),
      );
      let rest = random.next() * powers.reduce((a, b) => a + b, 0);
      return powers.findIndex((power) => (rest -= power) < 0);
    });
    return { logits, labels };
  }

  it('finds the temperature that labels were drawn with', () => {
    for (const temperature of [0.4, 1, 2.5]) {
      const { logits, labels } = drawn(temperature, 6000);
      expect(fitTemperature(logits, labels) / temperature).toBeCloseTo(1, 1);
    }
  });

  it('has the least loss of all temperatures', () => {
    const { logits, labels } = drawn(1.3, 300);
    const lossAt = (temperature: number) =>
      labels.reduce((loss, label, i) => {
        const row = [...logits.subarray(i * 10, i * 10 + 10)];
        const sum = row.reduce((total, logit) => total + Math.exp(logit / temperature), 0);
        return loss - row[label]! / temperature + Math.log(sum);
      }, 0);
    const best = lossAt(fitTemperature(logits, labels));
    for (let temperature = 0.1; temperature < 10; temperature *= 1.1)
      expect(lossAt(temperature)).toBeGreaterThanOrEqual(best - 1e-9);
  });

  it('grows with the logits and does not see what is added to a row', () => {
    const { logits, labels } = drawn(1, 500);
    const once = fitTemperature(logits, labels);
    expect(
      fitTemperature(
        logits.map((logit) => 3 * logit),
        labels,
      ),
    ).toBeCloseTo(3 * once, 3);
    expect(
      fitTemperature(
        logits.map((logit, i) => logit + (Math.floor(i / 10) % 5)),
        labels,
      ),
    ).toBeCloseTo(once, 4);
  });

  it('stays within bounds where all is right or all is wrong', () => {
    const logits = new Float32Array(20);
    logits[3] = logits[14] = 5;
    expect(fitTemperature(logits, Uint8Array.of(3, 4))).toBeCloseTo(0.05, 3);
    expect(fitTemperature(logits, Uint8Array.of(2, 2))).toBeCloseTo(20, 2);
  });

  it('refuses arrays that do not match', () => {
    expect(() => fitTemperature(new Float32Array(11), new Uint8Array(1))).toThrow(RangeError);
    expect(() => fitTemperature(new Float32Array(0), new Uint8Array(0))).toThrow(RangeError);
  });
});

describe('chooseUnsureBelow', () => {
  const accepted = (rows: ArrayLike<number>, labels: Uint8Array, threshold: number) => {
    const kept = Array.from(labels, (label, i) => ({ label, ...topOf(rows, i) })).filter(
      ({ confidence }) => confidence >= threshold,
    );
    return { count: kept.length, wrong: kept.filter(({ digit, label }) => digit !== label).length };
  };

  it('accepts as many as it can with no more than the stated share wrong', () => {
    const sets = fc.array(fc.record({ confidence: fc.integer({ min: 2, max: 9 }), right: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(sets, fc.double({ min: 0, max: 0.6, noNaN: true }), (set, errorRate) => {
        const rows = confident(...set.map(({ confidence }) => confidence / 10));
        const labels = Uint8Array.from(set, ({ right }) => (right ? 0 : 1));
        const threshold = chooseUnsureBelow(rows, labels, errorRate);
        const { count, wrong } = accepted(rows, labels, threshold);
        if (threshold < 1) expect(wrong).toBeLessThanOrEqual(errorRate * count);
        for (let lower = 0; lower < Math.round(threshold * 10); lower++) {
          const more = accepted(rows, labels, lower / 10);
          if (more.count > count) expect(more.wrong).toBeGreaterThan(errorRate * more.count);
        }
      }),
    );
  });

  it('accepts all when all may be accepted, and none when even the surest are wrong', () => {
    expect(chooseUnsureBelow(confident(0.9, 0.3), Uint8Array.of(0, 0), 0)).toBe(0);
    expect(chooseUnsureBelow(confident(0.9, 0.3), Uint8Array.of(1, 0), 0.1)).toBe(1);
    expect(chooseUnsureBelow(confident(0.9, 0.3), Uint8Array.of(0, 1), 0.1)).toBe(0.9);
  });

  it('refuses arrays that do not match and rates that are none', () => {
    expect(() => chooseUnsureBelow(confident(1), Uint8Array.of(0, 1), 0.1)).toThrow(RangeError);
    expect(() => chooseUnsureBelow(confident(1), Uint8Array.of(0), 1.5)).toThrow(RangeError);
  });
});
