import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-digits-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The bytes of an IDX file; `header` overrides bytes of a right one. */
export function idxBytes(
  shape: readonly number[],
  data: Uint8Array,
  header: Record<number, number> = {},
): Buffer {
  const bytes = Buffer.alloc(4 + 4 * shape.length + data.length);
  bytes[2] = 0x08;
  bytes[3] = shape.length;
  shape.forEach((size, i) => {
    bytes.writeUInt32BE(size, 4 + 4 * i);
  });
  bytes.set(data, 4 + 4 * shape.length);
  for (const [at, value] of Object.entries(header)) bytes[Number(at)] = value;
  return bytes;
}

/** A made-up digit of the tiny model below: ink where that model looks for it. */
export function tinyDigit(digit: number, strength = 255): Uint8Array {
  const pixels = new Uint8Array(784);
  pixels[digit] = strength;
  return pixels;
}

/** Writes a set of made-up digits as the two IDX files of a half. */
export async function writeIdxPair(
  directory: string,
  stem: 'train' | 't10k',
  labels: readonly number[],
): Promise<{ images: string; labels: string }> {
  const files = {
    images: join(directory, `${stem}-images-idx3-ubyte`),
    labels: join(directory, `${stem}-labels-idx1-ubyte`),
  };
  const pixels = Buffer.concat(labels.map((label) => tinyDigit(label)));
  await writeFile(files.images, idxBytes([labels.length, 28, 28], pixels));
  await writeFile(files.labels, idxBytes([labels.length], Uint8Array.from(labels)));
  return files;
}
