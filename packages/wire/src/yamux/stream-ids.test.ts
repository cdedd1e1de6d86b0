import { expect, test } from 'vitest';
import { DepartedStreams } from './departed-streams.ts';
import { StreamIds } from './stream-ids.ts';

test('an id is used once, and only on its own side', () => {
  const ids = new StreamIds(1);
  expect([1, 1, 2, 0, 3, 3].map((id) => ids.use(id))).toEqual([true, false, false, false, true, false]);
  const even = new StreamIds(2);
  expect([0, 1, 2, 2, 4].map((id) => even.use(id))).toEqual([false, false, true, false, true]);
});

test('ids that were skipped may still come, in any order', () => {
  const ids = new StreamIds(1);
  expect([9, 3, 3, 7, 5, 1, 1, 11].map((id) => ids.use(id))).toEqual([
    true,
    true,
    false,
    true,
    true,
    true,
    false,
    true,
  ]);
  expect([1, 3, 5, 7, 9, 11, 13].map((id) => ids.used(id))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
});

test('it agrees with a set of the used ids', () => {
  const ids = new StreamIds(1);
  const used = new Set<number>();
  let seed = 7;
  for (let i = 0; i < 5000; i++) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    const id = ((seed >>> 8) % 500) * 2 + 1;
    expect(ids.used(id)).toBe(used.has(id));
    expect(ids.use(id)).toBe(!used.has(id));
    used.add(id);
  }
});

test('a peer that leaves too many gaps loses the oldest', () => {
  const ids = new StreamIds(1);
  for (let id = 1; id < 8 * 5000; id += 8) ids.use(id);
  expect(ids.use(3)).toBe(false);
  expect(ids.use(8 * 4999 - 5)).toBe(true);
});

test('data on departed streams is counted, for the latest of them', () => {
  const departed = new DepartedStreams(2);
  departed.add(1, 10);
  expect([6, 4, 1].map((length) => departed.admit(1, length))).toEqual([true, true, false]);
  departed.add(3, 10);
  departed.add(5, 10);
  expect(departed.admit(1, 1000)).toBe(true);
  expect(departed.admit(3, 11)).toBe(false);
  departed.forget(5);
  expect(departed.admit(5, 11)).toBe(true);
});
