import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '@inkwire/base';

/** Digits that a child could tell apart: digit d is a bar whose place says d, with noise. */
export async function writeInvented(to: string, count: number): Promise<void> {
  await mkdir(to, { recursive: true });
  const random = createRandom(7);
  const images = Buffer.alloc(16 + count * 784);
  images.writeUInt32BE(0x803, 0);
  images.writeUInt32BE(count, 4);
  images.writeUInt32BE(28, 8);
  images.writeUInt32BE(28, 12);
  const labels = Buffer.alloc(8 + count);
  labels.writeUInt32BE(0x801, 0);
  labels.writeUInt32BE(count, 4);
  for (let i = 0; i < count; i++) {
    const digit = random.below(10);
    labels[8 + i] = digit;
    for (let p = 0; p < 784; p++) {
      const row = Math.floor(p / 28);
      const ink = row >= 2 + digit * 2.4 && row < 5 + digit * 2.4 && p % 28 > 5 && p % 28 < 22;
      images[16 + i * 784 + p] = ink ? 200 + random.below(56) : random.below(20);
    }
  }
  await writeFile(join(to, 'train-images-idx3-ubyte'), images);
  await writeFile(join(to, 'train-labels-idx1-ubyte'), labels);
}
