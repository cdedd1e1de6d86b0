import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from './encode-png.ts';

async function decode(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data: Uint8Array.from(data), ...info };
}

describe('encodePng', () => {
  it('is decoded by another program to the same pixels', async () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom('grey', 'greyAlpha', 'rgba'),
        async ({ width, height, seed }, kind) => {
          const channels = { grey: 1, greyAlpha: 2, rgba: 4 }[kind];
          const pixels = Uint8Array.from(
            { length: width * height * channels },
            (_, i) => (seed + i * 37) % 256,
          );
          const { data, ...info } = await decode(encodePng(pixels, width, height, kind));
          expect(info).toMatchObject({
            width,
            height,
            channels: { grey: 3, greyAlpha: 4, rgba: 4 }[kind] && info.channels,
          });
          const step = info.channels / channels;
          if (Number.isInteger(step) && kind !== 'greyAlpha')
            expect(data.filter((_, i) => i % step === 0)).toEqual(pixels);
          else
            for (let i = 0; i < width * height; i++) {
              expect([data[i * info.channels], data[i * info.channels + info.channels - 1]]).toEqual([
                pixels[2 * i],
                pixels[2 * i + 1],
              ]);
            }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses another number of bytes', () => {
    expect(() => encodePng(new Uint8Array(5), 2, 2, 'grey')).toThrow(RangeError);
  });
});
