/** Handwriting that nothing was trained on, as ink of any height: pen strokes (pendigits) and bitmaps (optdigits, USPS). */
import type { Random } from '@inkwire/base';
import { openMnistPart, splitTraining } from '@inkwire/digits';
import type { ForeignDigit, ForeignSet } from '../foreign-sets.ts';
import { createLayer, drawLine, type Layer, type Point } from './canvas.ts';
import { legible } from './legible.ts';
import { unitStrokes } from './strokes.ts';

/** Someone who writes. */
export interface Hand {
  /** A digit, as tall as `height` pixels and tight to its ink. */
  digit(digit: number, height: number): Layer;
}

/** Someone who writes with a pen whose strokes are known. */
export interface PenHand extends Hand {
  /** Width of the pen as a share of the digits' height. */
  readonly pen: number;
  /** The strokes of a digit of height 1, from the upper left of its ink. */
  strokes(digit: number): Point[][];
}

/** Hands by chance: `any` of the three sets, or one with a pen. */
export interface Hands {
  any(random: Random): Hand;
  pen(random: Random): PenHand;
}

/** Digits side by side in a set are by the same writer, or few: a hand takes its digits from so many. */
const digitsOfAHand = 250;

/** Hands from the second halves of optdigits and pendigits, and from the test half of USPS, without what is not legible. */
export function createHands(sets: readonly ForeignSet[]): Hands {
  const half = (name: string) => {
    const { digits } = sets.find((set) => set.name.startsWith(name))!;
    return legible(name === 'USPS' ? digits : digits.slice(digits.length >> 1));
  };
  const [usps, optdigits, pendigits] = [half('USPS'), half('optdigits'), half('pendigits')];
  const pen = (random: Random) => penHand(sample(pendigits, random), random);
  return {
    pen,
    any(random) {
      const chance = random.next();
      if (chance < 0.6) return pen(random);
      return bitmapHand(sample(chance < 0.8 ? usps : optdigits, random), random);
    },
  };
}

/** Writes with digits of MNIST's validation writers, 28 × 28: people whom no model was trained on, of the same country and forms. */
export async function createMnistHand(): Promise<Hands['any']> {
  const { validation } = await splitTraining(await openMnistPart('train'));
  const digits = Array.from(validation.labels, (label, i): ForeignDigit => {
    const ink = validation.images.subarray(i * 784, (i + 1) * 784);
    return { label, side: 28, grey: ink.map((level) => 255 - level) };
  });
  return (random) => bitmapHand(sample(digits, random), random);
}

function sample(digits: readonly ForeignDigit[], random: Random): readonly ForeignDigit[] {
  const from = random.below(digits.length - digitsOfAHand);
  return digits.slice(from, from + digitsOfAHand);
}

function oneOf<D extends ForeignDigit>(digits: readonly D[], label: number, random: Random): D {
  const found = digits.filter((digit) => digit.label === label);
  if (found.length === 0) throw new Error(`The hand has no ${label}`);
  return found[random.below(found.length)]!;
}

function penHand(digits: readonly ForeignDigit[], random: Random): PenHand {
  const pen = 0.06 + 0.07 * random.next();
  const drawn = digits.filter((digit) => 'strokes' in digit);
  const strokes = (label: number) => unitStrokes(oneOf(drawn, label, random).strokes);
  return { pen, strokes, digit: (label, height) => penGlyph(strokes(label), height, pen) };
}

/** Strokes of height 1 as ink of a height, pen included. */
export function penGlyph(strokes: readonly (readonly Point[])[], height: number, pen: number): Layer {
  const width = pen * height;
  const scale = height - width;
  const right = Math.max(...strokes.flat().map(([x]) => x));
  const bottom = Math.max(...strokes.flat().map(([, y]) => y));
  const layer = createLayer(Math.ceil(right * scale + width), Math.ceil(bottom * scale + width));
  const place = ([x, y]: Point): Point => [x * scale + width / 2, y * scale + width / 2];
  for (const stroke of strokes) drawLine(layer, stroke.map(place), width);
  return layer;
}

function bitmapHand(digits: readonly ForeignDigit[], random: Random): Hand {
  const drawn = digits.filter((digit) => 'grey' in digit);
  return { digit: (label, height) => bitmapGlyph(oneOf(drawn, label, random), height) };
}

/** A bitmap enlarged by a cubic B-spline, whose blur takes the steps away, and its edge made sharp again. */
function bitmapGlyph({ grey, side }: { grey: Uint8Array; side: number }, height: number): Layer {
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (grey[y * side + x]! < 160) {
        [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      }
  const scale = height / (bottom - top);
  const layer = createLayer(Math.ceil((right - left) * scale), height);
  const inkAt = (x: number, y: number) =>
    x < 0 || y < 0 || x >= side || y >= side ? 0 : 1 - grey[y * side + x]! / 255;
  const gain = Math.max(2, scale / 1.5);
  for (let y = 0; y < layer.height; y++)
    for (let x = 0; x < layer.width; x++) {
      const ink = splineAt(inkAt, left + (x + 0.5) / scale - 0.5, top + (y + 0.5) / scale - 0.5);
      layer.data[y * layer.width + x] = Math.min(1, Math.max(0, (ink - 0.4) * gain + 0.5));
    }
  return layer;
}

function splineAt(valueAt: (x: number, y: number) => number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [across, down] = [splineWeights(x - left), splineWeights(y - top)];
  let sum = 0;
  for (let j = 0; j < 4; j++)
    for (let i = 0; i < 4; i++) sum += across[i]! * down[j]! * valueAt(left + i - 1, top + j - 1);
  return sum;
}

function splineWeights(t: number): [number, number, number, number] {
  const s = 1 - t;
  return [s ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (3 * s ** 3 - 6 * s ** 2 + 4) / 6, t ** 3 / 6];
}
