import { createRandom } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../src/index.ts';

/** Strokes that need no MNIST: digit d is a bar of d + 2 rows, a little noisy. */
export function inventDigits(count: number, name = 'invented'): LabelledSet {
  const random = createRandom(3);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const images = Uint8Array.from({ length: count * digitBytes }, (_, i) => {
    const [row, column] = [Math.floor((i % digitBytes) / 28), i % 28];
    const isInk = row >= 6 && row < 8 + labels[Math.floor(i / digitBytes)]! && column > 8 && column < 19;
    return isInk ? 200 + random.below(56) : 0;
  });
  return { name, count, images, labels };
}
