import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createManualClock, createRandom } from '@inkwire/base';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../lmdb/test/temporary-directory.ts';
import { type LmdbTablesOptions, openLmdbTables } from '../src/lmdb/index.ts';
import { text } from './contract.ts';

async function codeOfOpening(options: LmdbTablesOptions): Promise<string | undefined> {
  try {
    const tables = await openLmdbTables(options);
    await tables.close();
    return undefined;
  } catch (error) {
    expect((error as Error).message).toContain(options.directory);
    return (error as { readonly code?: string }).code;
  }
}

async function makeTables(directory: string, count: number): Promise<void> {
  const tables = await openLmdbTables({ directory });
  for (let i = 0; i < count; i++) await tables.hset('t', `k${i}`, new Uint8Array(1000).fill(i));
  await tables.close();
}

describe('after a restart', () => {
  it('everything is there, and expires when it was to', async () => {
    const directory = await temporaryDirectory();
    const first = createManualClock(1_000_000);
    const tables = await openLmdbTables({ directory, clock: first });
    await tables.hset('t', 'stays', text('1'));
    await tables.hset('t', 'goes', text('2'), 5000);
    await tables.hset('t', 'lasts', text('3'), 50_000);
    first.advance(1000);
    await tables.close();
    const later = createManualClock(1_004_000);
    const again = await openLmdbTables({ directory, durability: 'relaxed', clock: later });
    expect(await again.hmexist('t', ['stays', 'goes', 'lasts'])).toEqual([true, true, true]);
    later.advance(1000);
    expect(await again.hmexist('t', ['stays', 'goes', 'lasts'])).toEqual([true, false, true]);
    later.advance(1000);
    await again.hset('u', 'x', text('1'));
    expect(again.size.keys).toBe(3);
    await again.close();
  });

  it('what had expired does not come back, though the machine’s clock went back', async () => {
    const directory = await temporaryDirectory();
    const clock = createManualClock(1_000_000);
    const tables = await openLmdbTables({ directory, clock });
    await tables.hset('t', 'swept', text('1'), 1000);
    await tables.hset('t', 'k', text('1'), 10_000);
    clock.advance(9_000);
    await tables.hset('t', 'x', text('1'));
    await tables.close();
    const back = createManualClock(500_000);
    const again = await openLmdbTables({ directory, clock: back });
    expect(await again.hmexist('t', ['swept', 'k'])).toEqual([false, true]);
    back.advance(10_000);
    expect(await again.hmexist('t', ['swept', 'k'])).toEqual([false, false]);
    await again.close();
  });
});

describe('a data file that is not what was written', () => {
  it('is KV_DAMAGED when it is something else altogether, or was cut anywhere', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'data.mdb'), 'not a database '.repeat(10_000));
    expect(await codeOfOpening({ directory })).toBe('KV_DAMAGED');
    const random = createRandom(11);
    const original = await temporaryDirectory();
    await makeTables(original, 40);
    const whole = await readFile(join(original, 'data.mdb'));
    for (let i = 0; i < 15; i++) {
      const cut = await temporaryDirectory();
      await writeFile(join(cut, 'data.mdb'), whole);
      await truncate(join(cut, 'data.mdb'), 1 + random.below(whole.length - 1));
      expect(await codeOfOpening({ directory: cut })).toBe('KV_DAMAGED');
    }
  });

  it('is KV_FOREIGN when another program or a later version wrote it', async () => {
    for (const name of ['zebra', 'about']) {
      const directory = await temporaryDirectory();
      const other = open({ path: directory, noSubdir: false, overlappingSync: false });
      await other.openDB({ name }).put('key', 'value');
      await other.close();
      expect(await codeOfOpening({ directory })).toBe('KV_FOREIGN');
    }
  });

  it('is KV_UNWRITABLE where nothing can be written', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'x');
    expect(await codeOfOpening({ directory: file })).toBe('KV_UNWRITABLE');
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'data.mdb'));
    expect(await codeOfOpening({ directory })).toBe('KV_UNWRITABLE');
  });

  it('is looked at page by page after a crash of the machine that interrupted `relaxed`', async () => {
    const directory = await temporaryDirectory();
    await makeTables(directory, 40);
    const file = join(directory, 'data.mdb');
    const data = await readFile(file);
    // A page that never reached the disk, in a file that is long enough.
    const at = data.indexOf(new Uint8Array(500).fill(20));
    data.fill(0, at - (at % 4096), at - (at % 4096) + 4096);
    await writeFile(file, data);
    await writeFile(join(directory, 'relaxed'), 'another boot');
    expect(await codeOfOpening({ directory, durability: 'relaxed' })).toBe('KV_DAMAGED');
  });

  it('is opened after such a crash when it is whole', async () => {
    const directory = await temporaryDirectory();
    await makeTables(directory, 40);
    await writeFile(join(directory, 'relaxed'), 'another boot');
    expect(await codeOfOpening({ directory, durability: 'relaxed' })).toBeUndefined();
    expect(await codeOfOpening({ directory })).toBeUndefined();
  });
});

