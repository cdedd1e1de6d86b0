/**
 * Which digits of a set anybody would read as their label: those whose three nearest neighbours in the set have it too. The bench is about
 * finding digits on paper; what only its writer can read is measured one by one, by the rows of the foreign sets. No reader
 * has a say in it.
 */
import type { ForeignDigit } from '../foreign-sets.ts';
import { createLayer, drawLine, type Layer } from './canvas.ts';
import { unitStrokes } from './strokes.ts';

const side = 12;
const neighbours = 3;

export function legible<D extends ForeignDigit>(digits: readonly D[]): D[] {
  const small = digits.map(thumbnailOf);
  return digits.filter((digit, i) => {
    const nearest: { far: number; label: number }[] = [];
    for (const [j, other] of small.entries()) {
      const worst = nearest.at(neighbours - 1)?.far ?? Infinity;
      if (j === i) continue;
      const far = distance(small[i]!, other, worst);
      if (far >= worst) continue;
      nearest.push({ far, label: digits[j]!.label });
      nearest.sort((a, b) => a.far - b.far);
      nearest.length = Math.min(nearest.length, neighbours);
    }
    return nearest.every(({ label }) => label === digit.label);
  });
}

/** The squared distance of two pictures, given up once it is beyond `worst`. */
function distance(a: Float32Array, b: Float32Array, worst: number): number {
  let sum = 0;
  for (let row = 0; row < side && sum < worst; row++)
    for (let i = row * side; i < (row + 1) * side; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

/** A digit at 12 × 12, 1 = ink. */
function thumbnailOf(digit: ForeignDigit): Float32Array {
  return 'strokes' in digit ? drawn(digit.strokes) : reduced(digit.grey, digit.side);
}

function drawn(strokes: Parameters<typeof unitStrokes>[0]): Float32Array {
  const layer: Layer = createLayer(side, side);
  for (const stroke of unitStrokes(strokes))
    drawLine(
      layer,
      stroke.map(([x, y]) => [1 + 10 * x, 1 + 10 * y] as const),
      1.6,
    );
  return layer.data;
}

function reduced(grey: Uint8Array, from: number): Float32Array {
  const small = new Float32Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.floor((y * from) / side); v < ((y + 1) * from) / side; v++)
        for (let u = Math.floor((x * from) / side); u < ((x + 1) * from) / side; u++) {
          sum += 1 - grey[v * from + u]! / 255;
          count++;
        }
      small[y * side + x] = sum / count;
    }
  return small;
}
