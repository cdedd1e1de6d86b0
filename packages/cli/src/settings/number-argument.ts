import { type Bounds, expectInteger, expectNumber, messageOf } from '@inkwire/base';
import { InvalidArgumentError } from 'commander';

/** A commander parser for an integer within bounds. */
export function integerArgument(bounds: Bounds): (text: string) => number {
  return (text) => checked(text, /^-?\d+$/, (value) => expectInteger('value', value, bounds));
}

/** A commander parser for a number within bounds. */
export function numberArgument(bounds: Bounds): (text: string) => number {
  return (text) => checked(text, /^-?\d+(\.\d+)?$/, (value) => expectNumber('value', value, bounds));
}

function checked(text: string, form: RegExp, expectValue: (value: number) => number): number {
  try {
    return expectValue(form.test(text) ? Number(text) : Number.NaN);
  } catch (error) {
    // Commander has said which option and what was given.
    throw new InvalidArgumentError(
      messageOf(error)
        .replace('`value` to be ', '')
        .replace(/, got .*/, ''),
    );
  }
}