describe('what `relaxed` tables leave behind', () => {
  /** A directory whose tables were not closed: the first value has a checkpoint, the second is newer. */
  async function leftBehind(boot?: string): Promise<string> {
    const directory = await temporaryDirectory();
    const tables = await openLmdbTables({ directory, durability: 'relaxed' });
    await tables.hset('t', 'first', text('1'));
    await tables.close();
    const again = await openLmdbTables({ directory, durability: 'relaxed' });
    const mark = await readFile(join(directory, 'relaxed'));
    await again.hset('t', 'second', text('2'));
    await again.close();
    if (boot !== undefined) mark.fill(0, 0, 512).write(boot);
    await writeFile(join(directory, 'relaxed'), mark);
    return directory;
  }

  const keysIn = async (directory: string, durability: 'sync' | 'relaxed') => {
    const tables = await openLmdbTables({ directory, durability });
    const hasMark = await readdir(directory).then((names) => names.includes('relaxed'));
    const found = await tables.hmexist('t', ['first', 'second']);
    await tables.close();
    expect(await readdir(directory)).not.toContain('relaxed');
    return { found, hasMark };
  };

  it('in the same boot of the machine counts whole, and `sync` tables let go of the checkpoint before they commit', async () => {
    expect(await keysIn(await leftBehind(), 'relaxed')).toEqual({ found: [true, true], hasMark: true });
    expect(await keysIn(await leftBehind(), 'sync')).toEqual({ found: [true, true], hasMark: false });
  });

  it('in another boot counts as far as the checkpoint', async () => {
    for (const durability of ['sync', 'relaxed'] as const)
      expect((await keysIn(await leftBehind('another boot'), durability)).found).toEqual([true, false]);
  });

  it('where no boot is known counts whole when it is whole, and else as far as the checkpoint', async () => {
    const whole = await leftBehind('');
    expect((await keysIn(whole, 'relaxed')).found).toEqual([true, true]);
    const mixed = await leftBehind('');
    const file = join(mixed, 'data.mdb');
    const data = await readFile(file);
    // The newest root never reached the disk.
    const [one, other] = [0, 4096].map((at) => data.readBigUInt64LE(at + 152));
    const newest = one! > other! ? 0 : 4096;
    const root = 4096 * Number(data.readBigUInt64LE(newest + 96 + 40));
    data.fill(0xee, root, root + 4096);
    await writeFile(file, data);
    expect((await keysIn(mixed, 'relaxed')).found).toEqual([true, false]);
  });
});

it('destroy fails the writes that have not begun, and keeps those that were answered', async () => {
  const directory = await temporaryDirectory();
  const tables = await openLmdbTables({ directory });
  await tables.hset('t', 'answered', text('1'));
  const waiting = tables.hset('t', 'waiting', text('2'));
  const destroyed = tables.destroy(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await destroyed;
  await using again = await openLmdbTables({ directory });
  expect(await again.hmexist('t', ['answered', 'waiting'])).toEqual([true, false]);
});

it('names whose limits LMDB cannot hold are refused at once', async () => {
  const directory = await temporaryDirectory();
  await expect(openLmdbTables({ directory, limits: { maxKeyBytes: 1500 } })).rejects.toThrow(RangeError);
});
