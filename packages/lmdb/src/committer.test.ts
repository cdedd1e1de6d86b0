import { createManualClock } from '@inkwire/base';
import type { RootDatabase } from 'lmdb';
import { expect, it } from 'vitest';
import type { Checkpoints } from './checkpoints.ts';
import { createCommitter } from './committer.ts';
import type { FreeSpace } from './free-space.ts';

/** A committer whose checkpoints end when they are told to. */
function create() {
  const clock = createManualClock();
  const ending: ((error?: Error) => void)[] = [];
  const checkpoints = {
    take: () =>
      new Promise<void>((resolve, reject) => ending.push((error) => (error ? reject(error) : resolve()))),
  } as Checkpoints;
  const root = { transactionSync: (change: () => void) => change() } as RootDatabase;
  const space = { fitsDisk: () => true, fitsFile: () => false } as unknown as FreeSpace;
  const committer = createCommitter(root, checkpoints, space, clock);
  const commit = () => committer.commit(() => {}, 1, 1);
  return { committer, commit, space, clock, ending };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('relaxed commits are done at once, and one checkpoint at a time follows while there is something new', async () => {
  const { commit, clock, ending } = create();
  expect(commit()).toBeUndefined();
  expect(ending.length).toBe(0);
  clock.advance(100);
  expect(ending.length).toBe(1);
  expect(commit()).toBeUndefined();
  clock.advance(400);
  expect(ending.length).toBe(1);
  ending[0]!();
  await turn();
  clock.advance(100);
  expect(ending.length).toBe(2);
  ending[1]!();
  await turn();
  expect(clock.pending).toBe(0);
});

it('a commit waits for a checkpoint that takes long, so that the file does not grow without bound', async () => {
  const { commit, clock, ending } = create();
  void commit();
  clock.advance(100);
  clock.advance(501);
  let done = false;
  const waiting = Promise.resolve(commit()).then(() => (done = true));
  await turn();
  expect(done).toBe(false);
  ending[0]!();
  await waiting;
  expect(commit()).toBeUndefined();
});

it('a checkpoint that fails is taken again, and flush waits until none is left to take', async () => {
  const { committer, commit, clock, ending } = create();
  void commit();
  clock.advance(100);
  ending[0]!(new Error('no disk'));
  await turn();
  void commit();
  clock.advance(100);
  expect(ending.length).toBe(2);
  void commit();
  let flushed = false;
  const flushing = committer.flush().then(() => (flushed = true));
  ending[1]!();
  await turn();
  expect([flushed, ending.length]).toEqual([false, 3]);
  ending[2]!();
  await flushing;
  expect(clock.pending).toBe(0);
});

it('flush tries a checkpoint that failed once more', async () => {
  const { committer, commit, clock, ending } = create();
  void commit();
  clock.advance(100);
  ending[0]!(new Error('no disk'));
  await turn();
  const flushing = committer.flush();
  expect(ending.length).toBe(2);
  ending[1]!(new Error('no disk'));
  await flushing;
  expect(clock.pending).toBe(0);
});

it('without room on the disk, what is in the file is used once a checkpoint has let go of it, or nothing is begun', async () => {
  const { commit, space, ending } = create();
  Object.assign(space, { fitsDisk: () => false });
  await expect(commit()).rejects.toMatchObject({ code: 'ENOSPC' });
  Object.assign(space, { fitsFile: () => true });
  let done = false;
  const committing = Promise.resolve(commit()).then(() => (done = true));
  await turn();
  expect([done, ending.length]).toEqual([false, 1]);
  ending[0]!();
  await committing;
});

it('takes one checkpoint at a time when a commit without room and a flush wait for the same one', async () => {
  const { committer, commit, space, clock, ending } = create();
  void commit();
  clock.advance(100);
  void commit();
  const flushing = committer.flush();
  Object.assign(space, { fitsDisk: () => false, fitsFile: () => true });
  const committing = commit();
  ending[0]!();
  await turn();
  expect(ending.length).toBe(2);
  ending[1]!();
  await turn();
  expect(ending.length).toBe(3);
  ending[2]!();
  await committing;
  Object.assign(space, { fitsDisk: () => true });
  await turn();
  for (const end of ending) end();
  await flushing;
});

it('a commit does not wait for a checkpoint that began half a second ago or later', async () => {
  const { commit, clock, ending } = create();
  void commit();
  clock.advance(100);
  clock.advance(500);
  expect(commit()).toBeUndefined();
  ending[0]!();
  await turn();
});

it.each([
  [true, true, 'done'],
  [true, false, 'done'],
  [false, true, 'done'],
  [false, false, 'ENOSPC'],
])('with room on the disk %s and in the file %s a sync commit is %s', async (fitsDisk, fitsFile, outcome) => {
  const root = { childTransaction: async (change: () => void) => change() } as unknown as RootDatabase;
  const space = { fitsDisk: () => fitsDisk, fitsFile: () => fitsFile } as unknown as FreeSpace;
  let isDone = false;
  const committing = createCommitter(root, undefined, space, createManualClock()).commit(
    () => {
      isDone = true;
    },
    1,
    1,
  );
  const found = await Promise.resolve(committing).then(
    () => 'done',
    ({ code }) => code,
  );
  expect([found, isDone]).toEqual([outcome, outcome === 'done']);
});
