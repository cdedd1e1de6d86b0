import { expect, it } from 'vitest';
import { personHref, placeOf, readingHref } from './view.ts';

it.each([
  ['', 'write'],
  ['#/', 'write'],
  ['#/nonsense', 'write'],
  ['#/toString', 'write'],
  ['#/readings', 'readings'],
  ['#/wire', 'wire'],
  ['#/pool', 'pool'],
  ['#/model', 'model'],
] as const)('%s is the view %s', (hash, view) => {
  expect(placeOf(hash)).toEqual({ view });
});

it('opens a reading on top of what was there', () => {
  expect(placeOf(readingHref('a/b'), { view: 'readings' })).toEqual({ view: 'readings', reading: 'a/b' });
  expect(placeOf(readingHref('x'))).toEqual({ view: 'write', reading: 'x' });
  const talking = placeOf(personHref('7'));
  expect(talking).toEqual({ view: 'wire', person: '7' });
  expect(placeOf(readingHref('x'), talking)).toEqual({ view: 'wire', person: '7', reading: 'x' });
});
