import type { Stroke } from '../src/index.ts';

const ring = (x: number, y: number, across: number, down: number): Stroke =>
  Array.from({ length: 33 }, (_, i) => {
    const angle = (i / 32) * 2 * Math.PI - Math.PI / 2;
    return [x + (across / 2) * Math.cos(angle), y + (down / 2) * Math.sin(angle)] as const;
  });

/** Digits as a person draws them with a pen: 100 tall, from x = 0, with the bars of 5 and 7 and the stem of 4 apart. */
const shapes: Record<string, readonly Stroke[]> = {
  '0': [ring(30, 50, 60, 100)],
  '1': [
    [
      [5, 0],
      [5, 50],
      [4, 100],
    ],
  ],
  '2': [
    [
      [4, 22],
      [14, 5],
      [30, 0],
      [48, 8],
      [54, 26],
      [44, 50],
      [24, 74],
      [2, 98],
      [30, 97],
      [60, 98],
    ],
  ],
  '3': [
    [
      [4, 10],
      [26, 0],
      [48, 10],
      [50, 28],
      [40, 42],
      [22, 48],
      [44, 54],
      [56, 72],
      [48, 92],
      [26, 100],
      [2, 90],
    ],
  ],
  '4': [
    [
      [26, 0],
      [0, 62],
      [62, 60],
    ],
    [
      [46, 34],
      [44, 100],
    ],
  ],
  '5': [
    [
      [8, 2],
      [6, 44],
      [30, 40],
      [50, 54],
      [52, 78],
      [34, 98],
      [2, 92],
    ],
    [
      [8, 2],
      [50, 0],
    ],
  ],
  '7': [
    [
      [0, 2],
      [56, 0],
      [40, 40],
      [24, 100],
    ],
    [
      [12, 52],
      [52, 48],
    ],
  ],
};

/** Strokes moved to the right and down. */
export const moved = (strokes: readonly Stroke[], x: number, y = 0): Stroke[] =>
  strokes.map((stroke) => stroke.map(([px, py]) => [px + x, py + y] as const));

/** The strokes of a digit. */
export const digitStrokes = (digit: string): readonly Stroke[] => shapes[digit]!;

/** Digits side by side, `gap` between their boxes. Negative: they overlap. */
export function drawNumber(digits: string, gap: number, y = 0): Stroke[] {
  let x = 0;
  return [...digits].flatMap((digit) => {
    const strokes = moved(shapes[digit]!, x, y);
    x = Math.max(...strokes.flat().map(([right]) => right)) + gap;
    return strokes;
  });
}
