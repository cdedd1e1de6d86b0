import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFileStore } from './file-store.ts';

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
  expect(JSON.parse(await readFile(path, 'utf8')).clients).toEqual([client('a')]);
  await Promise.all([store.admit(client('b')), store.admit(client('c')), store.forget(client('a'))]);
  await store.complete();
  const again = await openFileStore(path);
  expect(again.clients).toEqual([client('b'), client('c')]);
  expect(again.isComplete).toBe(true);
  expect(await readdir(folder)).toEqual(['leases.json']);
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
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('says when it cannot be written', async () => {
  await expect(openFileStore(join(folder, 'missing', 'leases.json'))).rejects.toMatchObject({
    code: 'POOL_STORE_FAILED',
    retryable: true,
  });
});
