import { createRandom } from '@inkwire/base';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  DigitsError,
  openMnistPart,
  openReader,
  type Picture,
  type Reader,
  type ReadPicture,
} from '../src/index.ts';
import { blank, scanned } from './reader-pictures.ts';

/*
 * Whatever a picture holds, the answer is one of three: a coded error, a reading that is unsure of itself, or the right text. Afterwards
 * the reader reads as before.
 */
let reader: Reader;
beforeAll(async () => {
  reader = await openReader();
});
afterAll(async () => {
  const { images, labels } = await openMnistPart('train');
  const { text } = await reader.read({ bytes: await scanned(images.subarray(0, 784)) });
  expect([text, reader.stats.queued]).toEqual([String(labels[0]), 0]);
  await reader.close();
});

const refusals = [
  'DIGITS_NONE_FOUND',
  'DIGITS_PICTURE_DAMAGED',
  'DIGITS_PICTURE_EMPTY',
  'DIGITS_PICTURE_TOO_LARGE',
  'DIGITS_STROKES_INVALID',
  'DIGITS_STROKES_TOO_MANY',
];

/** Expects an honest answer to a picture whose digits are `text`: none by default. */
async function expectHonest(picture: Picture, text = /^$/): Promise<void> {
  const answer = await reader.read(picture).catch((error: unknown) => {
    expect(error).toBeInstanceOf(DigitsError);
    expect(refusals).toContain((error as DigitsError).code);
  });
  if (answer) expectHonestReading(answer, text);
}

function expectHonestReading(answer: ReadPicture, text: RegExp): void {
  const { width, height, confidence, unsure, digits } = answer;
  expect(digits.length).toBe(answer.text.replaceAll(/\D/g, '').length);
  for (const { box, probabilities } of digits) {
    const [x, y, w, h] = box;
    expect(x >= -1 && y >= -1 && x + w <= width + 1 && y + h <= height + 1, `the box ${box}`).toBe(true);
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 3);
  }
  expect(confidence >= 0 && confidence <= 1).toBe(true);
  if (!unsure) expect(answer.text.replaceAll(/\D/g, '')).toMatch(text);
}

const grey = (data: Uint8Array, width: number, height: number) =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();

/** A picture whose pixels are given by a function, 0 = black. */
const drawn = (width: number, height: number, at: (x: number, y: number) => number) =>
  grey(
    Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
    width,
    height,
  );

it('a page of a thousand digits', async () => {
  const { images, labels } = await openMnistPart('train');
  const [columns, rows, pitch] = [40, 25, 40];
  const page = new Uint8Array(columns * pitch * rows * pitch).fill(255);
  for (let i = 0; i < columns * rows; i++)
    for (let at = 0; at < 784; at++) {
      const x = (i % columns) * pitch + 6 + (at % 28);
      const y = Math.floor(i / columns) * pitch + 6 + Math.floor(at / 28);
      page[y * columns * pitch + x] = 255 - images[i * 784 + at]!;
    }
  const text = labels.subarray(0, columns * rows).join('');
  await expectHonest({ bytes: await grey(page, columns * pitch, rows * pitch) }, new RegExp(`^${text}$`));
});

it.each([1, 2, 3])('pure noise, %i', async (seed) => {
  const random = createRandom(seed);
  const even = await drawn(400, 300, () => random.below(256));
  await expectHonest({ bytes: even });
  const speckled = await drawn(400, 300, () => (random.next() < 0.05 ? 0 : 255));
  await expectHonest({ bytes: speckled });
  const coloured = Uint8Array.from({ length: 400 * 300 * 3 }, () => random.below(256));
  const raw = { width: 400, height: 300, channels: 3 } as const;
  await expectHonest({ bytes: await sharp(coloured, { raw }).jpeg().toBuffer() });
});

it.each([
  [1, 20_000],
  [20_000, 1],
  [20_000, 20],
  [3, 3],
  [1, 1],
])('a strip of %i × %i pixels, blank, black and striped', async (width, height) => {
  await expectHonest({ bytes: await blank('white', width, height) });
  await expectHonest({ bytes: await blank('black', width, height) });
  // Leaning strokes in a row may be read as ones.
  await expectHonest({ bytes: await drawn(width, height, (x, y) => ((x + y) % 40 < 6 ? 0 : 255)) }, /^1*$/);
});

it('patterns as fine as its pixels', async () => {
  await expectHonest({ bytes: await drawn(500, 400, (x, y) => ((x + y) % 2 ? 0 : 255)) });
  await expectHonest({ bytes: await drawn(500, 400, (x) => (x % 2 ? 0 : 255)) });
  await expectHonest({ bytes: await drawn(500, 400, (x, y) => (x % 8 < 2 || y % 8 < 2 ? 0 : 255)) });
});

it('a sheet that is black to its edges, half black, or fully transparent', async () => {
  await expectHonest({ bytes: await blank('black', 600, 400) });
  await expectHonest({ bytes: await drawn(600, 400, (x) => (x < 300 ? 0 : 255)) });
  await expectHonest({ bytes: await blank('rgba(0,0,0,0)', 600, 400) });
});

it('a picture of more pixels than are decoded is refused, and names the limit', async () => {
  const bytes = await sharp({ create: { width: 12_000, height: 5_000, channels: 3, background: 'white' } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  await expect(reader.read({ bytes })).rejects.toMatchObject({
    code: 'DIGITS_PICTURE_TOO_LARGE',
    message: expect.stringContaining('50000000'),
  });
});

it('what is no picture at all is a TypeError that says what is expected', async () => {
  for (const [picture, expected] of [
    ['a.png', /with `bytes`, `strokes` or `pixels`/],
    [{}, /with `bytes`, `strokes` or `pixels`/],
    [{ bytes: 'a.png' }, /`bytes` to be a Uint8Array/],
    [{ bytes: new ArrayBuffer(4) }, /`bytes` to be a Uint8Array/],
    [{ pixels: [1, 2] }, /`pixels` to be a Uint8Array/],
  ] as const)
    await expect(reader.read(picture as unknown as Picture)).rejects.toThrow(expected);
});

it('strokes that are a scribble, a point, a thousand digits', async () => {
  const random = createRandom(5);
  const point = () => [500 * random.next(), 300 * random.next()] as const;
  await expectHonest({ strokes: [Array.from({ length: 300 }, point)] });
  await expectHonest({ strokes: [[[5, 5]]] });
  const ones = Array.from({ length: 1000 }, (_, i) => {
    const [x, y] = [(i % 40) * 30, Math.floor(i / 40) * 60];
    return [[x, y] as const, [x, y + 40] as const];
  });
  await expectHonest({ strokes: ones }, /^1{1000}$/);
});
