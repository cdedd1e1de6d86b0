import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  type PreparedPicture,
  preparePicture,
  prepareStrokes,
  renderStrokes,
  type Stroke,
} from '../src/prepare/index.ts';
import { mnistDigit, row, sheetFile } from './prepare-sheet.ts';
import { liesOn, sheets } from './sheets.ts';

/** How many digits there are in each word of each line. */
const shape = ({ lines }: PreparedPicture) => lines.map((line) => line.map((word) => word.length));

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
