import { expect, it } from 'vitest';
import { Scene, SceneClient } from '../../test/allocator-scene.ts';
import type { Allocator } from './allocator.ts';
import type { LeaseReport } from './messages.ts';
import type { AllocatorOptions } from './options.ts';

/** An allocator whose disk says nothing by itself, and a client that has asked it to join. */
function asking(options: Partial<AllocatorOptions> = {}, change: Partial<LeaseReport> = {}) {
  const scene = new Scene(options);
  const a = new SceneClient('a', { sequence: 1, queued: 5, ...change });
  const identity = { name: 'a', incarnation: 'a#1', floor: 1 };
  const handle = (event: Parameters<Allocator['handle']>[0]) => scene.allocator.handle(event, scene.now);
  expect(handle({ kind: 'report', report: a.report })).toContainEqual({ kind: 'admit', client: identity });
  return { scene, a, identity, handle };
}

it('forgets a client that could not be written down, which may be on disk, and keeps nothing for it', () => {
  const { scene, identity, handle } = asking();
  expect(scene.allocator.snapshot(0).reserved).toBe(1);
  expect(handle({ kind: 'admit-failed', client: identity })).toEqual([{ kind: 'forget', client: identity }]);
  expect(scene.allocator.snapshot(0)).toMatchObject({ reserved: 0, clients: [], counts: { admitted: 0 } });
});

it('does not forget a client of an earlier epoch that could not be written down again', () => {
  const returning = { epoch: 1, appliedGrant: 3, max: 4, inUse: 4, queued: 0 };
  const { scene, identity, handle } = asking({ epoch: 2, learnMs: 1100, isKnownComplete: false }, returning);
  expect(handle({ kind: 'admit-failed', client: identity })).toEqual([]);
  expect(scene.allocator.snapshot(0).clients).toEqual([]);
});

it('takes what the disk says of a member a second time, or too late, for nothing', () => {
  const scene = new Scene();
  scene.join('a', 5);
  const client = { name: 'a', incarnation: 'a#1', floor: 1 };
  for (const kind of ['admitted', 'admit-failed'] as const)
    expect(scene.handle({ kind, client })).toEqual([]);
  expect(scene.allocator.snapshot(0)).toMatchObject({
    counts: { admitted: 1 },
    clients: [{ name: 'a', state: 'member' }],
  });
});

it('takes what is said of a client that is gone for nothing', () => {
  const scene = new Scene();
  const client = { name: 'nobody', incarnation: 'nobody#1', floor: 1 };
  for (const kind of ['admitted', 'admit-failed', 'fenced', 'fence-failed'] as const)
    expect(scene.handle({ kind, client })).toEqual([]);
  // Nor is a member gone of which it is said that it was fenced, when nobody asked for that.
  scene.join('a', 5);
  scene.handle({ kind: 'fenced', client: { name: 'a', incarnation: 'a#1', floor: 1 } });
  expect(scene.allocator.snapshot(0).clients).toMatchObject([{ state: 'member' }]);
});

it('waits for the disk however long that takes, and does not forget whom it is writing down', () => {
  const { scene, identity, handle } = asking();
  scene.now = 10_000;
  expect(handle({ kind: 'tick' })).toEqual([]);
  expect(handle({ kind: 'forget', name: 'a' })).toEqual([]);
  handle({ kind: 'admitted', client: identity });
  expect(scene.allocator.snapshot(scene.now).clients).toMatchObject([{ state: 'member' }]);
});

it('remembers who is gone for four leases, and no longer', () => {
  const scene = new Scene();
  const a = scene.join('a', 1);
  a.apply();
  scene.tell(a, { isLeaving: true, max: 0, inUse: 0, queued: 0 });
  expect(a.last).toMatchObject({ kind: 'farewell' });
  const late = { isLeaving: false, epoch: 0, appliedGrant: 0, queued: 1 };
  scene.now = 4399;
  scene.tell(a, late);
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
  scene.now = 4400;
  scene.handle({ kind: 'tick' });
  scene.tell(a, late);
  expect(a.last).toMatchObject({ kind: 'grant' });
});

it('owes nothing to a client that says goodbye before it is answered', () => {
  const scene = new Scene({ paceMs: 5 });
  const a = scene.join('a', 5);
  scene.now = 5;
  scene.handle({ kind: 'tick' });
  a.apply();
  scene.tell(a);
  scene.now = 6;
  scene.tell(a, { queued: 3 });
  scene.tell(a, { isLeaving: true, max: 0, inUse: 0, queued: 0 });
  expect(a.last).toMatchObject({ kind: 'farewell' });
  const replies = a.replies.length;
  scene.now = 11;
  scene.handle({ kind: 'tick' });
  expect(a.replies).toHaveLength(replies);
});

it('never grants what is spare', () => {
  const scene = new Scene({ capacity: 10, spare: 2 });
  scene.join('a', 100);
  scene.settle();
  expect(scene.maxima).toEqual([8]);
});

it('gives a client at least its floor, though it says that it can use less', () => {
  const scene = new Scene({ capacity: 10 });
  scene.join('a', 9, { floor: 4, ceiling: 2 });
  scene.settle();
  expect(scene.allocator.snapshot(scene.now).clients).toMatchObject([{ ceiling: 4, max: 4 }]);
});

it('takes no more clients than it may have, and asks its store about no more reports', () => {
  const scene = new Scene({ maxClients: 2 });
  scene.join('a', 1);
  scene.join('b', 1);
  expect(scene.join('c', 1).last).toMatchObject({ kind: 'refusal', reason: 'full' });
  expect(scene.allocator.snapshot(0).clients).toHaveLength(2);
  const later = ['d', 'e', 'f'].map((name) => scene.join(name, 1, { epoch: 9 }));
  scene.handle({ kind: 'epoch-read', epoch: 1 });
  expect(later.map(({ replies }) => replies.length)).toEqual([1, 1, 0]);
  // They are answered once.
  expect(scene.handle({ kind: 'epoch-read', epoch: 1 })).toEqual([]);
});
