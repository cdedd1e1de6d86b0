import { describe, expect, test } from 'vitest';
import {
  blankPage,
  type Camera,
  drawLine,
  fillBox,
  lookAt,
  onPage,
  photograph,
  rasterOf,
} from '../../test/photographed-page.ts';
import type { Quad } from './homography.ts';
import type { Plane } from './plane.ts';
import { findSheet } from './sheet.ts';

const sheet = { left: 250, top: 300, width: 300, height: 200 };

/** Three strokes like digits. */
function write(page: Plane, level: number): void {
  for (const x of [300, 370, 440]) {
    drawLine(page, [x, 360], [x + 20, 440], 6, level);
    drawLine(page, [x, 360], [x + 25, 362], 6, level);
  }
}

/** A dark table of 800 × 800 with a note on it. */
function table(ground = 0.2, paper = 0.9): Plane {
  const page = blankPage(800, 800, ground);
  fillBox(page, [sheet.left, sheet.top, sheet.width, sheet.height], paper);
  write(page, 0.15);
  return page;
}

const camera = (degrees: number, depth = 1): Camera => ({
  width: 640,
  height: 560,
  corners: lookAt([400, 400], 640, 560, degrees, depth),
});

describe('a note on a dark table', () => {
  test.each<[string, Camera]>([
    ['straight', camera(0)],
    ['leaning by 25°', camera(25)],
    ['leaning by −35°', camera(-35)],
    ['from the side', camera(10, 1.35)],
    ['in uneven light', { ...camera(10), light: [1, 0.6] }],
  ])('%s: is flattened, and its points know where they come from', (_, seen) => {
    const found = findSheet(rasterOf(photograph(table(), seen)))!;
    expect(found).toBeDefined();
    const { width, height } = found.raster;
    expect(width / height).toBeGreaterThan(1.2);
    const toPage = onPage(seen);
    const corners: Quad = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ];
    const wanted = [
      [sheet.left, sheet.top],
      [sheet.left + sheet.width, sheet.top],
      [sheet.left + sheet.width, sheet.top + sheet.height],
      [sheet.left, sheet.top + sheet.height],
    ] as const;
    corners.forEach((corner, i) => {
      const [x, y] = toPage(...found.toRaster(corner[0], corner[1]));
      expect(Math.hypot(x - wanted[i]![0], y - wanted[i]![1])).toBeLessThan(10);
    });
    const ground = found.raster.data.filter((level) => level < 70).length / (width * height);
    expect(ground).toBeLessThan(0.08);
  });

  test('keeps its colours', () => {
    const grey = rasterOf(photograph(table(), camera(5)));
    const data = Uint8Array.from({ length: 3 * grey.data.length }, (_, i) =>
      i % 3 === 2 ? grey.data[Math.floor(i / 3)]! / 3 : grey.data[Math.floor(i / 3)]!,
    );
    const { raster } = findSheet({ ...grey, channels: 3, data })!;
    expect(raster.data).toHaveLength(3 * raster.width * raster.height);
    expect(raster.data[2]! / raster.data[0]!).toBeCloseTo(1 / 3, 1);
  });
});

describe('a page beside something dark', () => {
  /** A white page of 640 × 560 with a dark strip at the left whose edge leans. */
  const gutter = (lean: number): Plane => {
    const page = blankPage(640, 560, 0.9);
    write(page, 0.15);
    for (let y = 0; y < 560; y++) page.data.fill(0.05, y * 640, y * 640 + Math.round(100 + lean * y));
    return page;
  };

  test('is cut off at its edge, and the rest stays as it lies', () => {
    const { raster, toRaster } = findSheet(rasterOf(gutter(0)))!;
    expect(raster.height).toBe(560);
    expect(Math.abs(raster.width - 540)).toBeLessThan(8);
    const [x, y] = toRaster(10, 20);
    expect([x - 640 + raster.width, y]).toEqual([10, 20]);
    expect(raster.data.slice(0, raster.width).every((level) => level > 200)).toBe(true);
  });

  test('whose edge leans: what is left of it takes the colour of the paper', () => {
    const { raster } = findSheet(rasterOf(gutter(0.05)))!;
    for (let row = 0; row < raster.height; row += 10)
      for (let column = 0; column < 60; column++)
        expect(raster.data[row * raster.width + column]).toBeGreaterThan(190);
  });
});

describe('nothing is cut from', () => {
  const nothing = (page: Plane) => expect(findSheet(rasterOf(page))).toBeUndefined();

  test('a plain page, empty or written on to its edges', () => {
    const page = blankPage(640, 560, 0.9);
    nothing(page);
    write(page, 0.1);
    for (const x of [0, 120, 300, 610]) drawLine(page, [x, 0], [x + 30, 559], 24, 0.1);
    drawLine(page, [0, 10], [639, 4], 20, 0.1);
    nothing(page);
  });

  test('a page half in shadow', () => {
    const page = blankPage(800, 800, 0.9);
    write(page, 0.1);
    nothing(photograph(page, { ...camera(0), shade: { isIn: (x, y) => x + 0.2 * y > 330, left: 0.5 } }));
  });

  test('light strokes on a board', () => {
    const page = blankPage(640, 560, 0.9);
    write(page, 0.15);
    drawLine(page, [500, 50], [500, 500], 60, 0.1);
    nothing({ ...page, data: page.data.map((level) => 1 - level) });
  });

  test('a note with nothing on it, and a picture too small to have one', () => {
    const page = blankPage(800, 800, 0.2);
    fillBox(page, [250, 300, 300, 200], 0.9);
    nothing(photograph(page, camera(5)));
    nothing(photograph(table(), { ...camera(5), width: 90, height: 80 }));
  });

  test('a light disc', () => {
    const page = blankPage(640, 560, 0.2);
    for (let y = 0; y < 560; y++)
      for (let x = 0; x < 640; x++) if (Math.hypot(x - 390, y - 400) < 140) page.data[y * 640 + x] = 0.9;
    write(page, 0.15);
    nothing(page);
  });
});
