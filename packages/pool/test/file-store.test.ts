import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@inkwire/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLeaseService, openFileStore } from '../src/index.ts';
import { EpochFiles } from '../src/leases/epoch-files.ts';
import { leaseReport } from './lease-report.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-leases-'));
  path = join(folder, 'leases.json');
});
afterEach(() => rm(folder, { recursive: true }));

const client = (name: string) => ({ name, incarnation: `${name}#1`, floor: 2 });

it('begins with an epoch above every earlier one, though the file was lost', async () => {
  const first = await openFileStore(path, { now: () => 1_700_000_000_999 });
  expect(first).toMatchObject({ epoch: 1_700_000_000, clients: [], isComplete: false });
  expect((await openFileStore(path)).epoch).toBe(1_700_000_001);
  expect((await openFileStore(path)).epoch).toBe(1_700_000_002);
});

it('has on disk whom it said to have admitted, and no longer who was forgotten', async () => {
  const store = await openFileStore(path);
  await store.admit(client('a'));
  expect(JSON.parse(await readFile(`${path}.${store.epoch}`, 'utf8')).clients).toEqual([client('a')]);
  await Promise.all([store.admit(client('b')), store.admit(client('c')), store.forget(client('a'))]);
  await store.complete();
  const again = await openFileStore(path);
  expect(again.clients).toEqual([client('b'), client('c')]);
  expect(again.isComplete).toBe(true);
  const { epoch } = again;
  expect((await readdir(folder)).sort()).toEqual([`leases.json.${epoch}`, `leases.json.${epoch}.claim`]);
});

it('keeps two incarnations of a name apart', async () => {
  const store = await openFileStore(path);
  const next = { ...client('a'), incarnation: 'a#2' };
  await Promise.all([store.admit(client('a')), store.admit(next), store.forget(client('a'))]);
  expect((await openFileStore(path)).clients).toEqual([next]);
});

it('writes nothing more once another has opened it', async () => {
  const earlier = await openFileStore(path);
  const later = await openFileStore(path);
  await expect(earlier.admit(client('a'))).rejects.toMatchObject({ code: 'POOL_ALLOCATOR_SUPERSEDED' });
  await later.admit(client('b'));
  expect((await openFileStore(path)).clients).toEqual([client('b')]);
});

