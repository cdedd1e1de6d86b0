/** The bounds of a number, both inclusive. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function describeBounds({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` ≥ ${min}`;
  return max === undefined ? '' : ` ≤ ${max}`;
}

function within(value: number, { min = -Infinity, max = Infinity }: Bounds): boolean {
  return value >= min && value <= max;
}

function mistake(name: string, expected: string, value: unknown): string {
  return `Expected \`${name}\` to be ${expected}, got \`${String(value)}\``;
}

/** Returns `value`, an integer within `bounds`. Throws a TypeError for another type, a RangeError past the bounds. */
export function expectInteger(name: string, value: unknown, bounds: Bounds = {}): number {
  const expected = `an integer${describeBounds(bounds)}`;
  if (typeof value !== 'number') throw new TypeError(mistake(name, expected, value));
  if (!Number.isInteger(value) || !within(value, bounds))
    throw new RangeError(mistake(name, expected, value));
  return value;
}

/** Returns `value`, a finite number within `bounds`. Throws a TypeError for another type, a RangeError past the bounds. */
export function expectNumber(name: string, value: unknown, bounds: Bounds = {}): number {
  const expected = `a number${describeBounds(bounds)}`;
  if (typeof value !== 'number') throw new TypeError(mistake(name, expected, value));
  if (!Number.isFinite(value) || !within(value, bounds)) throw new RangeError(mistake(name, expected, value));
  return value;
}

/** Returns `value`, one of `choices`. Throws a RangeError that lists them. */
export function expectOneOf<const T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new RangeError(mistake(name, `one of ${choices.join(', ')}`, value));
  return found;
}
