/** Sheets with MNIST's training digits on them, in the ways in which people present numbers. */
import { type PlacedDigit, row, type Sheet } from './prepare-sheet.ts';

/** Whether a box lies where a digit was painted: its middle within, and not larger than the square. */
export function liesOn(box: readonly [number, number, number, number], digit: PlacedDigit): boolean {
  const [x, y, width, height] = box;
  const [middleX, middleY] = [x + width / 2 - digit.x, y + height / 2 - digit.y];
  const inside = (middle: number) => middle > 0.25 * digit.size && middle < 0.75 * digit.size;
  return (
    inside(middleX) &&
    inside(middleY) &&
    Math.max(width, height) > 0.4 * digit.size &&
    Math.max(width, height) < 1.05 * digit.size
  );
}

const shade = (x: number, y: number) => 240 - 90 * (x / 800) - 30 * Math.sin(y / 150);
const ruled = (count: number, step: number, width: number, lean = 0) =>
  Array.from({ length: count }, (_, i) => ({
    x0: 0,
    y0: (i + 0.8) * step,
    x1: width,
    y1: (i + 0.8) * step + lean,
    thick: 2,
    level: 120,
  }));
const squared = (width: number, height: number, step: number) => [
  ...ruled(Math.floor(height / step), step, width),
  ...Array.from({ length: Math.floor(width / step) }, (_, i) => ({
    x0: (i + 0.5) * step,
    y0: 0,
    x1: (i + 0.5) * step,
    y1: height,
    thick: 2,
    level: 130,
  })),
];
const box = (x: number, y: number, width: number, height: number) =>
  [
    [x, y, x + width, y],
    [x, y + height, x + width, y + height],
    [x, y, x, y + height],
    [x + width, y, x + width, y + height],
  ].map(([x0, y0, x1, y1]) => ({ x0: x0!, y0: y0!, x1: x1!, y1: y1!, thick: 3, level: 40 }));

const wide: Omit<Sheet, 'digits'> = { width: 800, height: 400 };
/** Each with how many digits there are in each word of each line. */
export const sheets: Readonly<Record<string, readonly [Sheet, number[][]]>> = {
  'a number': [{ ...wide, digits: row([4, 7, 2, 9], { x: 60, y: 80, size: 140 }) }, [[4]]],
  'a one alone': [{ width: 300, height: 200, digits: row([1], { x: 100, y: 40, size: 120 }) }, [[1]]],
  'three ones': [
    { width: 500, height: 200, digits: row([1, 1, 1], { x: 60, y: 40, size: 120, step: 100 }) },
    [[3]],
  ],
  'a seven that fills the picture': [
    { width: 120, height: 130, digits: row([7], { x: 0, y: 5, size: 120 }) },
    [[1]],
  ],
  'uneven light and noise': [
    { ...wide, paper: shade, noise: 6, ink: 60, digits: row([1, 2, 3, 8], { x: 60, y: 120, size: 110 }) },
    [[4]],
  ],
  'a soft shadow across': [
    {
      ...wide,
      paper: (x, y) => 235 - 115 / (1 + Math.exp((450 - x - y * 0.4) / 25)),
      noise: 4,
      ink: 20,
      digits: row([1, 8, 3, 5, 2], { x: 80, y: 130, size: 130 }),
    },
    [[5]],
  ],
  'a pencil': [
    { ...wide, paper: shade, noise: 5, ink: 165, digits: row([2, 0, 2, 6], { x: 100, y: 120, size: 120 }) },
    [[4]],
  ],
  'light ink on dark': [
    { ...wide, noise: 5, inverted: true, digits: row([6, 0, 3, 8], { x: 60, y: 80, size: 120 }) },
    [[4]],
  ],
  'a dark table around the sheet': [
    {
      width: 1000,
      height: 700,
      paper: (x, y) => (x < 120 || y < 80 || x > 900 ? 60 + 10 * Math.sin(x / 9) : 235 - 60 * (y / 700)),
      noise: 5,
      digits: row([8, 2, 6, 1], { x: 250, y: 250, size: 130 }),
    },
    [[4]],
  ],
  'ruled paper, the digits on the lines': [
    {
      width: 800,
      height: 600,
      paper: shade,
      noise: 4,
      rules: ruled(6, 100, 800, 8),
      digits: [
        ...row([3, 1, 4, 1], { x: 80, y: 0, size: 110 }),
        ...row([5, 9, 2, 6], { x: 80, y: 205, size: 110 }),
      ],
    },
    [[4], [4]],
  ],
  'squared paper': [
    {
      width: 900,
      height: 600,
      paper: shade,
      noise: 4,
      rules: squared(900, 600, 50),
      digits: [
        ...row([3, 8, 4, 1], { x: 80, y: 60, size: 120 }),
        ...row([5, 9, 2, 6], { x: 80, y: 305, size: 120 }),
      ],
    },
    [[4], [4]],
  ],
  'a frame': [
    { ...wide, rules: box(60, 40, 340, 220), digits: row([7, 5], { x: 120, y: 80, size: 130 }) },
    [[2]],
  ],
  'boxes of a form': [
    {
      ...wide,
      rules: [60, 210, 360].flatMap((x) => box(x, 60, 150, 170)),
      digits: row([7, 5, 1], { x: 75, y: 80, size: 120, step: 150 }),
    },
    [[3]],
  ],
  'an underlined number': [
    {
      ...wide,
      rules: [{ x0: 60, y0: 260, x1: 440, y1: 256, thick: 5, level: 30 }],
      digits: row([4, 7, 2], { x: 60, y: 90, size: 140 }),
    },
    [[3]],
  ],
  'words and lines': [
    {
      width: 1000,
      height: 500,
      digits: [
        ...row([1, 2], { x: 40, y: 90, size: 90 }),
        ...row([3, 4, 5], { x: 340, y: 90, size: 90 }),
        ...row([6], { x: 780, y: 90, size: 90 }),
        ...row([7, 8], { x: 200, y: 260, size: 90 }),
      ],
    },
    [[2, 3, 1], [2]],
  ],
  'lines that slant': [
    {
      width: 1000,
      height: 500,
      digits: [
        ...row([0, 1, 2, 3, 4, 5, 6, 7], { x: 40, y: 60, size: 90, slope: 0.12 }),
        ...row([2, 3, 4, 5, 6, 7, 8, 9], { x: 60, y: 190, size: 90, slope: 0.12 }),
      ],
    },
    [[8], [8]],
  ],
  'digits turned a little': [
    {
      ...wide,
      digits: row([4, 7, 2, 9], { x: 60, y: 80, size: 140 }).map((digit, i) => ({
        ...digit,
        angle: [-12, 10, 8, -9][i]!,
      })),
    },
    [[4]],
  ],
  'small writing on a large sheet': [
    {
      width: 1400,
      height: 1000,
      paper: (x) => 240 - x / 14,
      noise: 4,
      digits: [
        ...row([0, 1, 2, 3, 4], { x: 100, y: 100, size: 32, step: 30 }),
        ...row([5, 6, 7, 8, 9], { x: 100, y: 170, size: 32, step: 30 }),
      ],
    },
    [[5], [5]],
  ],
  'a photograph larger than is worked on': [
    {
      width: 2400,
      height: 1600,
      paper: (x) => 230 - x / 40,
      noise: 8,
      digits: row([9, 4], { x: 300, y: 300, size: 900 }),
    },
    [[2]],
  ],
};
