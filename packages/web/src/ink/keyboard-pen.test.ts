import { expect, it } from 'vitest';
import { type Nib, pressKey } from './keyboard-pen.ts';

const sheet = { width: 100, height: 50 };

function press(nib: Nib, ...keys: string[]) {
  let finished: unknown;
  for (const key of keys) {
    const step = pressKey(nib, key, sheet, 10)!;
    nib = step.nib;
    finished = step.finished;
  }
  return { nib, finished };
}

const resting: Nib = { x: 50, y: 20, points: undefined };

it('moves without a trace while it is up', () => {
  expect(press(resting, 'ArrowLeft', 'ArrowDown').nib).toEqual({ x: 40, y: 30, points: undefined });
});

it('writes from space to space', () => {
  const { nib, finished } = press(resting, ' ', 'ArrowDown', 'ArrowRight', ' ');
  expect(nib).toEqual({ x: 60, y: 30, points: undefined });
  expect(finished).toMatchObject({
    points: [
      { x: 50, y: 20 },
      { x: 50, y: 30 },
      { x: 60, y: 30 },
    ],
  });
});

it('stays on the sheet', () => {
  expect(press(resting, ...Array<string>(20).fill('ArrowUp')).nib.y).toBe(0);
  expect(press(resting, ...Array<string>(20).fill('ArrowRight')).nib.x).toBe(100);
});

it('gives a stroke up on Escape, and leaves other keys alone', () => {
  expect(press(resting, ' ', 'ArrowDown', 'Escape')).toEqual({
    nib: { x: 50, y: 30, points: undefined },
    finished: undefined,
  });
  expect(pressKey(resting, 'Escape', sheet, 10)).toBeUndefined();
  expect(pressKey(resting, 'a', sheet, 10)).toBeUndefined();
});
