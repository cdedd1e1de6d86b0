import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMnistPart, openPictureDirectory, openSet, summarise } from '../src/index.ts';
import { temporaryDirectory, writeIdxPair } from './data-files.ts';
import { blank, scanned, scannedRow } from './reader-pictures.ts';

/** A directory with these files, `label/name`. */
async function directoryOf(files: Record<string, Uint8Array | string>): Promise<string> {
  const directory = await temporaryDirectory();
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
  return directory;
}

describe('openPictureDirectory', () => {
  it('prepares each picture, labelled by its folder, and lists those that show no single digit', async () => {
    const { images } = await openMnistPart('test');
    const digit = (i: number) => images.subarray(i * 784, (i + 1) * 784);
    const directory = await directoryOf({
      '7/b.png': await scanned(digit(0)),
      '2/a.png': await scanned(digit(1)),
      '2/empty.png': await blank('white'),
      '2/two.PNG': await scannedRow([digit(1), digit(2)]),
      '0/broken.jpg': 'not a picture',
      '0/notes.txt': 'not looked at',
      'README.md': 'not looked at',
    });
    const set = await openPictureDirectory(directory);
    expect([set.name, set.count, [...set.labels]]).toEqual([basename(directory), 2, [2, 7]]);
    // What was scanned from MNIST comes out much like it.
    const prepared = set.images.subarray(784);
    const overlap = prepared.reduce((sum, ink, i) => sum + Math.min(ink, digit(0)[i]!), 0);
    expect(overlap / digit(0).reduce((sum, ink) => sum + ink, 0)).toBeGreaterThan(0.4);
    expect(
      set.missed!.map(({ file, label, reason }) => [file.slice(directory.length + 1), label, reason]),
    ).toEqual([
      ['0/broken.jpg', 0, expect.stringContaining('not a picture')],
      ['2/empty.png', 2, '0 digits found'],
      ['2/two.PNG', 2, '2 digits found'],
    ]);
    expect(summarise(new Float32Array(20).fill(0.1), set)).toMatchObject({ count: 5, missed: 3 });
  });

  it('does not read files that are too large', async () => {
    const directory = await directoryOf({ '1/large.png': await blank('white') });
    const { missed } = await openPictureDirectory(directory, { maxPictureBytes: 50 });
    expect(missed!.map(({ reason }) => reason)).toEqual(['larger than 50 bytes']);
  });

  it('refuses a directory without such folders, with others, and one that is not there', async () => {
    const invalid = { code: 'DIGITS_SET_INVALID' };
    await expect(openPictureDirectory(await directoryOf({ 'cats/a.png': '' }))).rejects.toMatchObject(
      invalid,
    );
    await expect(openPictureDirectory(await directoryOf({ '1/a.txt': '' }))).rejects.toMatchObject(invalid);
    await expect(
      openPictureDirectory(await directoryOf({ '10/a.png': '', '1/a.png': '' })),
    ).rejects.toMatchObject(invalid);
    await expect(openPictureDirectory('/nowhere/at/all')).rejects.toMatchObject({
      code: 'DIGITS_SET_MISSING',
    });
  });

  it('stops when the signal aborts', async () => {
    const directory = await directoryOf({ '1/a.png': await blank('white') });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openPictureDirectory(directory, { signal })).rejects.toThrow('enough');
  });
});

describe('openSet', () => {
  it('takes mnist, a directory of IDX files and a directory of pictures', async () => {
    expect(await openSet('mnist')).toMatchObject({ name: 'mnist-test', count: 10_000 });
    const idx = await temporaryDirectory();
    await writeIdxPair(idx, 'train', [1]);
    expect((await openSet(idx)).name).toBe(`${basename(idx)}-train`);
    await writeIdxPair(idx, 't10k', [1, 2]);
    expect(await openSet(idx)).toMatchObject({ name: `${basename(idx)}-test`, count: 2 });
    const pictures = await directoryOf({ '1/a.png': await blank('white') });
    expect(await openSet(pictures)).toMatchObject({ count: 0, missed: [{ label: 1 }] });
  });
});
