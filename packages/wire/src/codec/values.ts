import type { Value } from './messages.ts';
import { none } from './value-codec.ts';

/** A value as a program receives it: null for `Value{}`. */
export type PlainValue = string | Uint8Array | bigint | number | boolean | null;

/** A number that is sent as a float, also when it is whole: `float(1)`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A value that a program can send. A whole number is sent as an integer, unless it is `float(1)`. */
export type PlainInput = PlainValue | Float;

/** Forces a float where `toValue` would make an integer. */
export const float = (value: number): Float => new Float(value);

const leastInteger = -(2n ** 63n);
const mostInteger = 2n ** 63n - 1n;

/**
 * A program's value as it is sent: a safe integer is an `integer`, any other number a `float` (−0 too, which no integer
 * is). Throws a RangeError for a bigint of more than 64 bits, a TypeError for anything that is no value.
 */
export function toValue(plain: PlainInput): Value {
  switch (typeof plain) {
    case 'string':
      return { kind: 'string', value: plain };
    case 'boolean':
      return { kind: 'bool', value: plain };
    case 'bigint':
      return { kind: 'integer', value: expectInt64(plain) };
    case 'number':
      return Number.isSafeInteger(plain) && !Object.is(plain, -0)
        ? { kind: 'integer', value: BigInt(plain) }
        : { kind: 'float', value: plain };
  }
  if (plain === null) return none;
  if (plain instanceof Uint8Array) return { kind: 'binary', value: plain };
  if (plain instanceof Float) return { kind: 'float', value: plain.value };
  throw new TypeError(
    `Expected a value to be a string, Uint8Array, bigint, number, boolean or null, got \`${String(plain)}\``,
  );
}

/** The other way: an `integer` is a number where that is exact, else a bigint; `none` is null. */
export function fromValue(value: Value): PlainValue {
  if (value.kind === 'none') return null;
  if (value.kind !== 'integer') return value.value;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : value.value;
}

function expectInt64(value: bigint): bigint {
  if (value < leastInteger || value > mostInteger)
    throw new RangeError(`Expected a bigint to be from −2⁶³ to 2⁶³ − 1, got \`${value}\``);
  return value;
}
