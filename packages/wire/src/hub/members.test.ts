import { expect, it } from 'vitest';
import { fitName } from './members.ts';

it.each([
  ['Anna', 'Anna'],
  ['  小明 ', '小明'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['🖋'.repeat(64), '🖋'.repeat(64)],
])('takes %j', (text, name) => {
  expect(fitName(text)).toBe(name);
});

it.each(['', '   ', 'x'.repeat(65), 'a\nb', 'a\u202eb', 'a\u0000b', 'a\u2028b'])('refuses %j', (text) => {
  expect(fitName(text)).toBeUndefined();
});
