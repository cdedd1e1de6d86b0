import { expect, it } from 'vitest';
import type { DigitReading } from '../api.ts';
import { doubtfulDigits, secondGuess } from './doubt.ts';

const digits = (...confidences: number[]) =>
  confidences.map((confidence) => ({ confidence }) as DigitReading);

it('doubts nothing in a sure reading', () => {
  expect(doubtfulDigits({ unsure: false, digits: digits(0.3, 0.9) }).size).toBe(0);
  expect(doubtfulDigits({ unsure: true, digits: [] }).size).toBe(0);
});

it('doubts the least sure digit, and those that are hardly surer', () => {
  expect([...doubtfulDigits({ unsure: true, digits: digits(0.99, 0.41, 0.5, 0.8) })]).toEqual([1, 2]);
});

it('knows what a digit would be otherwise', () => {
  const probabilities = [0, 0.3, 0, 0, 0, 0, 0, 0.6, 0, 0.1];
  expect(secondGuess({ digit: 7, probabilities })).toEqual({ digit: 1, probability: 0.3 });
  expect(secondGuess({ digit: 1, probabilities })).toEqual({ digit: 7, probability: 0.6 });
});
