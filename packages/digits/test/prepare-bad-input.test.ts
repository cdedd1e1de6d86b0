import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  preparePicture,
  preparePlain,
  prepareStrokes,
  renderStrokes,
  type Stroke,
} from '../src/prepare/index.ts';
import { row, sheetFile } from './prepare-sheet.ts';

const refused = (bytes: Uint8Array, options = {}) =>
  preparePicture(bytes, options).then(
    () => 'read',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

const text = (content: string) => new TextEncoder().encode(content);
const photo = async () =>
  sharp(
    await sheetFile({ width: 300, height: 200, noise: 20, digits: row([4, 2], { x: 30, y: 30, size: 120 }) }),
  );
const formats = {
  JPEG: async () => (await photo()).jpeg().toBuffer(),
  'progressive JPEG': async () => (await photo()).jpeg({ progressive: true }).toBuffer(),
  PNG: async () => (await photo()).png().toBuffer(),
  WebP: async () => (await photo()).webp().toBuffer(),
  GIF: async () => (await photo()).gif().toBuffer(),
  TIFF: async () => (await photo()).tiff({ compression: 'lzw' }).toBuffer(),
  AVIF: async () => (await photo()).avif({ effort: 0 }).toBuffer(),
};

/** A PNG of nothing but its header and very little data. */
function bomb(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const bytes = Buffer.alloc(8 + body.length);
    bytes.writeUInt32BE(data.length, 0);
    body.copy(bytes, 4);
    bytes.writeUInt32BE(crc(body), 4 + body.length);
    return bytes;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * 100));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc(bytes: Uint8Array): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return ~value >>> 0;
}

describe('a file that is no picture', () => {
  it('is refused by its first bytes, with a code', async () => {
    expect(await refused(new Uint8Array())).toBe('DIGITS_PICTURE_EMPTY');
    expect(await refused(text('hello'))).toBe('DIGITS_PICTURE_UNSUPPORTED');
    expect(await refused(text('%PDF-1.7 …'))).toBe('DIGITS_PICTURE_UNSUPPORTED');
    expect(
      await refused(text('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>')),
    ).toBe('DIGITS_PICTURE_UNSUPPORTED');
  });

  it('is told what it is, and HEIC how to send it', async () => {
    const heic = new Uint8Array([
      0,
      0,
      0,
      24,
      ...text('ftypheic'),
      0,
      0,
      0,
      0,
      ...text('mif1heic'),
      ...new Uint8Array(99),
    ]);
    await expect(preparePicture(heic)).rejects.toMatchObject({
      code: 'DIGITS_PICTURE_UNSUPPORTED',
      message: expect.stringMatching(/HEIC.*save it as JPEG/),
    });
    await expect(preparePicture(text('<?xml version="1.0"?>\n<svg>'))).rejects.toThrow(/SVG/);
  });
});

describe.each(Object.entries(formats))('a %s', (_, make) => {
  it('is read when whole', async () => {
    const picture = await preparePicture(await make());
    expect([picture.width, picture.height, picture.lines.flat(2).length]).toEqual([300, 200, 2]);
  });

  it('is damaged when cut short, wherever', async () => {
    const bytes = await make();
    for (const share of [0.1, 0.35, 0.6, 0.9, 0.97])
      expect(await refused(bytes.subarray(0, Math.max(16, Math.floor(bytes.length * share))))).toBe(
        'DIGITS_PICTURE_DAMAGED',
      );
  });
});

// Baseline JPEG, LZW and uncompressed TIFF have no checksum: a few wrong bytes there are as good as right ones.
it.each(['PNG', 'AVIF'] as const)('a corrupt %s is damaged', async (name) => {
  const bytes = Buffer.from(await formats[name]());
  for (let i = 0; i < 40; i++) bytes[Math.floor(bytes.length * 0.4) + i * 3]! ^= 0x5a;
  expect(await refused(bytes)).toBe('DIGITS_PICTURE_DAMAGED');
});

it.each(['JPEG', 'progressive JPEG', 'WebP', 'GIF', 'TIFF'] as const)(
  'a corrupt %s is damaged or read, and nothing else happens',
  async (name) => {
    const whole = await formats[name]();
    for (let seed = 1; seed <= 8; seed++) {
      const bytes = Buffer.from(whole);
      for (let i = 0; i < 30; i++) bytes[20 + ((i * 7919 * seed) % (bytes.length - 20))]! ^= 0x5a;
      expect(['DIGITS_PICTURE_DAMAGED', 'DIGITS_PICTURE_TOO_LARGE', 'read']).toContain(await refused(bytes));
    }
  },
);

