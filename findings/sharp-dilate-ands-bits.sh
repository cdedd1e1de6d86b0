#!/usr/bin/env bash
# sharp's dilate() and erode() combine the bits of grey pixels, take dark for foreground, and blacken a 16-bit picture.
#
# A careful engineer would guess: dilate() makes each pixel the largest of its neighbours and erode() the smallest, as
# OpenCV, SciPy and ImageMagick do. So dilate() makes the white strokes of an MNIST digit thicker, and its grey edges keep
# values that stood in the picture.
#
# What happens:
# - dilate() is the bitwise AND of the pixels in the window, and erode() the bitwise OR. 170 beside 85 gives 0 and 255.
#   An edge of 100 beside 200 gives 236 after erode(): brighter than every pixel of the picture.
# - "Foreground" is black. dilate() makes white strokes thinner, and erode() makes them thicker.
# - A 16-bit grey picture is black after either of them, at every pixel.
#
# The documentation of sharp says "expand" and "shrink foreground objects" for both, and nothing about grey levels, about
# which colour is foreground, or about depth. (libvips, below it, calls the operation one for images of 0 and 255.)
#
# Seen with: sharp 0.35.5 (libvips as its package brings it), Node 20.20.2, on 2026-11-29.
# Why it matters here: MNIST's digits are white on black, with grey edges. A developer who wants thicker strokes in
# pictures for packages/digits calls dilate(), and gets thinner strokes with damaged edges. On an 8-bit picture that threshold() made
# black and white, erode() is the call that makes white strokes thicker.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund sharp@0.35.5
cat >morphology.js <<'JS'
import sharp from 'sharp';

const row = async (pixels, change) => {
  const picture = sharp(pixels, { raw: { width: pixels.length, height: 1, channels: 1 } });
  const { data, info } = await change(picture).raw().toBuffer({ resolveWithObject: true });
  return [...data].filter((_, i) => i % info.channels === 0);
};
const windows = (pixels, combine) =>
  [...pixels].map((_, i) => [...pixels.slice(Math.max(0, i - 1), i + 2)].reduce(combine));

let changed = false;
async function compare(title, pixels, change, expected, bitwise) {
  const seen = await row(pixels, change);
  const asBefore = String(seen) === String(bitwise) && String(seen) !== String(expected);
  if (!asBefore) changed = true;
  console.log(`${title}\n  expected ${expected}\n  seen     ${seen}${asBefore ? '' : '   <- changed'}`);
}

console.log(`node ${process.version}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
const stroke = Uint8Array.of(0, 0, 100, 200, 100, 0, 0);
const pair = Uint8Array.of(170, 85, 170, 85);
const [least, most, and, or] = [Math.min, Math.max, (a, b) => a & b, (a, b) => a | b];
const pick = (choose) => (a, b) => choose(a, b);
const dilate = (picture) => picture.dilate(1);
const erode = (picture) => picture.erode(1);
await compare(`dilate() of ${stroke}`, stroke, dilate, windows(stroke, pick(most)), windows(stroke, and));
await compare(`erode() of ${stroke}`, stroke, erode, windows(stroke, pick(least)), windows(stroke, or));
await compare(`dilate() of ${pair}`, pair, dilate, windows(pair, pick(most)), windows(pair, and));
await compare(`erode() of ${pair}`, pair, erode, windows(pair, pick(least)), windows(pair, or));

const deep = Uint16Array.from(stroke, (level) => level * 257);
console.log(`the stroke with 16 bits, as sharp reads it: ${await row(deep, (picture) => picture)}`);
const black = [...deep].fill(0);
await compare('  dilate() of it', deep, dilate, windows(stroke, pick(most)), black);
await compare('  erode() of it', deep, erode, windows(stroke, pick(least)), black);
process.exitCode = changed ? 1 : 0;
JS
node morphology.js
