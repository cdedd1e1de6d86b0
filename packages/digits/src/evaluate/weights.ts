import { encodePng, pngDataUri } from '../png/encode-png.ts';
import { drawing } from './markup.ts';

const blue = [0x2a, 0x52, 0xbe] as const;
const red = [0xc2, 0x3b, 0x26] as const;
const side = 28;
const tile = 112;
const gap = 16;
const captionHeight = 20;

/**
 * Draws the weights [784, 10] of a softmax regression as ten pictures, blue for positive and red for
 * negative, opaque where strong. All ten share one scale, at which the strongest half per cent is saturated. An SVG.
 *
 * Throws a RangeError for another shape.
 */
export function renderWeights(weights: Float32Array): string {
  if (weights.length !== side * side * 10)
    throw new RangeError(`Expected \`weights\` to be [784, 10], got \`${weights.length}\` numbers`);
  const scale = saturation(weights);
  const tiles = Array.from({ length: 10 }, (_, digit) => {
    const x = (digit % 5) * (tile + gap);
    const y = Math.floor(digit / 5) * (tile + captionHeight + gap);
    const picture = pngDataUri(encodePng(weightPixels(weights, digit, scale), side, side, 'rgba'));
    return (
      `<rect class="grid" x="${x + 0.5}" y="${y + 0.5}" width="${tile}" height="${tile}" rx="3" fill="none"/>` +
      `<image x="${x + 0.5}" y="${y + 0.5}" width="${tile}" height="${tile}" style="image-rendering:pixelated" href="${picture}"/>` +
      `<text class="strong" x="${x + tile / 2}" y="${y + tile + 16}" text-anchor="middle">${digit}</text>`
    );
  });
  const width = 5 * tile + 4 * gap + 1;
  const height = 2 * (tile + captionHeight) + gap;
  return drawing(width, height, 'What speaks for (blue) and against (red) each digit', tiles.join(''));
}

function saturation(weights: Float32Array): number {
  const sizes = weights.map(Math.abs).sort();
  return sizes[Math.floor(0.995 * (sizes.length - 1))] || 1;
}

function weightPixels(weights: Float32Array, digit: number, scale: number): Uint8Array {
  const rgba = new Uint8Array(side * side * 4);
  for (let i = 0; i < side * side; i++) {
    const weight = weights[i * 10 + digit]!;
    rgba.set(weight >= 0 ? blue : red, 4 * i);
    rgba[4 * i + 3] = Math.round(255 * Math.min(1, Math.abs(weight) / scale));
  }
  return rgba;
}
