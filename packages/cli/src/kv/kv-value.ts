import type { PlainValue, Value } from '@inkwire/wire';

/** The types that a value on the command line can be said to have. */
export const valueTypes = ['string', 'integer', 'float', 'bool', 'binary', 'json'] as const;

export type ValueType = (typeof valueTypes)[number];

const mostInteger = 2n ** 63n - 1n;

/** Reads a value of a type. Throws a RangeError that says what was expected. */
export function parseValue(text: string, type: ValueType): Value {
  const wrong = (expected: string) => new RangeError(`Expected ${expected}, got "${text}"`);
  switch (type) {
    case 'string':
      return { kind: 'string', value: text };
    case 'integer': {
      if (!/^-?\d{1,19}$/.test(text)) throw wrong('an integer');
      const value = BigInt(text);
      if (value > mostInteger || value < -mostInteger - 1n) throw wrong('an integer of 64 bits');
      return { kind: 'integer', value };
    }
    case 'float':
      if (text.trim() === '' || !Number.isFinite(Number(text))) throw wrong('a number');
      return { kind: 'float', value: Number(text) };
    case 'bool':
      if (text !== 'true' && text !== 'false') throw wrong('true or false');
      return { kind: 'bool', value: text === 'true' };
    case 'binary':
      if (!/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(text)) throw wrong('base64');
      return { kind: 'binary', value: Buffer.from(text, 'base64') };
    case 'json':
      return jsonValue(text, wrong);
  }
}

/** Text, numbers, true, false and null by their own type; lists and objects as their JSON. */
function jsonValue(text: string, wrong: (expected: string) => Error): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong('JSON');
  }
  if (typeof parsed === 'string') return { kind: 'string', value: parsed };
  if (typeof parsed === 'boolean') return { kind: 'bool', value: parsed };
  if (parsed === null) return { kind: 'none' };
  if (typeof parsed !== 'number') return { kind: 'string', value: JSON.stringify(parsed) };
  return /^\s*-?\d+\s*$/.test(text) ? parseValue(text.trim(), 'integer') : parseValue(text, 'float');
}

/** The value without its kind: null for `Value{}`. */
export function plainOf(value: Value | undefined): PlainValue {
  return value === undefined || value.kind === 'none' ? null : value.value;
}

/** A value as text: bytes in base64, `Value{}` as nothing. */
export function valueText(value: PlainValue): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? base64(value) : String(value);
}

/** A value in JSON: bytes as `{"base64": …}`, an integer with all of its digits, what is no number in JSON as text. */
export function valueJson(value: PlainValue): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `{"base64":"${base64(value)}"}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`;
  return JSON.stringify(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
