import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/data-files.ts';
import type { LabelledSet } from './labelled-set.ts';
import { openMnistPart } from './mnist.ts';
import { readMnistWriters, readWriters, splitByWriter, splitTraining } from './writers.ts';

/** Digits that carry their place in their first two pixels. */
function numberedSet(count: number): LabelledSet {
  const images = new Uint8Array(count * 784);
  for (let i = 0; i < count; i++) images.set([i & 255, i >> 8], i * 784);
  return {
    name: 'numbered-train',
    count,
    images,
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
}

function placesOf(set: LabelledSet): number[] {
  return Array.from({ length: set.count }, (_, i) => set.images[i * 784]! + 256 * set.images[i * 784 + 1]!);
}

describe('splitByWriter', () => {
  it('keeps every digit, in order, and no writer on both sides', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 }), (ids) => {
        const { train, validation } = splitByWriter(numberedSet(ids.length), Uint16Array.from(ids), {
          every: 3,
        });
        const places = [placesOf(train), placesOf(validation)];
        expect(places.flat().sort((a, b) => a - b)).toEqual(ids.map((_, i) => i));
        for (const side of places) expect(side).toEqual([...side].sort((a, b) => a - b));
        const writers = places.map((side) => new Set(side.map((place) => ids[place])));
        for (const writer of writers[1]!) expect(writers[0]!.has(writer)).toBe(false);
        expect(writers[1]!.size).toBe(Math.floor(new Set(ids).size / 3));
        for (const [i, place] of placesOf(train).entries()) expect(train.labels[i]).toBe(place % 10);
      }),
    );
  });

  it('takes every eleventh of the sorted writers', () => {
    const ids = Uint16Array.from({ length: 44 }, (_, i) => 1000 - 2 * i);
    const { validation } = splitByWriter(numberedSet(44), ids);
    expect(placesOf(validation).map((place) => ids[place])).toEqual([1000, 978, 956, 934]);
  });

  it('keeps the last sixth when the writers are unknown', () => {
    const { train, validation } = splitByWriter(numberedSet(60), undefined, { every: 11 });
    expect([train.count, validation.count]).toEqual([50, 10]);
    expect(placesOf(validation)[0]).toBe(50);
    expect([train.name, validation.name]).toEqual(['numbered-train', 'numbered-validation']);
  });

  it('refuses writers of another set', () => {
    expect(() => splitByWriter(numberedSet(3), new Uint16Array(2))).toThrow(RangeError);
  });
});

describe('the writers of MNIST', () => {
  it('split its training digits into 54,426 and 5,574', async () => {
    const writers = await readMnistWriters();
    expect(new Set(writers).size).toBe(539);
    expect(createHash('sha256').update(Buffer.from(writers.buffer)).digest('hex')).toMatch(
      /^10804de73fa65ca4/,
    );
    const { train, validation } = await splitTraining(await openMnistPart('train'));
    expect([train.count, validation.count]).toEqual([54_426, 5_574]);
    expect([train.name, validation.name]).toEqual(['mnist-train', 'mnist-validation']);
  });

  it('are not taken for those of another set', async () => {
    const { train, validation } = await splitTraining(numberedSet(120));
    expect([train.count, validation.count]).toEqual([100, 20]);
  });
});

describe('readWriters', () => {
  it('reads 16-bit numbers and the third column of a table, gzipped or not', async () => {
    const directory = await temporaryDirectory();
    const binary = Buffer.from(Uint8Array.of(0x02, 0x01, 0xff, 0x00));
    const table = Buffer.from('5\t4\t258\t59\n0\t0\t255\t0\n');
    for (const [name, bytes] of [
      ['a.u16le', binary],
      ['b.u16le.gz', gzipSync(binary)],
      ['c.tsv', table],
      ['d.tsv.gz', gzipSync(table)],
    ] as const) {
      await writeFile(join(directory, name), bytes);
      expect([...(await readWriters(join(directory, name)))]).toEqual([258, 255]);
    }
  });

  it('refuses what is neither', async () => {
    const directory = await temporaryDirectory();
    const cases = {
      'odd.u16le': Buffer.alloc(3),
      'words.tsv': Buffer.from('1\t2\tx\n'),
      'few.tsv': Buffer.from('1\t2\n'),
      'cut.tsv.gz': gzipSync('1\t2\t3\n').subarray(0, 12),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await writeFile(join(directory, name), bytes);
      await expect(readWriters(join(directory, name)), name).rejects.toMatchObject({
        code: 'DIGITS_SET_INVALID',
      });
    }
    await expect(readWriters(join(directory, 'none'))).rejects.toMatchObject({ code: 'DIGITS_SET_MISSING' });
  });
});
