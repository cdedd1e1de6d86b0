import { expectInteger, messageOf } from '@inkwire/base';
import sharp from 'sharp';
import { DigitsError } from '../errors.ts';
import type { Grey } from './grey.ts';
import { foreignKind, pictureType } from './picture-type.ts';
import type { PrepareOptions } from './prepared.ts';

// A server reads many small pictures and never the same one twice: no cache, and one thread a picture, because
// the pictures themselves are already spread over libuv's threads.
sharp.cache(false);
sharp.concurrency(1);

/** The longer side, in pixels, to which larger pictures are reduced while they are decoded. */
const workingSide = 1600;

/** A decoded picture: grey, upright, over white, and perhaps reduced. */
export interface Decoded {
  /** Size of the upright picture before it was reduced. */
  readonly width: number;
  readonly height: number;
  /** 255 = white; longer side at most 1600. */
  readonly grey: Grey;
}

/** A decoded picture with its colours: upright, and perhaps reduced. */
export interface Raster {
  /** Size of the upright picture before it was reduced. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: number;
  /** [height × width × channels], sRGB. */
  readonly data: Uint8Array;
}

/** The size to which a picture of a size is reduced while it is decoded. */
type Reduction = (width: number, height: number) => { readonly width: number; readonly height: number };

/** To a longer side of at most 1600. */
const toWorkingSide: Reduction = (width, height) => {
  const factor = Math.min(1, workingSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
};

/**
 * Decodes a JPEG, PNG, WebP, GIF (first frame), TIFF (first page) or AVIF.
 * Throws DIGITS_PICTURE_EMPTY, _TOO_LARGE, _UNSUPPORTED or _DAMAGED; `signal.reason` when aborted.
 */
export async function decode(bytes: Uint8Array, options: PrepareOptions = {}): Promise<Decoded> {
  const raster = await decodeRaster(bytes, toWorkingSide, options);
  return { width: raster.fullWidth, height: raster.fullHeight, grey: greyOf(raster) };
}

/** Like `decode`, with colours and alpha, reduced as the caller says. Throws the same. */
export async function decodeRaster(
  bytes: Uint8Array,
  reduction: Reduction,
  options: PrepareOptions = {},
): Promise<Raster> {
  const maxPixels = expectInteger('maxPixels', options.maxPixels ?? 50_000_000, { min: 1 });
  checkBytes(bytes, expectInteger('maxBytes', options.maxBytes ?? 10 * 2 ** 20, { min: 1 }));
  options.signal?.throwIfAborted();
  try {
    const picture = sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels });
    const { autoOrient: upright } = await picture.metadata();
    options.signal?.throwIfAborted();
    picture.autoOrient();
    const size = reduction(upright.width, upright.height);
    if (size.width < upright.width || size.height < upright.height) picture.resize({ ...size, fit: 'fill' });
    const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    options.signal?.throwIfAborted();
    const { width, height, channels } = info;
    return { fullWidth: upright.width, fullHeight: upright.height, width, height, channels, data };
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw asDigitsError(error, maxPixels);
  }
}

function checkBytes(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length === 0) throw new DigitsError('DIGITS_PICTURE_EMPTY', 'The picture has no bytes');
  if (bytes.length > maxBytes)
    throw new DigitsError(
      'DIGITS_PICTURE_TOO_LARGE',
      `The picture has ${bytes.length} bytes; at most ${maxBytes} are read`,
    );
  if (pictureType(bytes)) return;
  const kind = foreignKind(bytes);
  const advice = kind === 'HEIC' ? '; save it as JPEG and send that' : '';
  throw new DigitsError(
    'DIGITS_PICTURE_UNSUPPORTED',
    `${kind ? `This is a ${kind} file` : 'This is not a picture'}: JPEG, PNG, WebP, GIF, TIFF and AVIF are read${advice}`,
  );
}

/** sharp has no codes: its one message about the limit is known by its words; everything else is a damaged file. */
function asDigitsError(error: unknown, maxPixels: number): DigitsError {
  const message = messageOf(error);
  if (/exceeds (pixel|dimension) limit/i.test(message))
    return new DigitsError(
      'DIGITS_PICTURE_TOO_LARGE',
      `The picture decodes to more than ${maxPixels} pixels`,
      { cause: error },
    );
  return new DigitsError(
    'DIGITS_PICTURE_DAMAGED',
    `The picture cannot be decoded: ${message.split('\n')[0]}`,
    {
      cause: error,
    },
  );
}

/** Luma with the weights of ITU-R BT.601, over white paper. Done here: libvips takes 1 ms to set up for the same. */
export function greyOf({ data, width, height, channels }: Raster): Grey {
  const grey = new Uint8Array(width * height);
  const colour = channels >= 3;
  const alpha = channels === 2 || channels === 4;
  for (let i = 0, at = 0; i < grey.length; i++, at += channels) {
    const luma = colour ? (data[at]! * 77 + data[at + 1]! * 150 + data[at + 2]! * 29) >> 8 : data[at]!;
    grey[i] = alpha ? 255 - ((255 - luma) * data[at + channels - 1]! + 127) / 255 : luma;
  }
  return { width, height, data: grey };
}
