import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { encodedValue } from '@inkwire/kv';
import { openLmdbTables } from '@inkwire/kv/lmdb';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { expect, it } from 'vitest';
import { newReading } from '../../../readings/test/contract.ts';
import { inkwire, start, temporaryDirectory } from '../inkwire.ts';

type Folder = Awaited<ReturnType<typeof temporaryDirectory>>;

const textOf = async (data: string) =>
  (await inkwire(['readings', 'export', '-', '--data', data])).stdout.split('\n').slice(1, -2);

/** A store that a server would have open, in this process. */
async function openStore(folder: Folder, name = 'data') {
  const data = folder.file(name);
  const readings = await openLmdbReadings({ directory: `${data}/readings` });
  const tables = await openLmdbTables({ directory: `${data}/tables`, durability: 'relaxed' });
  return {
    data,
    readings,
    tables,
    [Symbol.asyncDispose]: async () => {
      await readings.close();
      await tables.close();
    },
  };
}

it('copies the store of a server under load: a whole moment of it, which can be restored', async () => {
  await using folder = await temporaryDirectory();
  const copy = folder.file('copy');
  {
    await using store = await openStore(folder);
    await store.tables.hset('fruit', 'apple', encodedValue({ kind: 'string', value: 'red' }));
    const before = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => store.readings.keep(newReading(String(i)))),
    );
    let isOver = false;
    const keepOn = async () => {
      while (!isOver) await store.readings.keep(newReading('77'));
    };
    const keepers = Array.from({ length: 4 }, keepOn);
    const backup = await inkwire(['backup', copy, '--data', store.data]);
    isOver = true;
    await Promise.all(keepers);
    expect(backup).toMatchObject({ code: 0, stderr: '' });
    expect(backup.stdout).toMatch(/^Copied \d+ readings, tables to /);
    const refused = await inkwire(['restore', copy, '--data', store.data, '--force']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_DATA_IN_USE)') });
    expect((await store.readings.get(before[0]!.id))?.text).toBe('0');
  }
  expect((await readdir(copy)).sort()).toEqual(['backup.json', 'readings', 'tables']);
  expect(await readdir(`${copy}/readings`)).toEqual(['data.mdb']);

  const restored = await inkwire(['restore', copy, '--data', folder.file('again')]);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restored 2 files of /) });
  await using again = await openStore(folder, 'again');
  const { readings: count } = JSON.parse(await readFile(`${copy}/backup.json`, 'utf8'));
  expect(await again.readings.count()).toBe(count);
  const texts: string[] = [];
  for await (const { text } of again.readings.all()) texts.push(text);
  // What was kept before it, and of the load the first ones, without a gap.
  expect(texts.slice(-300)).toEqual(Array.from({ length: 300 }, (_, i) => String(299 - i)));
  expect(texts.slice(0, -300).every((text) => text === '77')).toBe(true);
  expect(await again.tables.hget('fruit', 'apple')).toBeDefined();
});

it('never takes a backup that was killed for a whole one, and the next one works', async () => {
  await using folder = await temporaryDirectory();
  await using store = await openStore(folder);
  const big = { type: 'image/png', bytes: new Uint8Array(1_000_000).fill(7) };
  for (let i = 0; i < 60; i++) await store.readings.keep(newReading('1', { picture: big }));
  const copy = folder.file('copy');
  // On a busy machine a backup may be whole before it is killed.
  for (let isKilled = false; !isKilled; ) {
    await rm(copy, { recursive: true, force: true });
    await using running = start(['backup', copy, '--data', store.data]);
    await expect.poll(() => readdir(folder.path)).toContainEqual(expect.stringMatching(/^copy(\.part)?$/));
    running.child.kill('SIGKILL');
    isKilled = (await running.outcome).signal === 'SIGKILL';
  }
  expect(await readdir(folder.path)).not.toContain('copy');
  const part = await inkwire(['restore', `${copy}.part`, '--data', folder.file('again')]);
  expect(part).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_BACKUP_INVALID)') });
  await store.readings.keep(newReading('2'));
  expect(await inkwire(['backup', copy, '--data', store.data])).toMatchObject({
    code: 0,
    stdout: `Copied 61 readings, tables to ${copy}\n`,
  });
  expect(await readdir(folder.path)).not.toContain('copy.part');
});

it('restores over nothing that is kept, unless forced, and then moves it aside', async () => {
  await using folder = await temporaryDirectory();
  const copy = folder.file('copy');
  {
    await using store = await openStore(folder);
    await store.readings.keep(newReading('1'));
    await writeFile(`${store.data}/leases.json`, '{}');
    expect((await inkwire(['backup', copy, '--data', store.data])).code).toBe(0);
    await store.readings.keep(newReading('2'));
  }
  const data = folder.file('data');
  const [two, one] = await textOf(data);
  const refused = await inkwire(['restore', copy, '--data', data]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_OUT_OCCUPIED)') });
  expect(await textOf(data)).toEqual([two, one]);
  const forced = await inkwire(['restore', copy, '--data', data, '--force']);
  expect(forced.code).toBe(0);
  const moved = [...forced.stdout.matchAll(/^What was there is in (.*)$/gm)].map(([, path]) => path!);
  expect(moved).toHaveLength(3);
  expect(await textOf(data)).toEqual([one]);
  expect((await readdir(moved[0]!)).sort()).toEqual(['data.mdb', 'lock.mdb']);
});

it('refuses a backup of which a byte was changed, and one over something', async () => {
  await using folder = await temporaryDirectory();
  const copy = folder.file('copy');
  const data = folder.file('data');
  const nothing = await inkwire(['backup', copy, '--data', data]);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_DATA_MISSING)') });
  {
    await using store = await openStore(folder);
    await store.readings.keep(newReading('1'));
  }
  expect((await inkwire(['backup', copy, '--data', data])).code).toBe(0);
  const over = await inkwire(['backup', copy, '--data', data]);
  expect(over).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_OUT_OCCUPIED)') });
  const bad = folder.file('bad');
  await cp(copy, bad, { recursive: true });
  const file = await readFile(`${bad}/readings/data.mdb`);
  file[file.length - 1]! ^= 1;
  await writeFile(`${bad}/readings/data.mdb`, file);
  const changed = await inkwire(['restore', bad, '--data', folder.file('again')]);
  expect(changed.stderr).toMatch(/readings\/data\.mdb was changed \(CLI_BACKUP_INVALID\)/);
  await rm(`${bad}/readings`, { recursive: true });
  expect((await inkwire(['restore', bad, '--data', folder.file('again')])).stderr).toContain(
    'CLI_BACKUP_INVALID',
  );
  expect(await readdir(folder.path)).not.toContain('again');
});
