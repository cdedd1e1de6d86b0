import { expect, test } from 'vitest';
import { expectInteger, expectNumber, expectOneOf } from './expect.ts';

test('a value inside the bounds comes back', () => {
  expect(expectInteger('maxSize', 3, { min: 1, max: 3 })).toBe(3);
  expect(expectNumber('rate', 0.5)).toBe(0.5);
  expect(expectOneOf('recipe', 'mlp', ['softmax', 'mlp'])).toBe('mlp');
});

test('the message names the option, what was expected and what came', () => {
  expect(() => expectInteger('maxSize', 0, { min: 1 })).toThrow(
    new RangeError('Expected `maxSize` to be an integer ≥ 1, got `0`'),
  );
  expect(() => expectNumber('rate', 2, { min: 0, max: 1 })).toThrow(
    new RangeError('Expected `rate` to be a number from 0 to 1, got `2`'),
  );
  expect(() => expectNumber('rate', 2, { max: 1 })).toThrow('a number ≤ 1');
  expect(() => expectOneOf('recipe', 'rnn', ['softmax', 'mlp'])).toThrow(
    new RangeError('Expected `recipe` to be one of softmax, mlp, got `rnn`'),
  );
});

test('another type is a TypeError, a number that is none a RangeError', () => {
  expect(() => expectInteger('n', '3')).toThrow(TypeError);
  expect(() => expectNumber('n', undefined)).toThrow(TypeError);
  expect(() => expectInteger('n', 1.5)).toThrow(RangeError);
  expect(() => expectNumber('n', Number.NaN)).toThrow(RangeError);
  expect(() => expectNumber('n', Number.POSITIVE_INFINITY)).toThrow(RangeError);
});
