import { resolve } from 'node:path';

/**
 * Readers of what a person wrote for a setting. A reader throws a RangeError that says what was expected. `base` is where
 * relative paths start.
 */
export type Parse<Value> = (text: string, base: string) => Value;

/** Any text that is not empty. */
export function parseText(text: string): string {
  if (text === '') throw new RangeError('expected something, got an empty text');
  return text;
}

/** A path, made absolute. */
export const parsePath: Parse<string> = (text, base) => resolve(base, parseText(text));

/** One of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  return {
    argument: words.join('|'),
    parse(text: string): Word {
      const word = words.find((each) => each === text);
      if (word === undefined) throw new RangeError(`expected ${words.join(' or ')}, got "${text}"`);
      return word;
    },
  };
}

/** An integer within bounds. The file may have it as a number. */
export function integerFrom(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return {
    isNumber: true,
    parse(text: string): number {
      if (!/^-?\d{1,16}$/.test(text)) throw new RangeError('expected an integer');
      const value = Number(text);
      if (value < min) throw new RangeError(`expected at least ${min}`);
      if (value > max) throw new RangeError(`expected at most ${max}`);
      return value;
    },
  };
}

/** A length of time, and as a person wrote it. */
export interface Duration {
  readonly ms: number;
  readonly text: string;
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Minutes, hours or days: `30m`, `12h`, `365d`. */
export function parseDuration(text: string): Duration {
  const { number, unit } = /^(?<number>[1-9]\d{0,5})(?<unit>[mhd])$/.exec(text)?.groups ?? {};
  if (number === undefined) throw new RangeError('expected a time such as 365d, 12h or 30m');
  return { ms: Number(number) * unitMs[unit!]!, text };
}

/** A token travels in headers and in a cookie, and must not be guessed by trying. */
export function parseToken(text: string): string {
  if (/^[\x21-\x7e]{8,}$/.test(text)) return text;
  throw new RangeError('expected at least 8 printable ASCII characters without spaces');
}

/** Host names with or without a port, separated by commas. */
export function parseHosts(list: string): readonly string[] {
  const hosts = list.split(',');
  if (hosts.every((host) => /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host))) return hosts;
  throw new RangeError(
    `expected names separated by commas, such as ink.example,ink.example:8443, got "${list}"`,
  );
}
