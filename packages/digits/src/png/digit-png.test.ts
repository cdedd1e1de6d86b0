import sharp from 'sharp';
import { expect, it } from 'vitest';
import { digitPng, inkPng } from './digit-png.ts';

async function decode(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data: Uint8Array.from(data), ...info };
}

it('draws a digit in black on white, or on nothing', async () => {
  const pixels = new Uint8Array(784);
  pixels[5] = 200;
  const paper = await decode(digitPng(pixels));
  expect([paper.data[0], paper.data[5 * paper.channels]]).toEqual([255, 55]);
  const ink = await decode(inkPng(pixels));
  expect([ink.data[ink.channels - 1], ink.data[6 * ink.channels - 1], ink.data[5 * ink.channels]]).toEqual([
    0, 200, 0,
  ]);
});
