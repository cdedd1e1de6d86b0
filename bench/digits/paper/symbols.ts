/** Strokes of what is no digit: letters, currency signs, separators. Height 1, y downwards, from the upper left. */
import type { Random } from '@inkwire/base';
import type { Point } from './canvas.ts';

/** An arc of an ellipse in turns (0 = right, clockwise). */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({ length: 17 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 16);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });
}

/** Letters that nobody takes for a digit. */
const letters: Record<string, Point[][]> = {
  A: [
    [
      [0, 1],
      [0.35, 0],
      [0.7, 1],
    ],
    [
      [0.13, 0.65],
      [0.57, 0.65],
    ],
  ],
  E: [
    [
      [0.5, 0],
      [0, 0],
      [0, 1],
      [0.5, 1],
    ],
    [
      [0, 0.5],
      [0.42, 0.5],
    ],
  ],
  F: [
    [
      [0, 1],
      [0, 0],
      [0.5, 0],
    ],
    [
      [0, 0.48],
      [0.4, 0.48],
    ],
  ],
  H: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.6, 0],
      [0.6, 1],
    ],
    [
      [0, 0.5],
      [0.6, 0.5],
    ],
  ],
  K: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.55, 0],
      [0, 0.55],
      [0.6, 1],
    ],
  ],
  M: [
    [
      [0, 1],
      [0.05, 0],
      [0.4, 0.7],
      [0.75, 0],
      [0.8, 1],
    ],
  ],
  N: [
    [
      [0, 1],
      [0, 0],
      [0.6, 1],
      [0.6, 0],
    ],
  ],
  R: [
    [[0, 1], [0, 0], ...arc(0.25, 0.25, 0.25, 0.25, -0.25, 0.25), [0, 0.5]],
    [
      [0.2, 0.5],
      [0.55, 1],
    ],
  ],
  W: [
    [
      [0, 0],
      [0.22, 1],
      [0.42, 0.3],
      [0.62, 1],
      [0.85, 0],
    ],
  ],
  X: [
    [
      [0, 0],
      [0.6, 1],
    ],
    [
      [0.6, 0],
      [0, 1],
    ],
  ],
};

export const letterNames = Object.keys(letters);

/** The currency signs $, €, £. */
const currencies: Point[][][] = [
  [
    [...arc(0.3, 0.3, 0.25, 0.2, -0.05, -0.75), ...arc(0.3, 0.7, 0.25, 0.2, -0.25, 0.45)],
    [
      [0.3, -0.04],
      [0.3, 1.04],
    ],
  ],
  [
    arc(0.45, 0.5, 0.4, 0.5, -0.1, -0.9),
    [
      [0, 0.4],
      [0.5, 0.4],
    ],
    [
      [0, 0.6],
      [0.5, 0.6],
    ],
  ],
  [
    [...arc(0.4, 0.25, 0.22, 0.25, 0, -0.5), [0.18, 0.8], [0, 1], [0.65, 1]],
    [
      [0, 0.55],
      [0.45, 0.55],
    ],
  ],
];

/** A letter as somebody writes it: leaning and a little uneven. */
export const letterStrokes = (name: string, random: Random): Point[][] => written(letters[name]!, random);

/** A currency sign, 0 = $, 1 = €, 2 = £. */
export const currencyStrokes = (which: number, random: Random): Point[][] =>
  written(currencies[which]!, random);

function written(strokes: readonly (readonly Point[])[], random: Random): Point[][] {
  const lean = 0.08 * random.normal();
  const wide = 1 + 0.12 * random.normal();
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => {
      const shaken = [x + 0.015 * random.normal(), y + 0.015 * random.normal()] as const;
      return [
        Math.max(0, shaken[0] * wide + lean * (0.5 - shaken[1]) + 0.08),
        Math.max(0, shaken[1]),
      ] as const;
    }),
  );
}

/** A separator: its strokes in digit heights, y = 0 the top and 1 the foot of the digits, and how wide it is. */
export function separatorStrokes(mark: string, size: number): { strokes: Point[][]; width: number } {
  switch (mark) {
    case '.':
      return { strokes: [[[0.05, 0.97]]], width: 0.1 };
    case ',':
      return {
        strokes: [
          [
            [0.1, 0.93],
            [0.1, 1],
            [0.03, 1 + 0.14 * size],
          ],
        ],
        width: 0.14,
      };
    case ':':
      return { strokes: [[[0.05, 0.35]], [[0.05, 0.85]]], width: 0.1 };
    case '-':
      return {
        strokes: [
          [
            [0, 0.52],
            [0.32 * size, 0.5],
          ],
        ],
        width: 0.32 * size,
      };
    case '/':
      return {
        strokes: [
          [
            [0.4, -0.05 * size],
            [0, 1 + 0.05 * size],
          ],
        ],
        width: 0.4,
      };
    default:
      throw new RangeError(`Expected a separator, got ${mark}`);
  }
}
