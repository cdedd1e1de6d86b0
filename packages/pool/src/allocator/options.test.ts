import { expect, it } from 'vitest';
import { createAllocator } from './allocator.ts';
import { fairStrategy } from './strategies/fair.ts';
import { meanStrategy } from './strategies/mean.ts';

const known = { name: 'a', incarnation: 'a#1', floor: 1 };

it.each([
  [{ capacity: 0 }, /`capacity` to be an integer ≥ 1, got `0`/],
  [{ capacity: 5, spare: 5 }, /`spare` to be an integer from 0 to 4/],
  [{ capacity: 5, comfortable: 6 }, /`comfortable`/],
  [{ capacity: 5, strategy: 'best' as never }, /`strategy` to be one of fixed, mean, fair, got `best`/],
  [{ capacity: 5, leaseMs: 0 }, /`leaseMs`/],
  [{ capacity: 5, paceMs: -1 }, /`paceMs`/],
  [{ capacity: 5, known: [known, known] }, /`known` to have each incarnation once, got `a#1` of `a`/],
])('refuses the options %o by name', (options, message) => {
  expect(() => createAllocator(options)).toThrow(message);
});

it.each([
  [() => fairStrategy({ band: 2 }), /`band` to be a number from 0 to 1, got `2`/],
  [() => fairStrategy({ memoryMs: 0 }), /`memoryMs` to be a number ≥ 1/],
  [() => meanStrategy({ everyMs: 0 }), /`everyMs` to be a number ≥ 1/],
  [() => meanStrategy({ newest: -1 }), /`newest`/],
])('refuses options of a strategy by name', (create, message) => {
  expect(create).toThrow(message);
});
