import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryDirectory } from '../../test/data-files.ts';
import { type IdxOptions, readIdx } from './idx.ts';

async function problemOf(
  bytes: Uint8Array,
  options: IdxOptions = {},
): Promise<{ code: string; message: string }> {
  const file = join(await temporaryDirectory(), 'some-idx');
  await writeFile(file, bytes);
  const error = await readIdx(file, options).then(
    () => {
      throw new Error('It was read');
    },
    (error: unknown) => error as { code: string; message: string },
  );
  expect(error.code).toBe('DIGITS_IDX_INVALID');
  expect(error.message).toContain(file);
  return error;
}

const small = idxBytes([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));

describe('readIdx', () => {
  it('reads what was written, plain and gzipped', async () => {
    const directory = await temporaryDirectory();
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.nat(), async (shape, gzipped, seed) => {
        const length = shape.reduce((a, b) => a * b, 1);
        const data = Uint8Array.from({ length }, (_, i) => (seed + 31 * i) % 256);
        const file = join(directory, 'idx');
        await writeFile(file, gzipped ? gzipSync(idxBytes(shape, data)) : idxBytes(shape, data));
        expect(await readIdx(file)).toEqual({ shape, data });
      }),
      { numRuns: 60 },
    );
  });

  it('names the byte at which a file is cut off, wherever that is', async () => {
    for (let length = 0; length < small.length; length++)
      expect((await problemOf(small.subarray(0, length))).message).toContain(`byte ${length}:`);
  });

  it('names the byte at which the content of a gzipped file is cut off', async () => {
    for (let length = 0; length < small.length; length++)
      expect((await problemOf(gzipSync(small.subarray(0, length)))).message).toContain(`byte ${length}:`);
  });

  it('finds a gzipped file that is itself cut off or corrupt', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 7919) % 251);
    const gzipped = gzipSync(idxBytes([5000], noise));
    expect((await problemOf(gzipped.subarray(0, gzipped.length / 2))).message).toMatch(/byte \d+: .*damaged/);
    gzipped[gzipped.length - 8]! ^= 1;
    expect((await problemOf(gzipped)).message).toMatch(/byte \d+: .*damaged/);
  });

  it('refuses bytes after the data', async () => {
    const longer = Buffer.concat([small, Buffer.alloc(3)]);
    expect((await problemOf(longer)).message).toMatch(/byte 18: .*3 more bytes/);
    expect((await problemOf(gzipSync(longer))).message).toMatch(/byte 18: .*more bytes/);
  });

  it('refuses another magic number, type or number of dimensions', async () => {
    expect((await problemOf(idxBytes([1], Uint8Array.of(1), { 0: 0x50 }))).message).toContain('byte 0:');
    expect((await problemOf(idxBytes([1], Uint8Array.of(1), { 1: 1 }))).message).toContain('byte 0:');
    expect((await problemOf(idxBytes([1], Uint8Array.of(1), { 2: 0x0d }))).message).toMatch(/byte 2: floats/);
    expect((await problemOf(idxBytes([1], Uint8Array.of(1), { 2: 0x07 }))).message).toMatch(
      /byte 2: type 0x7/,
    );
    expect((await problemOf(idxBytes([1], Uint8Array.of(1), { 3: 0 }))).message).toContain('byte 3:');
    expect((await problemOf(idxBytes([1, 1, 1, 1, 1], Uint8Array.of(1)))).message).toContain('byte 3:');
  });

  it('refuses labels where images are expected, and images of another size', async () => {
    const shape = [undefined, 28, 28];
    expect((await problemOf(idxBytes([2], Uint8Array.of(1, 2)), { shape })).message).toMatch(
      /byte 3: .*labels.*images/,
    );
    const wide = idxBytes([1, 28, 32], new Uint8Array(896));
    expect((await problemOf(wide, { shape })).message).toMatch(/byte 12: dimension 2 is 32, expected 28/);
  });

  it('refuses a dimension of zero', async () => {
    expect((await problemOf(idxBytes([3, 0], new Uint8Array(0)))).message).toContain('byte 8:');
  });

  it('takes no memory for what a header claims and the file does not hold', async () => {
    const claim = idxBytes([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(0));
    const before = process.memoryUsage.rss();
    expect((await problemOf(claim)).message).toContain('limit');
    expect((await problemOf(idxBytes([1, 1 << 29], new Uint8Array(9)))).message).toContain('ends here');
    expect((await problemOf(gzipSync(idxBytes([1, 1 << 29], new Uint8Array(9))))).message).toContain(
      'cannot hold',
    );
    // More than any machine can give: taking it would be another error.
    const beyond = idxBytes([1 << 20, 1 << 30], new Uint8Array(9));
    expect((await problemOf(beyond, { maxBytes: 2 ** 60 })).message).toContain('ends here');
    expect((await problemOf(gzipSync(beyond), { maxBytes: 2 ** 60 })).message).toContain('cannot hold');
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
    expect((await problemOf(small, { maxBytes: 5 })).message).toContain('limit of 5');
  });

  it('says when there is no file, or a directory', async () => {
    const directory = await temporaryDirectory();
    const missing = join(directory, 'none');
    await expect(readIdx(missing)).rejects.toMatchObject({
      code: 'DIGITS_IDX_MISSING',
      message: expect.stringContaining(missing),
    });
    await mkdir(join(directory, 'folder'));
    await expect(readIdx(join(directory, 'folder'))).rejects.toMatchObject({ code: 'DIGITS_IDX_INVALID' });
  });

  it('stops when the signal aborts', async () => {
    const file = join(await temporaryDirectory(), 'idx');
    for (const bytes of [small, gzipSync(small)]) {
      await writeFile(file, bytes);
      await expect(readIdx(file, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
        /enough|abort/i,
      );
    }
  });
});
