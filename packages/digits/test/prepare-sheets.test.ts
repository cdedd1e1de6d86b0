import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  type PreparedPicture,
  preparePicture,
  prepareStrokes,
  renderStrokes,
  type Stroke,
} from '../src/prepare/index.ts';
import { mnistDigit, type PlacedDigit, row, type Sheet, sheetFile } from './prepare-sheet.ts';

/** How many digits there are in each word of each line. */
const shape = ({ lines }: PreparedPicture) => lines.map((line) => line.map((word) => word.length));

/** Whether a box lies where a digit was painted: its middle within, and not larger than the square. */
function liesOn(box: readonly [number, number, number, number], digit: PlacedDigit): boolean {
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

/** The likeness of two 28×28 pictures, 1 = the same: their normalised correlation. */
function likeness(a: Uint8Array, b: Uint8Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < 784; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
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
const sheets: Record<string, [Sheet, number[][]]> = {
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

describe.each(Object.entries(sheets))('%s', (_, [sheet, expected]) => {
  it.each(['png', 'jpeg'] as const)('as %s: each digit is found, boxed and in order', async (format) => {
    const picture = await preparePicture(await sheetFile(sheet, format, 60));
    expect(shape(picture)).toEqual(expected);
    expect([picture.width, picture.height]).toEqual([sheet.width, sheet.height]);
    for (const [i, { box: found, pixels }] of picture.lines.flat(2).entries()) {
      expect(liesOn(found, sheet.digits[i]!), `digit ${i} at ${found}`).toBe(true);
      if (!sheet.digits[i]!.angle)
        expect(likeness(pixels, sheet.digits[i]!.pixels), `digit ${i}`).toBeGreaterThan(0.6);
    }
    expect(picture.clutter).toBeLessThan(0.5);
  });
});

it('an MNIST digit as a picture of 28 × 28 comes out as it went in', async () => {
  let sum = 0;
  for (let i = 0; i < 60; i++) {
    const bytes = await sharp(mnistDigit(i), { raw: { width: 28, height: 28, channels: 1 } })
      .png()
      .toBuffer();
    const picture = await preparePicture(bytes);
    expect(shape(picture)).toEqual([[1]]);
    sum += likeness(picture.lines[0]![0]![0]!.pixels, mnistDigit(i));
  }
  expect(sum / 60).toBeGreaterThan(0.93);
});

describe('what is no handwriting', () => {
  const clutter = async (level: (x: number, y: number) => number) =>
    (
      await preparePicture(
        await sheetFile({ width: 640, height: 480, paper: level, noise: 3, digits: [] }, 'jpeg'),
      )
    ).clutter;

  it('a face is clutter', async () => {
    const spot = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
      Math.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2);
    expect(
      await clutter(
        (x, y) =>
          90 +
          110 * spot(x, y, 320, 240, 140, 190) -
          90 * spot(x, y, 260, 190, 30, 15) -
          90 * spot(x, y, 380, 190, 30, 15) -
          40 * spot(x, y, 320, 260, 20, 40) -
          80 * spot(x, y, 320, 340, 60, 15),
      ),
    ).toBeGreaterThan(0.5);
  });

  it('a page full of pieces is clutter', async () => {
    const digits = Array.from({ length: 12 }, (_, i) =>
      row([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], { x: 20, y: 10 + i * 38, size: 36, nth: i }),
    ).flat();
    const picture = await preparePicture(await sheetFile({ width: 400, height: 480, digits }));
    expect(picture.clutter).toBeGreaterThan(0.5);
  });

  it('a blot is clutter', async () => {
    expect(await clutter((x, y) => ((x - 320) ** 2 + (y - 240) ** 2 < 90 ** 2 ? 20 : 240))).toBeGreaterThan(
      0.5,
    );
  });

  it('a scribble is clutter, a drawn digit is not', () => {
    const scribble = Array.from(
      { length: 300 },
      (_, i) => [300 + 100 * Math.sin(i * 1.7), 300 + 100 * Math.cos(i * 1.3)] as const,
    );
    expect(prepareStrokes([scribble]).clutter).toBeGreaterThan(0.5);
    expect(prepareStrokes([ring(50, 50, 30)]).clutter).toBe(0);
  });
});

const ring = (x: number, y: number, radius: number): Stroke =>
  Array.from(
    { length: 41 },
    (_, i) =>
      [x + radius * 0.7 * Math.sin((i * Math.PI) / 20), y - radius * Math.cos((i * Math.PI) / 20)] as const,
  );

describe('pen strokes', () => {
  const drawing: Stroke[] = [
    ring(60, 80, 40),
    [
      [150, 40],
      [150, 120],
    ],
    // A 5 whose bar is drawn last, a 4 of two strokes that do not meet.
    [
      [210, 45],
      [208, 78],
      [235, 75],
      [245, 98],
      [230, 120],
      [205, 115],
    ],
    [
      [216, 42],
      [250, 40],
    ],
    [
      [300, 40],
      [285, 85],
      [330, 85],
    ],
    [
      [335, 62],
      [333, 122],
    ],
  ];

  it('are grouped into digits, in reading order, with boxes in the picture that is kept', async () => {
    const picture = prepareStrokes(drawing);
    expect(shape(picture)).toEqual([[4]]);
    const { png, width, height } = await renderStrokes(drawing);
    expect([picture.width, picture.height]).toEqual([width, height]);
    const seen = await preparePicture(png);
    expect(shape(seen)).toEqual([[4]]);
    for (const [i, { box: found }] of picture.lines.flat(2).entries())
      for (const [k, edge] of seen.lines.flat(2)[i]!.box.entries())
        expect(Math.abs(edge - found[k]!)).toBeLessThanOrEqual(4);
  });

  it.each([0.001, 1, 1000])('mean the same at a scale of %d, anywhere', (scale) => {
    const moved = drawing.map((stroke) =>
      stroke.map(([x, y]) => [x * scale - 7 * scale, y * scale + 900 * scale] as const),
    );
    const [first, other] = [prepareStrokes(drawing), prepareStrokes(moved)].map(({ lines }) => lines.flat(2));
    expect(other).toHaveLength(4);
    for (const [i, { pixels }] of other!.entries())
      expect(likeness(pixels, first![i]!.pixels)).toBeGreaterThan(0.98);
  });

  it('drawn hard or lightly make a thick or a thin line in the picture that is kept', async () => {
    const ink = async (pressure: number) => {
      const { png } = await renderStrokes([
        [
          [0, 0, pressure],
          [100, 0, pressure],
        ],
      ]);
      return (await sharp(png).raw().toBuffer()).reduce((sum, level) => sum + 255 - level, 0);
    };
    expect(await ink(1)).toBeGreaterThan(1.5 * (await ink(0)));
  });
});
