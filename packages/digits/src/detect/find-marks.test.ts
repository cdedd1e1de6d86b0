import { createRandom } from '@inkwire/base';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createBlobDetector } from '../../test/blob-detector.ts';
import type { Raster } from '../prepare/decode.ts';
import { findMarks, findMarksIn, mostInputPixels } from './find-marks.ts';

type Place = readonly [x: number, y: number, width: number, height: number];

/** A white picture with marks that are heavy at the top, like flags: their upper half is full, the lower a stem. */
function flags(width: number, height: number, places: readonly Place[], paper = 250, ink = 30): Raster {
  const data = new Uint8Array(width * height).fill(paper);
  for (const [left, top, w, h] of places)
    for (let y = top; y < top + h; y++)
      for (let x = left; x < left + w; x++)
        if (y < top + h / 2 || Math.abs(x + 0.5 - left - w / 2) < w / 8) data[y * width + x] = ink;
  return { fullWidth: width, fullHeight: height, width, height, channels: 1, data };
}

const places: Place[] = [
  [40, 50, 14, 28],
  [70, 52, 12, 24],
  [160, 90, 16, 30],
];

/** Boxes from left to right, rounded. */
async function boxesIn(raster: Raster, options = {}) {
  const page = await findMarksIn(raster, createBlobDetector(), options);
  return page.marks
    .map((mark) => page.boxOf(mark).map(Math.round))
    .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
}

const expectNear = (found: readonly (readonly number[])[], wanted: readonly Place[], tolerance: number) => {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((box, i) => {
    box.forEach((value, k) => {
      expect(Math.abs(found[i]![k]! - value), `${found[i]} for ${box}`).toBeLessThanOrEqual(tolerance);
    });
  });
};

test('every mark is found once, at its place', async () => {
  expectNear(await boxesIn(flags(260, 160, places)), places, 1);
});

test.each([2, 4, 8])('marks that are %d times as large are found at a coarser level', async (factor) => {
  const large = places.map((place) => place.map((value) => factor * value) as unknown as Place);
  expectNear(await boxesIn(flags(260 * factor, 160 * factor, large)), large, factor + 1);
});

test('a picture that is lower than two digits is enlarged', async () => {
  const small: Place[] = [[6, 4, 6, 10]];
  expectNear(await boxesIn(flags(30, 20, small)), small, 1);
});

test('boxes refer to the picture in its full size, turned by EXIF', async () => {
  const { data } = flags(2600, 1840, [[300, 400, 140, 280]]);
  const file = await sharp(data, { raw: { width: 2600, height: 1840, channels: 1 } })
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const page = await findMarks(file, createBlobDetector());
  expect([page.width, page.height]).toEqual([2600, 1840]);
  expectNear([page.boxOf(page.marks[0]!)], [[300, 400, 140, 280]], 8);
});

test('white ink on a transparent page is found', async () => {
  const grey = flags(260, 160, places, 0, 255);
  const data = new Uint8Array(grey.data.length * 2).map((_, i) => (i % 2 === 0 ? 255 : grey.data[i >> 1]!));
  expectNear(await boxesIn({ ...grey, channels: 2, data }), places, 1);
});

describe('a picture that lies in another direction', () => {
  const upright = flags(260, 160, places);
  const turnedBytes = (degrees: number) =>
    sharp(upright.data, { raw: { width: 260, height: 160, channels: 1 } })
      .rotate(degrees)
      .png()
      .toBuffer();

  test.each([90, 180, 270] as const)(
    'by %d° is read upright, its boxes as the picture lies',
    async (turn) => {
      const page = await findMarks(await turnedBytes(360 - turn), createBlobDetector());
      expect(page.direction).toBe(turn);
      expect(page.marks.map(({ score }) => Math.round(10 * score))).toEqual([9, 9, 9]);
      const wanted: Record<typeof turn, Place> = {
        90: [50, 260 - 54, 28, 14],
        180: [260 - 54, 160 - 78, 14, 28],
        270: [160 - 78, 40, 28, 14],
      };
      const boxes = page.marks.map((mark) => page.boxOf(mark));
      const near = boxes.filter((box) => box.every((value, i) => Math.abs(value - wanted[turn][i]!) <= 1));
      expect(near).toHaveLength(1);
    },
  );

  test('stays as it is when directions are not asked for, or there is but one mark', async () => {
    const page = await findMarks(await turnedBytes(180), createBlobDetector(), { directions: false });
    expect(page.direction).toBe(0);
    const one = flags(100, 80, [[40, 20, 14, 28]]);
    const single = await findMarksIn({ ...one, data: one.data.reverse() }, createBlobDetector());
    expect(single.direction).toBe(0);
    expect(single.marks).toHaveLength(1);
  });

  test('is not tried when it lies upright', async () => {
    const detector = createBlobDetector();
    await findMarksIn(upright, detector);
    const alone = createBlobDetector();
    await findMarksIn(upright, alone, { directions: false });
    expect(detector.inputs).toEqual(alone.inputs);
  });
});

