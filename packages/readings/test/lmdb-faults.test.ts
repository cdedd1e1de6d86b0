import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '@inkwire/base';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../lmdb/test/temporary-directory.ts';
import { type LmdbReadingsOptions, openLmdbReadings } from '../src/lmdb/index.ts';
import { newReading } from './contract.ts';
import { numberedReading } from './numbered-reading.js';

async function makeStore(directory: string, count: number): Promise<string[]> {
  const readings = await openLmdbReadings({ directory });
  const ids: string[] = [];
  for (let number = 0; number < count; number++) ids.push((await readings.keep(numberedReading(number))).id);
  await readings.close();
  return ids;
}

async function codeOfOpening(options: LmdbReadingsOptions): Promise<string | undefined> {
  try {
    const readings = await openLmdbReadings(options);
    await readings.close();
    return undefined;
  } catch (error) {
    expect((error as Error).message).toContain(options.directory);
    return (error as { readonly code?: string }).code;
  }
}

describe('a directory that cannot be used', () => {
  it('is READINGS_UNWRITABLE when it is a file, or lies below one', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'x');
    expect(await codeOfOpening({ directory: file })).toBe('READINGS_UNWRITABLE');
    expect(await codeOfOpening({ directory: join(file, 'below') })).toBe('READINGS_UNWRITABLE');
  });

  it('is READINGS_UNWRITABLE when data.mdb is a directory', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'data.mdb'));
    expect(await codeOfOpening({ directory })).toBe('READINGS_UNWRITABLE');
  });

  it('may have a dot in its name, and is created with those above it', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b.data');
    expect(await codeOfOpening({ directory })).toBeUndefined();
    expect((await readdir(directory)).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });
});

describe('a data file that is not what was written', () => {
  it('is READINGS_DAMAGED when it is something else altogether', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'data.mdb'), 'not a database '.repeat(10_000));
    expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
    await writeFile(join(directory, 'data.mdb'), 'short');
    expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
  });

  it('is READINGS_FOREIGN when another program keeps its data there, which stays untouched', async () => {
    for (const name of ['zebra', 'about', 'aardvark']) {
      const directory = await temporaryDirectory();
      const other = open({ path: directory, noSubdir: false, overlappingSync: false });
      await other.openDB({ name }).put('key', 'value');
      await other.put('plain', 'value');
      const keys = [...other.getKeys()];
      await other.close();
      expect(await codeOfOpening({ directory })).toBe('READINGS_FOREIGN');
      const again = open({ path: directory, noSubdir: false, overlappingSync: false });
      expect(again.get('plain')).toBe('value');
      expect([...again.getKeys()]).toEqual(keys);
      await again.close();
    }
  });

  it('is READINGS_FOREIGN when a later version wrote it', async () => {
    const directory = await temporaryDirectory();
    await makeStore(directory, 1);
    const root = open({ path: directory, noSubdir: false, overlappingSync: false });
    await root.openDB({ name: 'about', encoding: 'string' }).put('format', 'inkwire readings 2');
    await root.close();
    expect(await codeOfOpening({ directory })).toBe('READINGS_FOREIGN');
  });

  it('is READINGS_DAMAGED wherever it was cut, and never ends the process', async () => {
    const random = createRandom(11);
    const original = await temporaryDirectory();
    await makeStore(original, 40);
    const whole = await readFile(join(original, 'data.mdb'));
    for (let i = 0; i < 25; i++) {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, 'data.mdb'), whole);
      const length = 1 + random.below(whole.length - 1);
      await truncate(join(directory, 'data.mdb'), length);
      expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
      // It stays as it was found, and so it is no better the next time.
      expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
      expect((await stat(join(directory, 'data.mdb'))).size).toBe(length);
    }
  });

  it('is opened when it is only shorter than it may be, with everything in it', async () => {
    const directory = await temporaryDirectory();
    const ids = await makeStore(directory, 5);
    const file = join(directory, 'data.mdb');
    const data = await readFile(file);
    // LMDB may count unused pages at the end that it never wrote: both meta pages claim seven more.
    for (const meta of [0, data.readUInt32LE(48)])
      data.writeBigUInt64LE(data.readBigUInt64LE(meta + 144) + 7n, meta + 144);
    await writeFile(file, data);
    const readings = await openLmdbReadings({ directory });
    expect((await stat(file)).size).toBe(data.length);
    for (const [number, id] of ids.entries())
      expect((await readings.picture(id))?.bytes).toEqual(numberedReading(number).picture.bytes);
    await readings.close();
  });

  it('gives no picture that the disk has changed', async () => {
    const directory = await temporaryDirectory();
    const bytes = new Uint8Array(9000).fill(0xa5);
    const readings = await openLmdbReadings({ directory });
    const { id } = await readings.keep(newReading('7', { picture: { type: 'image/png', bytes } }));
    await readings.close();
    const file = join(directory, 'data.mdb');
    const data = await readFile(file);
    data[data.indexOf(bytes.subarray(0, 4000)) + 3000]! ^= 1;
    await writeFile(file, data);
    const again = await openLmdbReadings({ directory });
    await expect(again.picture(id)).rejects.toMatchObject({ code: 'READINGS_DAMAGED' });
    expect((await again.get(id))?.text).toBe('7');
    expect((await again.prepared(id))?.length).toBe(1);
    await again.close();
  });
});

it('destroy rejects the writes that have not begun, and keeps those that were acknowledged', async () => {
  const directory = await temporaryDirectory();
  const readings = await openLmdbReadings({ directory });
  const { id } = await readings.keep(newReading('1'));
  const waiting = readings.keep(newReading('2'));
  const destroyed = readings.destroy(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await destroyed;
  await using again = await openLmdbReadings({ directory });
  expect([(await again.get(id))?.text, await again.count()]).toEqual(['1', 1]);
});
