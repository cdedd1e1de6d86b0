import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmax } from './softmax.ts';

describe('softmax', () => {
  it('sums to one, keeps the order, and is flatter at a higher temperature', () => {
    const logits = fc.float32Array({ minLength: 20, maxLength: 20, min: -80, max: 80, noNaN: true });
    fc.assert(
      fc.property(logits, fc.double({ min: 0.5, max: 4, noNaN: true }), (values, temperature) => {
        const output = new Float32Array(30);
        softmax(values, 1, output, 2, temperature);
        expect(output.subarray(0, 20)).toEqual(new Float32Array(20));
        const row = [...values.subarray(10)];
        const powers = row.map((value) => Math.exp(value / temperature - Math.max(...row) / temperature));
        const sum = powers.reduce((a, b) => a + b, 0);
        for (const [i, power] of powers.entries()) expect(output[20 + i]).toBeCloseTo(power / sum, 5);
      }),
    );
  });
});
