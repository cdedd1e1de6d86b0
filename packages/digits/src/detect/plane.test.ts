import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../prepare/decode.ts';
import { principalAxis } from './colour-axis.ts';
import { darkInk, decodeForPlane, type Plane, planeOf } from './plane.ts';

type Colour = readonly number[];

/** A picture of a few strokes: a tenth of it is ink. */
function strokes(
  paper: Colour,
  ink: Colour,
  others: readonly { every: number; colour: Colour }[] = [],
): Raster {
  const [width, height, channels] = [120, 80, paper.length];
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const rule = others.find(({ every }) => x % every === 0 || y % every === 0);
      const colour = isInk(x, y) ? ink : (rule?.colour ?? paper);
      for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = colour[c]!;
    }
  return { fullWidth: width, fullHeight: height, width, height, channels, data };
}

const isInk = (x: number, y: number) => y > 20 && y < 60 && x > 15 && x < 105 && (x + (y >> 3)) % 18 < 4;

/** Mean levels of ink and of paper. */
function levels({ width, data }: Plane): { ink: number; paper: number } {
  const [ink, paper]: [number[], number[]] = [[], []];
  data.forEach((level, i) => {
    (isInk(i % width, Math.floor(i / width)) ? ink : paper).push(level);
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  return { ink: mean(ink), paper: mean(paper) };
}

describe('the contrast of ink is measured in colour', () => {
  test.each<[string, Colour, Colour, number]>([
    ['black on white', [255, 255, 255], [0, 0, 0], 0.99],
    ['a yellow marker on white', [255, 255, 255], [255, 226, 60], 0.6],
    ['pencil of 8 % on cream', [245, 242, 235], [224, 221, 214], 0.08],
    ['red on white', [255, 255, 255], [220, 30, 40], 0.7],
    ['red on green of the same luma', [110, 140, 110], [200, 95, 110], 0.15],
    ['grey on white, with alpha', [255, 255, 255, 255], [90, 90, 90, 255], 0.6],
    ['black on nothing', [0, 0, 0, 0], [0, 0, 0, 255], 0.99],
    ['white on nothing', [255, 255, 255, 0], [255, 255, 255, 255], 0.99],
    ['white on nothing that is black below', [0, 0, 0, 0], [255, 255, 255, 255], 0.99],
    ['a thin film of black on nothing', [0, 0, 0, 0], [0, 0, 0, 20], 0.07],
    ['one grey channel', [230], [30], 0.75],
    ['grey and alpha', [255, 0], [255, 255], 0.99],
  ])('%s', (_, paper, ink, least) => {
    const found = levels(darkInk(planeOf(strokes(paper, ink))));
    expect(found.paper - found.ink).toBeGreaterThan(least);
  });

  test('red ink stays darker than the pale blue squares that it is written on', () => {
    const raster = strokes([247, 244, 237], [215, 35, 50], [{ every: 24, colour: [165, 190, 225] }]);
    const { data, width } = darkInk(planeOf(raster));
    const { ink, paper } = levels({ data, width, height: 80 });
    const rule = data[70 * width + 24]!;
    expect(paper - ink).toBeGreaterThan(2.5 * (paper - rule));
  });

  test('light that falls off across the page does not turn the axis', () => {
    const raster = strokes([255, 255, 255], [255, 226, 60]);
    for (let i = 0; i < raster.data.length; i++)
      raster.data[i]! *= 1 - (0.5 * (Math.floor(i / 3) % 120)) / 120;
    const { ink, paper } = levels(planeOf(raster));
    expect(paper - ink).toBeGreaterThan(0.4);
  });
});

test('a chalk board becomes dark ink on light', () => {
  const { ink, paper } = levels(darkInk(planeOf(strokes([30, 60, 45], [230, 235, 230]))));
  expect(paper).toBeGreaterThan(0.6);
  expect(ink).toBeLessThan(0.2);
});

test('what is partly transparent lies between', () => {
  const raster = strokes([0, 0, 0, 0], [0, 0, 0, 255]);
  raster.data[3] = 51;
  expect(planeOf(raster).data[0]).toBeCloseTo(0.8, 3);
});

test('the principal axis is the eigenvector of the greatest eigenvalue', () => {
  const [r, g, b] = principalAxis([2, 3, 4, 1, 0.5, -1]);
  expect(Math.hypot(r, g, b)).toBeCloseTo(1, 9);
  const image = [2 * r + g + 0.5 * b, r + 3 * g - b, 0.5 * r - g + 4 * b];
  const value = image[0]! * r + image[1]! * g + image[2]! * b;
  expect(image[0]).toBeCloseTo(value * r, 9);
  expect(image[1]).toBeCloseTo(value * g, 9);
  expect(image[2]).toBeCloseTo(value * b, 9);
  expect(value).toBeGreaterThan(4);
});

describe('decoding', () => {
  const picture = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'white' } })
      .jpeg()
      .toBuffer();

  test('keeps a picture of up to four million pixels, however long', async () => {
    expect(await decodeForPlane(await picture(4200, 60))).toMatchObject({ width: 4200, height: 60 });
  });

  test('halves one of twelve million', async () => {
    const raster = await decodeForPlane(await picture(4000, 3000));
    expect(raster).toMatchObject({ fullWidth: 4000, fullHeight: 3000, width: 2000, height: 1500 });
  });

  test('brings 16 bits to 8', async () => {
    const levels = new Uint16Array(40 * 20).fill(0x8080);
    const deep = await sharp(levels, { raw: { width: 40, height: 20, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    const plane = planeOf(await decodeForPlane(deep));
    expect(plane).toMatchObject({ width: 40, height: 20 });
    for (const level of plane.data) expect(level).toBeCloseTo(0.5, 2);
  });

  test('turns by EXIF', async () => {
    const turned = await sharp(await picture(40, 20))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await decodeForPlane(turned)).toMatchObject({ width: 20, height: 40 });
  });
});
