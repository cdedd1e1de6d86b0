/** Made-up photographs of MNIST's test digits: real handwriting with known labels, on a white sheet. */
import { type LabelledSet, openMnist } from '@inkwire/digits';
import sharp, { type OverlayOptions } from 'sharp';

const side = 28;
const scale = 3;
/** Pixels of paper between two digits, and around them all. */
const gap = 14;
const margin = 30;
let digits: Promise<LabelledSet> | undefined;

/** A PNG with the test digits at `indexes` side by side in dark ink, as someone writes a number, and what it says. */
export async function picture(...indexes: number[]): Promise<{ png: Buffer; text: string }> {
  const { images, labels } = await (digits ??= openMnist().then(({ test }) => test));
  let left = margin;
  const composed: OverlayOptions[] = [];
  for (const index of indexes) {
    const ink = images.subarray(index * side * side, (index + 1) * side * side);
    const [first, last] = inkColumns(ink);
    const width = (last - first + 1) * scale;
    const paper = Buffer.from(ink.map((value) => 255 - value));
    const input = await sharp(paper, { raw: { width: side, height: side, channels: 1 } })
      .extract({ left: first, top: 0, width: last - first + 1, height: side })
      .resize(width, side * scale, { kernel: 'cubic' })
      .png()
      .toBuffer();
    composed.push({ input, left, top: margin });
    left += width + gap;
  }
  const sheet = {
    width: left - gap + margin,
    height: side * scale + 2 * margin,
    channels: 3,
    background: 'white',
  } as const;
  const png = await sharp({ create: sheet }).composite(composed).png().toBuffer();
  return { png, text: indexes.map((index) => labels[index]).join('') };
}

function inkColumns(ink: Uint8Array): [number, number] {
  const columns = Array.from(ink.keys())
    .filter((at) => ink[at]! > 0)
    .map((at) => at % side);
  return [Math.min(...columns), Math.max(...columns)];
}
