import { expect, it } from 'vitest';
import { parseValue, type ValueType, valueJson, valueText } from './kv-value.ts';

it.each<[ValueType, string, unknown]>([
  ['string', '5', { kind: 'string', value: '5' }],
  ['integer', '-9223372036854775808', { kind: 'integer', value: -(2n ** 63n) }],
  ['float', '1', { kind: 'float', value: 1 }],
  ['float', '-1e-3', { kind: 'float', value: -0.001 }],
  ['bool', 'false', { kind: 'bool', value: false }],
  ['binary', 'aGk=', { kind: 'binary', value: Buffer.from('hi') }],
  ['binary', '', { kind: 'binary', value: Buffer.alloc(0) }],
  ['json', '"5"', { kind: 'string', value: '5' }],
  ['json', ' 9007199254740993 ', { kind: 'integer', value: 9007199254740993n }],
  ['json', '1.0', { kind: 'float', value: 1 }],
  ['json', 'true', { kind: 'bool', value: true }],
  ['json', 'null', { kind: 'none' }],
  ['json', '{ "a": [1] }', { kind: 'string', value: '{"a":[1]}' }],
])('reads %s %s', (type, text, value) => {
  expect(parseValue(text, type)).toEqual(value);
});

it.each<[ValueType, string]>([
  ['integer', ''],
  ['integer', '1.5'],
  ['integer', '9223372036854775808'],
  ['float', ' '],
  ['float', 'NaN'],
  ['bool', 'yes'],
  ['binary', 'a'],
  ['binary', 'no base64!'],
  ['json', '{'],
  ['json', '99999999999999999999'],
])('refuses %s "%s"', (type, text) => {
  expect(() => parseValue(text, type)).toThrow(RangeError);
});

it('writes values as text and as JSON, none of which loses a digit', () => {
  const values = ['a"b', 2n ** 62n, 5, 0.1, Number.NaN, true, null, new Uint8Array([104, 105])];
  expect(values.map(valueText)).toEqual([
    'a"b',
    '4611686018427387904',
    '5',
    '0.1',
    'NaN',
    'true',
    '',
    'aGk=',
  ]);
  expect(values.map(valueJson)).toEqual([
    '"a\\"b"',
    '4611686018427387904',
    '5',
    '0.1',
    '"NaN"',
    'true',
    'null',
    '{"base64":"aGk="}',
  ]);
});