describe('work is bounded', () => {
  /** Grains of 3 × 3 pixels: unlike finer noise they look like strokes everywhere. */
  const noise = (width: number, height: number): Raster => {
    const random = createRandom(5);
    const across = Math.ceil(width / 3);
    const grains = Uint8Array.from({ length: across * Math.ceil(height / 3) }, () => random.below(256));
    const data = Uint8Array.from(
      { length: width * height },
      (_, i) => grains[Math.floor(i / width / 3) * across + Math.floor((i % width) / 3)]!,
    );
    return { fullWidth: width, fullHeight: height, width, height, channels: 1, data };
  };
  const total = (inputs: readonly number[]) => inputs.reduce((a, b) => a + b, 0);
  const nothing = () => {
    const detector = createBlobDetector();
    return {
      ...detector,
      run: async (_: Float32Array, width: number, height: number) =>
        detector.run(new Float32Array(width * height), width, height),
    };
  };

  test('a page of noise gets no more than the most, in no direction', async () => {
    const detector = nothing();
    await findMarksIn(noise(2048, 2048), detector);
    expect(total(detector.inputs)).toBeLessThanOrEqual(12_000_000);
    expect(total(detector.inputs)).toBeGreaterThan(2048 * 2048);
    const upright = nothing();
    await findMarksIn(noise(3000, 2400), upright, { directions: false });
    expect(total(upright.inputs)).toBeLessThanOrEqual(mostInputPixels);
    expect(Math.max(...upright.inputs)).toBeLessThanOrEqual((1024 + 128) ** 2);
  });

  test('a strip of one pixel by 20,000', async () => {
    for (const [width, height] of [
      [20_000, 1],
      [1, 20_000],
    ] as const) {
      const detector = nothing();
      const { marks } = await findMarksIn(noise(width, height), detector);
      expect(marks).toEqual([]);
      expect(total(detector.inputs)).toBeLessThan(6_000_000);
    }
  });

  test('an empty page costs nothing, and a few digits on a large one little', async () => {
    const detector = createBlobDetector();
    await findMarksIn(flags(2000, 1500, []), detector);
    expect(detector.inputs).toEqual([]);
    await findMarksIn(flags(2000, 1500, places), detector);
    expect(total(detector.inputs)).toBeLessThan(0.1 * 3_000_000);
  });

  test('a digit that two levels agree on is not looked for where it is far too large', async () => {
    const large: Place = [60, 60, 80, 160];
    const small: Place = [320, 220, 12, 24];
    const alone = createBlobDetector();
    const { marks } = await findMarksIn(flags(400, 300, [large]), alone);
    expect(marks).toHaveLength(1);
    // Of the levels with 38, 75, 150 and 300 rows the first two have it.
    expect(alone.inputs).toHaveLength(2);
    const beside = createBlobDetector();
    const page = await findMarksIn(flags(400, 300, [large, small]), beside);
    expectNear(
      page.marks.map((mark) => page.boxOf(mark)).sort((a, b) => a[0] - b[0]),
      [large, small],
      8,
    );
    expect(beside.inputs).toHaveLength(4);
    expect(beside.inputs.at(-1)).toBeLessThan(0.4 * 400 * 300);
  });

  test('an abort ends it between two inputs', async () => {
    const abort = new AbortController();
    const detector = createBlobDetector();
    const aborting = {
      ...detector,
      run: (data: Float32Array, width: number, height: number) => {
        abort.abort(new Error('enough'));
        return detector.run(data, width, height);
      },
    };
    await expect(findMarksIn(flags(260, 160, places), aborting, { signal: abort.signal })).rejects.toThrow(
      'enough',
    );
    expect(detector.inputs).toHaveLength(1);
  });

  test('a page full of ink is an error with a code', async () => {
    const many: Place[] = Array.from({ length: 600 }, (_, i) => [
      10 + (i % 40) * 24,
      10 + Math.floor(i / 40) * 40,
      12,
      24,
    ]);
    await expect(findMarksIn(flags(980, 620, many), createBlobDetector())).rejects.toMatchObject({
      code: 'DIGITS_NONE_FOUND',
    });
  });
});
