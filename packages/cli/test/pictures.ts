/** Made-up photographs of MNIST's test digits: real handwriting with known labels, on a white sheet. */
import { openMnist } from '@inkwire/digits';
import sharp from 'sharp';

const side = 28;
const scale = 3;
let digits: Promise<{ images: Uint8Array; labels: Uint8Array }> | undefined;

/** A PNG with the test digits at `indexes` side by side in dark ink, and what it says. */
export async function picture(...indexes: number[]): Promise<{ png: Buffer; text: string }> {
  const { images, labels } = await (digits ??= openMnist().then(({ test }) => test));
  const composed = await Promise.all(
    indexes.map(async (index, at) => {
      const ink = images.subarray(index * side * side, (index + 1) * side * side);
      const paper = Buffer.from(ink.map((value) => 255 - value));
      const input = await sharp(paper, { raw: { width: side, height: side, channels: 1 } })
        .resize(side * scale, side * scale, { kernel: 'cubic' })
        .png()
        .toBuffer();
      return { input, left: 20 + at * (side * scale + 10), top: 20 };
    }),
  );
  const width = 30 + indexes.length * (side * scale + 10);
  const sheet = sharp({ create: { width, height: side * scale + 40, channels: 3, background: 'white' } });
  const png = await sheet.composite(composed).png().toBuffer();
  return { png, text: indexes.map((index) => labels[index]).join('') };
}
