import { describe, expect, it } from 'vitest';
import type { PreparedDigit, PreparedPicture } from '../prepare/prepared.ts';
import type { Answer } from './batcher.ts';
import { composeReading, stackDigits } from './reading.ts';

function digit(mark: number): PreparedDigit {
  return { box: [mark, 0, 1, 1], pixels: new Uint8Array(784).fill(mark) };
}

function picture(lines: number[][][], clutter = 0): PreparedPicture {
  return { width: 100, height: 50, clutter, lines: lines.map((line) => line.map((word) => word.map(digit))) };
}

const card = { temperature: 0.5, unsureBelow: 0.5, familiarAbove: 3 };

/** Rows that read these digits with these confidences, and how familiar they are. */
function rows(...readings: [digit: number, confidence: number, familiarity?: number][]): Answer {
  const probabilities = new Float32Array(readings.length * 10);
  readings.forEach(([value, confidence], i) => {
    probabilities.fill((1 - confidence) / 9, i * 10, i * 10 + 10);
    probabilities[i * 10 + value] = confidence;
  });
  return { probabilities, familiarity: Float32Array.from(readings, ([, , familiarity]) => familiarity ?? 5) };
}

describe('composeReading', () => {
  it('joins digits to words, words to lines and lines to a text', () => {
    const sheet = picture([[[1, 2], [3]], [[4]]]);
    const reading = composeReading(sheet, rows([9, 1], [8, 1], [7, 1], [0, 1]), card);
    expect(reading.text).toBe('98 7\n0');
    expect(reading.digits.map(({ box }) => box[0])).toEqual([1, 2, 3, 4]);
    expect(reading.prepared.map(([pixel]) => pixel)).toEqual([1, 2, 3, 4]);
    expect([reading.width, reading.height]).toEqual([100, 50]);
  });

  it('is as sure of a text as of all its digits together', () => {
    const reading = composeReading(picture([[[1, 2]]]), rows([1, 0.9], [2, 0.8]), {
      ...card,
      unsureBelow: 0.7,
    });
    expect(reading.confidence).toBeCloseTo(0.72, 5);
    expect(reading.unsure).toBe(false);
    expect(reading.digits.map(({ confidence }) => confidence)).toEqual([0.9, 0.8]);
    const strict = { ...card, unsureBelow: 0.73 };
    expect(composeReading(picture([[[1, 2]]]), rows([1, 0.9], [2, 0.8]), strict).unsure).toBe(true);
  });

  it('is unsure of ink that looks like something else, and the less confident the more it does', () => {
    const read = (clutter: number) => composeReading(picture([[[1]]], clutter), rows([1, 1]), card);
    expect([read(0.49).unsure, read(0.5).unsure]).toEqual([false, true]);
    expect([0, 0.5, 0.75, 1].map((clutter) => read(clutter).confidence)).toEqual([1, 1, 0.5, 0]);
  });

  it('is unsure of a digit that is strange to the model, and no surer than the threshold', () => {
    const read = (familiarity: number) =>
      composeReading(picture([[[1, 2]]]), rows([1, 1], [2, 1, familiarity]), card);
    expect([read(3).unsure, read(2.99).unsure]).toEqual([false, true]);
    expect(read(3).confidence).toBe(1);
    expect(read(2.5).digits.map(({ confidence }) => confidence)).toEqual([1, card.unsureBelow]);
    expect(read(2.5).confidence).toBe(card.unsureBelow);
    const { familiarAbove: _, ...older } = card;
    expect(composeReading(picture([[[1]]]), rows([1, 1, -50]), older)).toMatchObject({
      confidence: 1,
      unsure: false,
    });
  });

  it('keeps probabilities short', () => {
    const [only] = composeReading(picture([[[1]]]), rows([1, 1 / 3]), card).digits;
    expect(JSON.stringify(only!.confidence)).toBe('0.333333');
    expect(only!.probabilities).toHaveLength(10);
  });
});

describe('stackDigits', () => {
  it('lays pixels one after another', () => {
    const stacked = stackDigits([digit(3), digit(4)]);
    expect([stacked.length, stacked[783], stacked[784]]).toEqual([1568, 3, 4]);
    expect(stackDigits([digit(3)])).toEqual(new Uint8Array(784).fill(3));
  });

  it('finds no number in an empty picture', () => {
    expect(() => stackDigits([])).toThrow(expect.objectContaining({ code: 'DIGITS_NONE_FOUND' }));
  });
});
