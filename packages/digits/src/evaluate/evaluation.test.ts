import { describe, expect, it } from 'vitest';
import type { LabelledSet } from '../data/labelled-set.ts';
import { type Classify, classifySet, evaluate, summarise } from './evaluation.ts';

/** A set whose first pixel is the digit that will be read and whose second is how sure, in per cent. */
function madeUp(
  digits: readonly [label: number, read: number, sure: number][],
  missed?: LabelledSet['missed'],
): LabelledSet {
  const images = new Uint8Array(digits.length * 784);
  for (const [i, [, read, sure]] of digits.entries()) images.set([read, sure], i * 784);
  return {
    name: 'made-up',
    count: digits.length,
    images,
    labels: Uint8Array.from(digits, ([label]) => label),
    ...(missed && { missed }),
  };
}

const classify: Classify = async (pixels) => {
  const rows = new Float32Array((pixels.length / 784) * 10);
  for (let i = 0; i < rows.length / 10; i++) {
    const sure = pixels[i * 784 + 1]! / 100;
    rows.fill((1 - sure) / 9, i * 10, i * 10 + 10);
    rows[i * 10 + pixels[i * 784]!] = sure;
  }
  return rows;
};

describe('evaluate', () => {
  const set = madeUp([
    [3, 3, 90],
    [3, 5, 70],
    [5, 5, 80],
    [5, 5, 60],
    [9, 4, 95],
  ]);

  it('counts, compares and ranks', async () => {
    const evaluation = await evaluate(classify, set);
    expect(evaluation).toMatchObject({ set: 'made-up', count: 5, correct: 3, accuracy: 0.6, missed: 0 });
    expect(evaluation.confusion[3]).toEqual([0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    expect(evaluation.confusion[9]![4]).toBe(1);
    expect([evaluation.recall[3], evaluation.recall[5], evaluation.recall[9], evaluation.recall[0]]).toEqual([
      0.5,
      1,
      0,
      Number.NaN,
    ]);
    expect(evaluation.interval[0]).toBeLessThan(0.6);
    expect(evaluation.calibrationError).toBeGreaterThan(0);
    expect(evaluation.mistakes.map(({ index, label, digit }) => [index, label, digit])).toEqual([
      [4, 9, 4],
      [1, 3, 5],
    ]);
    expect(evaluation.mistakes[0]!.confidence).toBeCloseTo(0.95, 6);
    expect(evaluation.mistakes[0]!.pixels).toEqual(set.images.slice(4 * 784));
  });

  it('shows no more mistakes than asked for', async () => {
    const { mistakes, correct } = await evaluate(classify, set, { maxMistakes: 1 });
    expect([mistakes.length, mistakes[0]!.index, correct]).toEqual([1, 4, 3]);
  });

  it('counts pictures that were missed as wrong', async () => {
    const missed = [
      { file: 'a.png', label: 3, reason: 'no digit' },
      { file: 'b.png', label: 0, reason: 'two' },
    ];
    const evaluation = await evaluate(classify, madeUp([[3, 3, 90]], missed));
    expect(evaluation).toMatchObject({ count: 3, correct: 1, missed: 2 });
    expect([evaluation.recall[3], evaluation.recall[0], evaluation.recall[1]]).toEqual([0.5, 0, Number.NaN]);
    expect(summarise(new Float32Array(0), madeUp([], missed))).toMatchObject({
      count: 2,
      accuracy: 0,
      calibrationError: 0,
    });
  });

  it('reads in chunks and takes the signal along', async () => {
    const sizes: number[] = [];
    const { signal } = new AbortController();
    const watching: Classify = (pixels, options) => {
      sizes.push(pixels.length / 784);
      expect(options?.signal).toBe(signal);
      return classify(pixels);
    };
    expect(await classifySet(watching, set, { chunk: 2, signal })).toEqual(await classify(set.images));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('refuses an empty set', async () => {
    await expect(evaluate(classify, madeUp([]))).rejects.toThrow(RangeError);
  });
});
