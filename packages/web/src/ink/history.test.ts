import { expect, it } from 'vitest';
import { beginHistory, change, redo, undo } from './history.ts';

it('goes back and forth through what was', () => {
  const three = change(change(beginHistory(''), 'a'), 'ab');
  expect(undo(three).present).toBe('a');
  expect(undo(undo(three)).present).toBe('');
  expect(redo(undo(three))).toEqual(three);
});

it('stays where it is at either end', () => {
  const start = beginHistory('x');
  expect(undo(start)).toBe(start);
  expect(redo(start)).toBe(start);
});

it('forgets the future once something new happens', () => {
  const changed = change(undo(change(beginHistory(''), 'a')), 'b');
  expect(changed).toEqual({ past: [''], present: 'b', future: [] });
});
