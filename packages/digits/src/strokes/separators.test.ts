import { describe, expect, it } from 'vitest';
import { digitStrokes, drawNumber, moved } from '../../test/drawn-digits.ts';
import { markKinds } from '../detect/detector-maps.ts';
import type { Stroke } from '../prepare/prepared.ts';
import { isSlashLike, separatorsOf } from './separators.ts';
import { shapeOf } from './stroke-shape.ts';

const found = (strokes: readonly Stroke[]) =>
  separatorsOf(strokes.map(shapeOf), 100)
    .map(({ kind }) => markKinds[kind])
    .join('');

const line = (x0: number, y0: number, x1: number, y1: number): Stroke => [
  [x0, y0],
  [x1, y1],
];
const two = digitStrokes('2');
const three = moved(digitStrokes('3'), 120);

describe('separators', () => {
  it.each([
    [',', [line(78, 90, 72, 118)]],
    ['.', [[[80, 97]]]],
    ['.', [line(80, 94, 86, 100)]],
    ['-', [line(74, 50, 108, 48)]],
    [':', [[[90, 30]], [[91, 72]]]],
  ] as [string, Stroke[]][])('%s stands beside digits', (kind, strokes) => {
    expect(found([...two, ...strokes, ...three])).toBe(kind);
  });

  it.each([
    ['a flat line at the top', [line(74, 2, 108, 0)]],
    ['a line over a digit', [line(10, 50, 50, 48)]],
    ['dust above the middle', [[[90, 20]]]],
    ['two dots with no digit at their right', [[[260, 30]], [[261, 72]]]],
    ['a dot far from all digits', [[[600, 98]]]],
  ] as [string, Stroke[]][])('%s is none', (_, strokes) => {
    expect(found([...two, ...strokes, ...three])).toBe('');
  });

  it('are no parts of the digits of two strokes', () => {
    expect(found(drawNumber('457', 12))).toBe('');
  });
});

it.each([
  [line(30, -5, 0, 100), true],
  [line(0, 100, 30, -5), true],
  [line(0, -5, 30, 100), false],
  [line(4, 0, 0, 100), false],
  [digitStrokes('7')[0]!, false],
])('a slash is straight and leans to the right: %j', (stroke, isSlash) => {
  expect(isSlashLike(shapeOf(stroke, 0))).toBe(isSlash);
});
