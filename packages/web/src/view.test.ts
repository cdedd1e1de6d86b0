import { expect, it } from 'vitest';
import { placeOf, readingHref } from './view.ts';

it.each([
  ['', 'write'],
  ['#/', 'write'],
  ['#/nonsense', 'write'],
  ['#/readings', 'readings'],
  ['#/model', 'model'],
] as const)('%s is the view %s', (hash, view) => {
  expect(placeOf(hash)).toEqual({ view, reading: undefined });
});

it('opens a reading on top of the view that was there', () => {
  expect(placeOf(readingHref('a/b'), 'readings')).toEqual({ view: 'readings', reading: 'a/b' });
  expect(placeOf(readingHref('x'))).toEqual({ view: 'write', reading: 'x' });
});
