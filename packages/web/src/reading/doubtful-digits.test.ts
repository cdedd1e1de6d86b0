import type { ReadDigit } from '@inkwire/wire/hub';
import { expect, it } from 'vitest';
import { alternativeTo, doubtfulDigits, secondGuess } from './doubtful-digits.ts';

const digits = (...confidences: number[]) => confidences.map((confidence) => ({ confidence }) as ReadDigit);

it('doubts nothing in a sure reading', () => {
  expect(doubtfulDigits({ unsure: false, digits: digits(0.3, 0.9) }).size).toBe(0);
  expect(doubtfulDigits({ unsure: true, digits: [] }).size).toBe(0);
});

it('doubts the least sure digit, and those with half of its doubt', () => {
  expect([...doubtfulDigits({ unsure: true, digits: digits(0.99, 0.41, 0.5, 0.8) })]).toEqual([1, 2]);
  expect([...doubtfulDigits({ unsure: true, digits: digits(0.999, 0.94, 0.999) })]).toEqual([1]);
  expect([...doubtfulDigits({ unsure: true, digits: digits(0.999, 0.998, 0.9999) })]).toEqual([0, 1, 2]);
});

it('knows what a digit would be otherwise', () => {
  const probabilities = [0, 0.3, 0, 0, 0, 0, 0, 0.6, 0, 0.1];
  expect(secondGuess({ digit: 7, probabilities })).toEqual({ digit: 1, probability: 0.3 });
  expect(secondGuess({ digit: 1, probabilities })).toEqual({ digit: 7, probability: 0.6 });
});

it('thinks of no digit at all where another one explains little of the doubt', () => {
  const probabilities = [0, 0.3, 0, 0, 0, 0, 0, 0.7, 0, 0];
  expect(alternativeTo({ digit: 7, confidence: 0.7, probabilities })).toEqual({ digit: 1, probability: 0.3 });
  expect(alternativeTo({ digit: 7, confidence: 0.39, probabilities })).toBe(undefined);
  const sure = [0, 0.004, 0, 0, 0, 0, 0, 0.996, 0, 0];
  expect(alternativeTo({ digit: 7, confidence: 0.996, probabilities: sure })).toBe(undefined);
});
