import { expect, it } from 'vitest';
import { digitStrokes, drawNumber } from '../../test/drawn-digits.ts';
import { drawStrokes } from './draw-strokes.ts';
import { openSheet, prepareAlone, prepareStrokes } from './prepare-strokes.ts';
import type { Stroke } from './prepared.ts';

it('a part of a canvas has the pixels of the whole', () => {
  const { canvas, drawing } = openSheet(drawNumber('203', 10));
  const whole = drawStrokes(drawing.strokes, canvas);
  const part = { left: 17, top: 9, right: 80, bottom: 61 };
  const { width, height, data } = drawStrokes(drawing.strokes, canvas, part);
  expect([width, height]).toEqual([63, 52]);
  for (let y = 0; y < height; y++) {
    const from = (y + 9) * whole.width + 17;
    expect(data.subarray(y * width, (y + 1) * width)).toEqual(whole.data.subarray(from, from + width));
  }
});

it('a digit drawn alone has the pixels and the box that it has among others that do not touch it', () => {
  const strokes = drawNumber('2031', 40);
  const together = prepareStrokes(strokes).lines.flat(2);
  const sheet = openSheet(strokes);
  expect(strokes.flatMap((stroke) => prepareAlone(sheet, [stroke]).digits)).toEqual(together);
});

it('joined writing is cut by the rules for pictures', () => {
  const [ring] = drawNumber('0', 0);
  const joined: Stroke = [...ring!, ...digitStrokes('0')[0]!.map(([x, y]) => [x + 90, y] as const)];
  const sheet = openSheet([
    joined,
    ...drawNumber('3', 0).map((stroke) => stroke.map(([x, y]) => [x + 220, y] as const)),
  ]);
  expect(prepareAlone(sheet, [joined]).digits.length).toBe(2);
});