it.each([
  '',
  '{',
  '{"format":"other"}',
  '{"format":"inkwire-leases-1","epoch":0,"isComplete":true,"clients":[]}',
])('does not take %s for its own, nor write over it', async (text) => {
  await writeFile(path, text);
  await expect(openFileStore(path)).rejects.toMatchObject({ code: 'POOL_STORE_DAMAGED' });
  expect(await readdir(folder)).toEqual(['leases.json']);
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('goes on from the one file that there was once, and takes it away', async () => {
  const clients = [client('a')];
  await writeFile(path, JSON.stringify({ format: 'inkwire-leases-1', epoch: 7, isComplete: true, clients }));
  const store = await openFileStore(path);
  expect(store).toMatchObject({ epoch: 8, isComplete: true, clients });
  expect((await readdir(folder)).sort()).toEqual(['leases.json.8', 'leases.json.8.claim']);
});

it.each([
  ['a claim alone', '.claim', ''],
  ['an empty state', '', ''],
  ['a state that it had not renamed yet', '.new', '{"format":"inkwire-leases-1","ep'],
  ['a state that is cut', '', '{"format":"inkwire-leases-1","ep'],
])('loses nothing to an opener that crashed and left %s', async (_, suffix, text) => {
  const store = await openFileStore(path);
  await store.admit(client('a'));
  await writeFile(`${path}.${store.epoch + 1}${suffix}`, text);
  const again = await openFileStore(path);
  expect(again.clients).toEqual([client('a')]);
  expect(again.epoch).toBe(store.epoch + (suffix === '.new' ? 1 : 2));
  expect(await openFileStore(path)).toMatchObject({ clients: [client('a')] });
  expect(await readdir(folder)).toHaveLength(2);
});

it('says that a state is damaged when there is none before it', async () => {
  await writeFile(`${path}.7`, '{');
  await expect(openFileStore(path)).rejects.toMatchObject({ code: 'POOL_STORE_DAMAGED' });
  expect(await readdir(folder)).toEqual(['leases.json.7']);
});

it('knows the latest epoch that it was opened with', async () => {
  const earlier = await openFileStore(path);
  expect(await earlier.newestEpoch!()).toBe(earlier.epoch);
  const later = await openFileStore(path);
  expect(await earlier.newestEpoch!()).toBe(later.epoch);
});

it('says when it cannot be written', async () => {
  await expect(openFileStore(join(folder, 'missing', 'leases.json'))).rejects.toMatchObject({
    code: 'POOL_STORE_FAILED',
    retryable: true,
  });
});

it('keeps no client whose admission failed', async () => {
  const store = await openFileStore(path);
  const admit = store.admit.bind(store);
  let isBroken = true;
  store.admit = async (admitted) => {
    await admit(admitted);
    if (isBroken) throw new Error('no room');
  };
  const allocator = { capacity: 10, learnMs: 0 };
  const service = createLeaseService({ allocator, store, clock: createManualClock() });
  const join = (incarnation: string) => service.receive(leaseReport('a', { incarnation }));
  join('a#1');
  await expect.poll(() => service.snapshot().clients.length).toBe(0);
  isBroken = false;
  join('a#2');
  await expect.poll(() => service.snapshot().clients[0]?.state).toBe('member');
  await service.close();
  expect((await openFileStore(path)).clients).toEqual([{ name: 'a', incarnation: 'a#2', floor: 1 }]);
});

const state = (epoch: number, name: string) => ({ epoch, isComplete: true, clients: [client(name)] });
const textOf = (change: object) =>
  JSON.stringify({ format: 'inkwire-leases-1', ...state(7, 'a'), ...change });

it.each([
  { format: 'inkwire-leases-2' },
  { epoch: 1.5 },
  { isComplete: 'yes' },
  { clients: {} },
  { clients: [null] },
  { clients: [{ ...client('a'), name: 1 }] },
  { clients: [{ ...client('a'), incarnation: 1 }] },
  { clients: [{ ...client('a'), floor: 1.5 }] },
  { clients: [{ ...client('a'), floor: -1 }] },
])('does not take a state with %j for its own', async (change) => {
  await writeFile(path, textOf(change));
  await expect(openFileStore(path)).rejects.toMatchObject({ code: 'POOL_STORE_DAMAGED' });
});

it('takes no file for its own that only looks like one, and leaves it there', async () => {
  const others = ['leases.json.9.bak', 'leases.json.1234567890123456', 'leasesXjson.9', 'my-leases.json.9'];
  for (const name of others) await writeFile(join(folder, name), '{');
  expect((await openFileStore(path, { now: () => 5000 })).epoch).toBe(5);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(others));
});

it('keeps its files from the eyes of others', async () => {
  const { epoch } = await openFileStore(path);
  for (const suffix of ['', '.claim']) expect((await stat(`${path}.${epoch}${suffix}`)).mode & 0o077).toBe(0);
});

it('reads the state of the latest epoch, and the one file that there was once where nothing later can be read', async () => {
  await writeFile(path, textOf({}));
  await writeFile(`${path}.8`, textOf(state(8, 'b')));
  expect(await openFileStore(path)).toMatchObject({ epoch: 9, clients: [client('b')] });
  await writeFile(path, '{');
  expect(await openFileStore(path)).toMatchObject({ epoch: 10, clients: [client('b')] });
  await writeFile(path, textOf({}));
  await writeFile(`${path}.10`, '{');
  expect(await openFileStore(path)).toMatchObject({ epoch: 11, clients: [client('a')] });
});

it('does not go on from an earlier state when the latest cannot be read for another reason than damage', async () => {
  await writeFile(path, textOf({}));
  await mkdir(`${path}.8`);
  await writeFile(`${path}.8.claim`, '');
  await expect(openFileStore(path)).rejects.toMatchObject({
    code: 'POOL_STORE_FAILED',
    message: expect.stringContaining('leases.json.8 could not be read'),
  });
});

it('says what could not be made or taken away', async () => {
  const code = 'POOL_STORE_FAILED';
  const long = join(folder, 'l'.repeat(250));
  await expect(openFileStore(long)).rejects.toMatchObject({ code, message: expect.stringContaining('made') });
  await mkdir(`${path}.3.new`);
  await expect(openFileStore(path)).rejects.toMatchObject({
    code,
    message: expect.stringContaining('cleared of earlier epochs'),
  });
});

it('takes away what an earlier epoch had not renamed yet', async () => {
  await writeFile(`${path}.3.new`, '{');
  await openFileStore(path);
  expect(await readdir(folder)).toHaveLength(2);
});

it('rejects a write that failed, leaves no half of it, and makes the next one all the same', async () => {
  const store = await openFileStore(path);
  const file = `${path}.${store.epoch}`;
  await rm(file);
  await mkdir(file);
  const failing = store.admit(client('a'));
  const failure = failing.catch((error) => {
    rmSync(file, { recursive: true });
    return error;
  });
  // The first is under way then, and the second one waits for it.
  await new Promise((resolve) => process.nextTick(resolve));
  const next = store.admit(client('b'));
  expect(await failure).toMatchObject({ code: 'POOL_STORE_FAILED', retryable: true });
  await next;
  expect(await readdir(folder)).toHaveLength(2);
  expect((await openFileStore(path)).clients).toEqual([client('a'), client('b')]);
});

it('leaves nothing beside a state that could not be replaced', async () => {
  await mkdir(`${path}.7`);
  await expect(new EpochFiles(path).write(state(7, 'a'))).rejects.toMatchObject({
    code: 'POOL_STORE_FAILED',
  });
  expect(await readdir(folder)).toEqual(['leases.json.7']);
});

it('writes nothing to forget a client that it does not have', async () => {
  const earlier = await openFileStore(path);
  await openFileStore(path);
  await earlier.forget(client('a'));
});

it('is of its own epoch though its files are gone', async () => {
  const store = await openFileStore(path);
  for (const name of await readdir(folder)) await rm(join(folder, name));
  expect(await store.newestEpoch!()).toBe(store.epoch);
});

it('neither reads nor takes away what is of its own epoch or a later one', async () => {
  const files = new EpochFiles(path);
  for (const [epoch, name] of ['a', 'b', 'c'].entries()) await files.write(state(5 + epoch, name));
  // The name of a file counts, whatever it says of itself.
  await writeFile(`${path}.5`, textOf(state(1, 'a')));
  expect(await files.readBefore(6)).toEqual(state(5, 'a'));
  await files.removeBefore(6);
  expect((await readdir(folder)).sort()).toEqual(['leases.json.6', 'leases.json.7']);
});

it('looks again when a state was removed before it was read', async () => {
  const files = new EpochFiles(path);
  await files.write(state(5, 'a'));
  // It is listed, but there is neither a state nor a claim.
  await symlink('nowhere', `${path}.6`);
  let isRead = false;
  const reading = files.readBefore(9).finally(() => {
    isRead = true;
  });
  for (let i = 0; i < 20 && !isRead; i++) await readdir(folder);
  await files.write(state(7, 'b'));
  expect(await reading).toEqual(state(7, 'b'));
});
