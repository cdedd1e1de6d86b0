import { encodePng } from './encode-png.ts';

/** A prepared digit [784] as a PNG, black ink on white paper. */
export function digitPng(pixels: Uint8Array): Uint8Array {
  return encodePng(
    pixels.map((ink) => 255 - ink),
    28,
    28,
    'grey',
  );
}

/** A prepared digit [784] as a PNG, black ink on nothing, so that it can lie on paper of any colour. */
export function inkPng(pixels: Uint8Array): Uint8Array {
  const greyAlpha = new Uint8Array(pixels.length * 2);
  pixels.forEach((ink, i) => {
    greyAlpha[2 * i + 1] = ink;
  });
  return encodePng(greyAlpha, 28, 28, 'greyAlpha');
}
