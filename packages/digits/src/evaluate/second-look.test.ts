import { describe, expect, it } from 'vitest';
import { lookAgain } from './second-look.ts';

/** A bar of full ink, 4 wide and 16 high, in the middle of a picture. */
function bar(): Uint8Array {
  const pixels = new Uint8Array(784);
  for (let y = 6; y < 22; y++) pixels.fill(255, y * 28 + 12, y * 28 + 16);
  return pixels;
}

/** [1, 10]: this digit with this probability, the rest spread over the others. */
const saying = (digit: number, probability: number) =>
  Array.from({ length: 10 }, (_, i) => (i === digit ? probability : (1 - probability) / 9));

const inkOf = (pixels: Uint8Array) => pixels.reduce((sum, ink) => sum + ink, 0) / 255;
const rowsOf = (pixels: Uint8Array) =>
  Array.from({ length: 28 }, (_, y) => y).filter((y) => pixels.subarray(y * 28, (y + 1) * 28).some(Boolean));
/** The distance, in pixels, of the middle of the upper rows to the right of the middle of the lower ones. */
function leanOf(pixels: Uint8Array): number {
  const middleOf = (y: number) => {
    const row = [...pixels.subarray(y * 28, (y + 1) * 28)];
    return row.reduce((sum, ink, x) => sum + ink * x, 0) / row.reduce((sum, ink) => sum + ink, 0);
  };
  return middleOf(8) - middleOf(19);
}

describe('a second look', () => {
  it('is at the digits that are not sure, in five other shapes, and the mean of all answers counts', async () => {
    const probabilities = Float32Array.from([...saying(3, 0.99), ...saying(1, 0.5)]);
    const seen: Uint8Array[] = [];
    const pixels = Uint8Array.from([...bar(), ...bar()]);
    const result = await lookAgain({ pixels, probabilities, below: 0.97 }, async (shapes) => {
      seen.push(shapes);
      return Float32Array.from(Array.from({ length: 5 }, () => saying(7, 0.8)).flat());
    });
    expect(seen.map((shapes) => shapes.length)).toEqual([5 * 784]);
    expect([...result.subarray(0, 10)]).toEqual([...probabilities.subarray(0, 10)]);
    expect(result[10 + 7]).toBeCloseTo((0.5 / 9 + 5 * 0.8) / 6, 5);
    expect(result.subarray(10).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    // The first answer is another's, who may still use it.
    expect(probabilities[11]).toBeCloseTo(0.5, 6);
  });

  it('shows a digit taller, turned to either side, thicker and thinner', async () => {
    const pixels = bar();
    let shapes: Uint8Array[] = [];
    await lookAgain({ pixels, probabilities: new Float32Array(10), below: 1 }, async (all) => {
      shapes = Array.from({ length: 5 }, (_, k) => all.subarray(k * 784, (k + 1) * 784));
      return new Float32Array(50);
    });
    const [taller, turned, back, thicker, thinner] = shapes as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(rowsOf(taller)).toHaveLength(18);
    expect([...taller].filter((_, at) => at % 28 === 11).every((ink) => ink === 0)).toBe(true);
    expect(leanOf(pixels)).toBe(0);
    expect(Math.abs(leanOf(turned))).toBeGreaterThan(1);
    expect(leanOf(back)).toBeCloseTo(-leanOf(turned), 1);
    expect(inkOf(thicker)).toBeGreaterThan(1.2 * inkOf(pixels));
    expect(inkOf(thinner)).toBeLessThan(0.85 * inkOf(pixels));
  });

  it('asks nothing when every digit is sure, and only about the rows that count', async () => {
    const asked: number[] = [];
    const classify = async (shapes: Uint8Array) => {
      asked.push(shapes.length / 784);
      return new Float32Array((shapes.length / 784) * 10);
    };
    const pixels = new Uint8Array(2 * 784);
    const sure = Float32Array.from([...saying(3, 0.99), ...saying(4, 0.97)]);
    expect(await lookAgain({ pixels, probabilities: sure, below: 0.97 }, classify)).toBe(sure);
    const unsure = Float32Array.from([...saying(3, 0.4), ...saying(4, 0.4)]);
    await lookAgain({ pixels, probabilities: unsure, below: 0.97, rows: [1] }, classify);
    expect(asked).toEqual([5]);
  });
});
