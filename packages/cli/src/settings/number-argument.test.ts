import { InvalidArgumentError } from 'commander';
import { expect, it } from 'vitest';
import { integerArgument, numberArgument } from './number-argument.ts';

it('reads what is within bounds', () => {
  expect(integerArgument({ min: 1 })('200')).toBe(200);
  expect(numberArgument({ min: 0.1 })('2.5')).toBe(2.5);
});

it.each(['', '0', '-3', '1.5', '1e3', '0x10', 'ten', ' 5', '5 '])('refuses "%s" as a count', (text) => {
  expect(() => integerArgument({ min: 1 })(text)).toThrow(InvalidArgumentError);
  expect(() => integerArgument({ min: 1 })(text)).toThrow('Expected an integer ≥ 1');
});

it.each(['', '.', 'NaN', 'Infinity', '0.01', '1e999'])('refuses "%s" as a number of seconds', (text) => {
  expect(() => numberArgument({ min: 0.1, max: 10 })(text)).toThrow('Expected a number from 0.1 to 10');
});
