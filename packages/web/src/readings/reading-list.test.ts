import type { Reading } from '@inkwire/wire/hub';
import { expect, it } from 'vitest';
import { correctionOf, matches, textOf, withNewest, without, withPage, withReading } from './reading-list.ts';

const reading = (id: string, about: Partial<Reading> = {}): Reading =>
  ({ id, text: id, written: id, corrected: null, unsure: false, ...about }) as Reading;
const ids = (list: readonly Reading[]) => list.map(({ id }) => id).join('');

it('puts a reading where its time puts it', () => {
  const list = [reading('5'), reading('3')];
  expect(ids(withReading(list, reading('7')))).toBe('753');
  expect(ids(withReading(list, reading('4')))).toBe('543');
  expect(ids(withReading(list, reading('1')))).toBe('531');
  expect(ids(withReading([], reading('1')))).toBe('1');
});

it('replaces a reading that came before', () => {
  const list = withReading([reading('5'), reading('3')], reading('3', { corrected: '8' }));
  expect(ids(list)).toBe('53');
  expect(textOf(list[1]!)).toBe('8');
});

it('adds a page without repeating what a live reading brought', () => {
  expect(ids(withPage([reading('5'), reading('4')], [reading('4'), reading('3')]))).toBe('543');
});

it('learns what came and went while nobody listened, and keeps what is older', () => {
  const list = [reading('6'), reading('5'), reading('4'), reading('2')];
  expect(ids(withNewest(list, [reading('8'), reading('6'), reading('4')]))).toBe('8642');
  expect(ids(withNewest(list, []))).toBe('');
});

it('drops a reading', () => {
  expect(ids(without([reading('5'), reading('4')], '5'))).toBe('4');
});

it('filters as the hub does: by the text or the correction', () => {
  const corrected = reading('1', { text: '41', corrected: '47' });
  expect(matches(corrected, { text: '41', unsure: false })).toBe(true);
  expect(matches(corrected, { text: '7', unsure: false })).toBe(true);
  expect(matches(corrected, { text: '9', unsure: false })).toBe(false);
  expect(matches(corrected, { text: '', unsure: true })).toBe(false);
  expect(matches(reading('1', { unsure: true }), { text: '', unsure: true })).toBe(true);
});

it('shows and finds what is written', () => {
  const amount = reading('1', { text: '12 34', written: '12,34' });
  expect(textOf(amount)).toBe('12,34');
  expect(textOf({ ...amount, corrected: '12.34' })).toBe('12.34');
  for (const text of ['2 3', '2,3']) expect(matches(amount, { text, unsure: false })).toBe(true);
});

it('takes what the machine read for no correction, with its separators or without', () => {
  const amount = { text: '12 34', written: '12,34' };
  for (const typed of ['12 34', ' 12,34 ', '', '  ']) expect(correctionOf(amount, typed)).toBeNull();
  for (const typed of ['1234', '12.34', '12']) expect(correctionOf(amount, ` ${typed}`)).toBe(typed);
});
