import { expect, it } from 'vitest';
import type { Stroke } from '../ink/stroke.ts';
import { placeOverInk } from './placement.ts';

const line = (x0: number, y0: number, x1: number, y1: number): Stroke => ({
  points: [
    { x: x0, y: y0, pressure: undefined, time: 0 },
    { x: x1, y: y1, pressure: undefined, time: 9 },
  ],
  width: 8,
});

it('lays the picture around the ink with an even margin, a pixel for a unit', () => {
  expect(placeOverInk({ width: 340, height: 240 }, [line(100, 200, 400, 400)])).toEqual({
    left: 80,
    top: 180,
    width: 340,
    height: 240,
  });
});

it('knows that small ink is drawn larger', () => {
  expect(placeOverInk({ width: 500, height: 300 }, [line(0, 0, 40, 20)])).toEqual({
    left: -5,
    top: -5,
    width: 50,
    height: 30,
  });
});

it('lays the picture of a dot around the dot', () => {
  expect(placeOverInk({ width: 10, height: 10 }, [line(50, 60, 50, 60)])).toEqual({
    left: 45,
    top: 55,
    width: 10,
    height: 10,
  });
});
