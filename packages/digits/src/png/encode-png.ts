import { crc32, deflateSync } from 'node:zlib';

/*
 * Small PNGs without filters, made at once: https://www.w3.org/TR/png-3/
 *
 *   signature, IHDR (13 bytes), IDAT (deflated rows, each after a filter byte 0), IEND
 *   a chunk is: length, type, data, CRC-32 of type and data
 */

/** Colour type of PNG → bytes in a pixel. */
const channels = { grey: 1, greyAlpha: 2, rgba: 4 } as const;
const colourTypes = { grey: 0, greyAlpha: 4, rgba: 6 } as const;

/** The bytes of a pixel: one of light; light and opacity; red, green, blue and opacity. */
export type PngPixels = keyof typeof channels;

/** Encodes 8-bit pixels, row-major, as a PNG. Throws a RangeError when they are not width × height of that kind. */
export function encodePng(pixels: Uint8Array, width: number, height: number, kind: PngPixels): Uint8Array {
  const stride = width * channels[kind];
  if (pixels.length !== stride * height)
    throw new RangeError(`Expected \`pixels\` to be ${stride * height} bytes, got \`${pixels.length}\``);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = colourTypes[kind];

  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG as a `data:` address. */
export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
