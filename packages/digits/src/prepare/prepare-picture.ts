import { decode } from './decode.ts';
import { divideLight } from './divide-light.ts';
import { emptyPicture, findDigits } from './find-digits.ts';
import { type Grey, resample } from './grey.ts';
import { inkMask } from './ink-mask.ts';
import { darkOnLight } from './polarity.ts';
import type { PreparedPicture, PrepareOptions } from './prepared.ts';

/** Smaller pictures are enlarged to at least this many pixels, so that a digit's edges lie between its pixels. */
const leastSide = 64;
/** The longer side of a picture, in pixels, up to which it holds what was cut out by someone, not a sheet with ruled lines. */
const cutOutSide = 72;
/** Up to this size, and not wider than a digit, a picture holds one digit: MNIST's own size, and a little more. */
const singleSide = 32;
/** A picture of one digit is at most this many times as wide as high. */
const widestSingle = 1.3;
/** In fewer pixels nothing can be read. */
const unreadableSide = 5;

/**
 * Reads a picture's bytes into digits for a model: decoded, turned upright, its light evened, its ink found, grouped
 * and cropped. A picture without digits gives no lines.
 * Throws DIGITS_PICTURE_EMPTY, _TOO_LARGE, _UNSUPPORTED, _DAMAGED; DIGITS_NONE_FOUND for a page full of ink, more than
 * 512 digits or 2048 pieces; `signal.reason` when aborted.
 */
export async function preparePicture(
  bytes: Uint8Array,
  options: PrepareOptions = {},
): Promise<PreparedPicture> {
  const { width, height, grey } = await decode(bytes, options);
  return prepareGrey(grey, width, height);
}

/** Whether a picture of that size (pixels) is no larger than a digit that someone has cut out, and not wider than one. */
export const isCutOut = (width: number, height: number): boolean =>
  Math.max(width, height) <= cutOutSide && width <= widestSingle * height;

/** Like `preparePicture`, for a decoded picture. Boxes refer to a picture of `width` × `height`. */
export function prepareGrey(grey: Grey, width: number, height: number): PreparedPicture {
  if (Math.min(grey.width, grey.height) < unreadableSide) return emptyPicture(width, height);
  const ink = enlargeSmall(divideLight(darkOnLight(grey)));
  const mask = inkMask(ink);
  if (mask.level === 0) return emptyPicture(width, height);
  const photographed = Math.max(width, height) > cutOutSide;
  const single = Math.max(width, height) <= singleSide && width <= widestSingle * height;
  return findDigits({ ink, mask, width, height, scale: width / ink.width, x: 0, y: 0, photographed, single });
}

function enlargeSmall(ink: Grey): Grey {
  const factor = Math.ceil(leastSide / Math.max(ink.width, ink.height));
  if (factor <= 1) return ink;
  const width = ink.width * factor;
  const height = ink.height * factor;
  const levels = resample(ink, { x: 0, y: 0, width: ink.width, height: ink.height }, width, height);
  const data = new Uint8Array(levels.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(255, Math.max(0, Math.round(levels[i]!)));
  return { width, height, data };
}
