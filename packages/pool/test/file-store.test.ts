import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@inkwire/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLeaseService, openFileStore } from '../src/index.ts';
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