describe('limits', () => {
  it('refuse more than 10 MB before decoding', async () => {
    const bytes = new Uint8Array(10 * 2 ** 20 + 1);
    bytes.set([0xff, 0xd8, 0xff]);
    expect(await refused(bytes)).toBe('DIGITS_PICTURE_TOO_LARGE');
    expect(await refused(bytes.subarray(0, 10 * 2 ** 20))).toBe('DIGITS_PICTURE_DAMAGED');
  });

  it('refuse a small file that decodes to 30,000 × 30,000, without taking memory for it', async () => {
    const bytes = bomb(30_000, 30_000);
    expect(bytes.length).toBeLessThan(5_000);
    const before = process.memoryUsage().rss;
    expect(await refused(bytes)).toBe('DIGITS_PICTURE_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
    expect(await refused(bytes, { maxPixels: 1e9 })).toBe('DIGITS_PICTURE_DAMAGED');
  });

  it('may be set, and are checked', async () => {
    const bytes = await formats.PNG();
    expect(await refused(bytes, { maxPixels: 59_999 })).toBe('DIGITS_PICTURE_TOO_LARGE');
    expect(await refused(bytes, { maxPixels: 60_000 })).toBe('read');
    expect(await refused(bytes, { maxBytes: bytes.length - 1 })).toBe('DIGITS_PICTURE_TOO_LARGE');
    await expect(preparePicture(bytes, { maxBytes: 0 })).rejects.toThrow(RangeError);
  });

  it('an abort rethrows its reason', async () => {
    const reason = new Error('gone');
    await expect(preparePicture(await formats.PNG(), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('a picture without digits has no lines', () => {
  const plain = (width: number, height: number, background: object) =>
    sharp({ create: { width, height, channels: 4, background: background as never } })
      .png()
      .toBuffer();
  it.each([
    ['1 × 1', 1, 1, { r: 0, g: 0, b: 0, alpha: 1 }],
    ['4 × 300', 4, 300, { r: 9, g: 99, b: 199, alpha: 1 }],
    ['all black', 200, 100, { r: 0, g: 0, b: 0, alpha: 1 }],
    ['all white', 200, 100, { r: 255, g: 255, b: 255, alpha: 1 }],
    ['all grey', 28, 28, { r: 120, g: 120, b: 120, alpha: 1 }],
    ['transparent', 200, 100, { r: 0, g: 0, b: 0, alpha: 0 }],
  ])('%s', async (_, width, height, background) => {
    const picture = await preparePicture(await plain(width, height, background));
    expect(picture).toEqual({ width, height, lines: [], clutter: 0 });
  });

  it('blank paper, photographed', async () => {
    const paper = (x: number, y: number) => 230 - x / 10 - y / 15;
    expect(
      (
        await preparePicture(
          await sheetFile({ width: 640, height: 480, paper, noise: 5, digits: [] }, 'jpeg'),
        )
      ).lines,
    ).toEqual([]);
  });

  it('ruled paper', async () => {
    const rules = [60, 120, 180, 240].map((y) => ({
      x0: 0,
      y0: y,
      x1: 500,
      y1: y + 4,
      thick: 2,
      level: 110,
    }));
    expect(
      (await preparePicture(await sheetFile({ width: 500, height: 300, noise: 4, rules, digits: [] }))).lines,
    ).toEqual([]);
  });
});

describe('colours and orientation', () => {
  const sheet = { width: 300, height: 200, digits: row([4, 7], { x: 30, y: 30, size: 120 }) };
  const boxes = async (bytes: Uint8Array) =>
    (await preparePicture(bytes)).lines.flat(2).map(({ box }) => [...box]);

  it('CMYK, 16 bits, a palette and ink on a transparent ground give the same boxes', async () => {
    const source = await sheetFile(sheet);
    const expected = await boxes(source);
    expect(expected).toHaveLength(2);
    const levels = await sharp(source).toColourspace('b-w').raw().toBuffer();
    const ink = Buffer.alloc(levels.length * 4);
    for (let i = 0; i < levels.length; i++) ink[i * 4 + 3] = 255 - levels[i]!;
    const same = {
      cmyk: await sharp(source).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
      sixteen: await sharp(source).toColourspace('rgb16').png().toBuffer(),
      grey16: await sharp(source).toColourspace('grey16').png().toBuffer(),
      palette: await sharp(source).png({ palette: true, colours: 16 }).toBuffer(),
      wide: await sharp(source).toColourspace('srgb').withIccProfile('p3').png().toBuffer(),
      transparent: await sharp(ink, { raw: { width: 300, height: 200, channels: 4 } })
        .png()
        .toBuffer(),
    };
    expect((await sharp(same.cmyk).metadata()).space).toBe('cmyk');
    expect((await sharp(same.sixteen).metadata()).depth).toBe('ushort');
    expect((await sharp(same.grey16).metadata()).depth).toBe('ushort');
    for (const [name, bytes] of Object.entries(same)) {
      const found = await boxes(bytes);
      expect([name, found.length]).toEqual([name, 2]);
      for (const [i, box] of found.entries())
        for (const [k, edge] of box.entries())
          expect(Math.abs(edge - expected[i]![k]!), name).toBeLessThanOrEqual(2);
    }
  });

  it.each([1, 3, 6, 8])(
    'EXIF orientation %i is turned upright, and boxes refer to the upright picture',
    async (orientation) => {
      const turns = { 1: 0, 3: 180, 6: 270, 8: 90 }[orientation]!;
      const bytes = await sharp(await sheetFile(sheet))
        .rotate(turns)
        .withMetadata({ orientation })
        .jpeg({ quality: 95 })
        .toBuffer();
      const picture = await preparePicture(bytes);
      expect([picture.width, picture.height]).toEqual([300, 200]);
      const expected = await boxes(await sheetFile(sheet));
      for (const [i, { box }] of picture.lines.flat(2).entries())
        for (const [k, edge] of box.entries())
          expect(Math.abs(edge - expected[i]![k]!)).toBeLessThanOrEqual(2);
    },
  );

  it('an animation gives its first frame', async () => {
    const first = await sharp(await sheetFile(sheet))
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    const frames = Buffer.concat([first, Buffer.alloc(first.length, 255)]);
    const raw = { width: 300, height: 400, channels: 3 as const, pageHeight: 200 };
    const gif = await sharp(frames, { raw }).gif().toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(await boxes(gif)).toHaveLength(2);
  });
});

describe('pen strokes from a stranger', () => {
  const code = (strokes: unknown, options = {}) => {
    try {
      prepareStrokes(strokes as Stroke[], options);
      return 'read';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('with no point are no digit', () => {
    expect(code([])).toBe('DIGITS_NONE_FOUND');
    expect(code([[], []])).toBe('DIGITS_NONE_FOUND');
  });

  it.each([
    [
      'NaN',
      [
        [
          [0, 0],
          [Number.NaN, 5],
        ],
      ],
    ],
    [
      'infinity',
      [
        [
          [0, 0],
          [5, Infinity],
        ],
      ],
    ],
    [
      'beyond precision',
      [
        [
          [0, 0],
          [5, 1e300],
        ],
      ],
    ],
    [
      'text',
      [
        [
          [0, 0],
          ['5', 5],
        ],
      ],
    ],
    ['too few numbers', [[[0, 0], [5]]]],
    [
      'too many numbers',
      [
        [
          [0, 0],
          [5, 5, 0.5, 1],
        ],
      ],
    ],
    ['pressure above one', [[[0, 0, 1.5]]]],
    ['null', [[[0, 0], null]]],
    ['no list of points', [{ x: 1 }]],
    ['no list of strokes', 'strokes'],
  ])('%s is invalid', (_, strokes) => {
    expect(code(strokes)).toBe('DIGITS_STROKES_INVALID');
  });

  it('are limited in number, points and ink', () => {
    expect(code([Array.from({ length: 1_000_000 }, (_, i) => [i, i % 7])])).toBe('DIGITS_STROKES_TOO_MANY');
    expect(code(Array.from({ length: 2_001 }, () => [[1, 1]]))).toBe('DIGITS_STROKES_TOO_MANY');
    expect(code([Array.from({ length: 20_000 }, (_, i) => [(i % 2) * 500, i % 97])])).toBe(
      'DIGITS_STROKES_TOO_MANY',
    );
    expect(code([Array.from({ length: 11 }, (_, i) => [i, i])], { maxPoints: 10 })).toBe(
      'DIGITS_STROKES_TOO_MANY',
    );
    expect(() => prepareStrokes([], { maxPoints: 0 })).toThrow(RangeError);
  });

  it('of one dot are no digit, and still have a picture', async () => {
    expect(prepareStrokes([[[5, 5]]]).lines).toEqual([]);
    const { png, width, height } = await renderStrokes([[[5, 5]]]);
    expect(await sharp(png).metadata()).toMatchObject({ width, height, format: 'png' });
  });
});

it('the plain mode squeezes the whole picture to 28 × 28, inverts and binarises it', async () => {
  const digit = await preparePlain(
    await sheetFile({ width: 280, height: 140, digits: row([4], { x: 60, y: 10, size: 120 }) }),
  );
  expect(digit).toHaveLength(784);
  expect(new Set(digit)).toEqual(new Set([0, 255]));
});
