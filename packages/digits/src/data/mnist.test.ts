import { rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryDirectory, writeIdxPair } from '../../test/data-files.ts';
import { mnistSha256, openMnist, openMnistPart } from './mnist.ts';

describe('openMnist', () => {
  it('opens the originals from the npm package', async () => {
    const { train, test } = await openMnist();
    expect([train.name, train.count, test.name, test.count]).toEqual([
      'mnist-train',
      60_000,
      'mnist-test',
      10_000,
    ]);
    expect(train.images).toHaveLength(60_000 * 784);
    expect([...train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect(train.sha256).toEqual(mnistSha256.train);
    expect(test.sha256).toEqual(mnistSha256.test);
    expect(train.sha256!.images).toMatch(/^ba891046/);
    expect(test.sha256!.images).toMatch(/^0fa7898d/);
  });

  it('opens a directory, names the sets after it and records their hashes', async () => {
    const directory = await temporaryDirectory();
    await writeIdxPair(directory, 'train', [1, 2, 3]);
    await writeIdxPair(directory, 't10k', [4, 5]);
    const { train, test } = await openMnist({ directory });
    expect([train.name, test.name]).toEqual([`${basename(directory)}-train`, `${basename(directory)}-test`]);
    expect([...train.labels, ...test.labels]).toEqual([1, 2, 3, 4, 5]);
    expect(train.images[1]).toBe(255);
    expect(train.sha256!.labels).toMatch(/^[0-9a-f]{64}$/);
  });

  it('opens gzipped files and files with a dot in their names, and hashes their content all the same', async () => {
    const directory = await temporaryDirectory();
    const files = await writeIdxPair(directory, 't10k', [7, 8]);
    const plain = await openMnistPart('test', { directory });
    await writeFile(`${files.images}.gz`, gzipSync(idxBytes([2, 28, 28], plain.images)));
    await rename(files.images, join(directory, 'elsewhere'));
    await rename(files.labels, join(directory, 't10k-labels.idx1-ubyte'));
    expect(await openMnistPart('test', { directory })).toEqual(plain);
  });

  it('refuses files that should be the originals and are not', async () => {
    const directory = await temporaryDirectory();
    const { images } = await writeIdxPair(directory, 't10k', [1]);
    const opened = openMnistPart('test', { directory, original: true });
    await expect(opened).rejects.toMatchObject({
      code: 'DIGITS_IDX_CHECKSUM',
      message: expect.stringContaining(images),
    });
  });

  it('names the byte of a label that is no digit', async () => {
    const directory = await temporaryDirectory();
    const files = await writeIdxPair(directory, 't10k', [1, 2, 3]);
    await writeFile(files.labels, idxBytes([3], Uint8Array.of(1, 10, 3)));
    await expect(openMnistPart('test', { directory })).rejects.toMatchObject({
      code: 'DIGITS_IDX_INVALID',
      message: expect.stringMatching(/t10k-labels.*byte 9: label 10/),
    });
  });

  it('refuses another number of labels than of pictures, and swapped files', async () => {
    const directory = await temporaryDirectory();
    const files = await writeIdxPair(directory, 't10k', [1, 2, 3]);
    await writeFile(files.labels, idxBytes([2], Uint8Array.of(1, 2)));
    await expect(openMnistPart('test', { directory })).rejects.toThrow(
      /labels.*byte 4: dimension 0 is 2, expected 3/,
    );
    await writeFile(files.images, idxBytes([2], Uint8Array.of(1, 2)));
    await expect(openMnistPart('test', { directory })).rejects.toThrow(
      /images.*byte 3: 1 dimension \(labels\)/,
    );
  });

  it('names the file that is missing', async () => {
    const directory = await temporaryDirectory();
    await expect(openMnist({ directory })).rejects.toMatchObject({
      code: 'DIGITS_IDX_MISSING',
      message: expect.stringContaining('train-images-idx3-ubyte'),
    });
  });
});
