/** From a decoded picture to one number a pixel, in which ink is as dark as its colour allows. */
import { decodeRaster, type Raster } from '../prepare/decode.ts';
import { isInverted } from '../prepare/polarity.ts';
import type { PrepareOptions } from '../prepare/prepared.ts';
import { type Axis, colourSpread, greyAxis } from './colour-axis.ts';

/** One number a pixel: 0 = black … 1 = white. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** [height × width] */
  readonly data: Float32Array;
}

/** More pixels than this are reduced while they are decoded. 4 million: a 12-megapixel photograph is halved. */
export const mostPlanePixels = 4_200_000;
/** Over white, a transparent picture shows its ink unless it has less than this share of its contrast over black. */
const leastOverWhite = 1 / 16;
/** Polarity is told by about this many pixels. */
const polaritySamples = 300_000;

/**
 * Decodes a picture for the detector: upright, with its colours, and reduced by a whole number each way where it has
 * more than 4.2 million pixels (a JPEG is then decoded at that size, which costs a third). Throws as `preparePicture` does.
 */
export function decodeForPlane(bytes: Uint8Array, options?: PrepareOptions): Promise<Raster> {
  return decodeRaster(
    bytes,
    (width, height) => {
      const factor = Math.ceil(Math.sqrt((width * height) / mostPlanePixels));
      return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
    },
    options,
  );
}

/**
 * The plane of a picture, dark where its colours differ from the paper's: colours are projected on the axis along which
 * they differ most within small neighbourhoods. So a yellow marker on white and red ink on blue squares keep their contrast.
 * Transparent pixels become white, or black where only that shows the ink. Light ink stays light: see `darkInk`.
 */
export function planeOf(raster: Raster): Plane {
  const { width, height, channels } = raster;
  const data = new Float32Array(width * height);
  if (channels === 1) {
    for (let i = 0; i < data.length; i++) data[i] = raster.data[i]! / 255;
    return { width, height, data };
  }
  const { axis, paper } = channels === 3 ? opaque(raster) : transparent(raster);
  project(raster, axis, paper, data);
  return { width, height, data };
}

/** The plane itself, or its negative where the ink is lighter than the paper: chalk, a screenshot in dark mode. */
export function darkInk(plane: Plane): Plane {
  if (!isInverted(sampled(plane))) return plane;
  return negative(plane);
}

/** The plane with light and dark exchanged. */
export function negative({ width, height, data }: Plane): Plane {
  return { width, height, data: data.map((level) => 1 - level) };
}

/** The parameters by which the pixels of a raster are composed and projected. */
interface Projection {
  readonly axis: Axis;
  /** The level behind transparent pixels, 0 or 1. */
  readonly paper: number;
}

function opaque(raster: Raster): Projection {
  const { data } = raster;
  return { axis: colourSpread(raster, (pixel, channel) => data[3 * pixel + channel]! / 255).axis, paper: 1 };
}

function transparent(raster: Raster): Projection {
  const { data, channels } = raster;
  const over = (paper: number) =>
    colourSpread(raster, (pixel, channel) => {
      const at = pixel * channels;
      const alpha = data[at + channels - 1]! / 255;
      return (alpha * data[at + (channels === 4 ? channel : 0)]!) / 255 + (1 - alpha) * paper;
    });
  const white = over(1);
  const black = over(0);
  const [spread, paper] = white.variance >= leastOverWhite * black.variance ? [white, 1] : [black, 0];
  return { axis: channels === 4 ? spread.axis : greyAxis, paper };
}

/** Levels along the axis, 0…1 from the darkest to the lightest that its direction has in the cube of colours. */
function project({ data, channels }: Raster, [r, g, b]: Axis, paper: number, levels: Float32Array): void {
  const least = Math.min(0, r) + Math.min(0, g) + Math.min(0, b);
  const range = Math.abs(r) + Math.abs(g) + Math.abs(b);
  const [x, y, z, base] = [r / range / 255, g / range / 255, b / range / 255, -least / range];
  if (channels === 3) {
    for (let i = 0, at = 0; i < levels.length; i++, at += 3)
      levels[i] = base + x * data[at]! + y * data[at + 1]! + z * data[at + 2]!;
    return;
  }
  const [second, third] = channels === 4 ? [1, 2] : [0, 0];
  const behind = base + (paper * (r + g + b)) / range;
  for (let i = 0, at = 0; i < levels.length; i++, at += channels) {
    const level = base + x * data[at]! + y * data[at + second]! + z * data[at + third]!;
    levels[i] = behind + (data[at + channels - 1]! / 255) * (level - behind);
  }
}

/** Every few pixels of a plane as bytes. */
function sampled({ width, height, data }: Plane) {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / polaritySamples)));
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const bytes = new Uint8Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++)
      bytes[i] = 255 * data[row * step * width + column * step]! + 0.5;
  return { width: columns, height: rows, data: bytes };
}
