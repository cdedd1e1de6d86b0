import { expect, test } from 'vitest';
import { float, fromValue, toValue } from './values.ts';

test('plain values are sent as what they are, and come back', () => {
  const bytes = new Uint8Array([1, 2]);
  for (const [plain, value] of [
    ['text', { kind: 'string', value: 'text' }],
    ['', { kind: 'string', value: '' }],
    [bytes, { kind: 'binary', value: bytes }],
    [7, { kind: 'integer', value: 7n }],
    [-(2 ** 53 - 1), { kind: 'integer', value: -(2n ** 53n - 1n) }],
    [1.5, { kind: 'float', value: 1.5 }],
    [2 ** 53, { kind: 'float', value: 2 ** 53 }],
    [-0, { kind: 'float', value: -0 }],
    [Number.NaN, { kind: 'float', value: Number.NaN }],
    [2n ** 62n, { kind: 'integer', value: 2n ** 62n }],
    [false, { kind: 'bool', value: false }],
    [null, { kind: 'none' }],
  ] as const) {
    expect(toValue(plain)).toEqual(value);
    expect(fromValue(value)).toEqual(plain);
  }
});

test('a small bigint comes back as a number, and a float is forced', () => {
  expect(fromValue(toValue(5n))).toBe(5);
  expect(toValue(float(1))).toEqual({ kind: 'float', value: 1 });
});

test('what is no value, or too large for one, is refused', () => {
  expect(() => toValue(2n ** 63n)).toThrow(RangeError);
  expect(() => toValue(-(2n ** 63n) - 1n)).toThrow(RangeError);
  for (const wrong of [undefined, {}, [], () => {}]) expect(() => toValue(wrong as never)).toThrow(TypeError);
});
