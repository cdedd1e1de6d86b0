import { expect, it } from 'vitest';
import { Scene } from '../../test/allocator-scene.ts';
import { meanStrategy } from './strategies/mean.ts';

it('takes a client for silent a margin after its lease, and not before', () => {
  const scene = new Scene();
  scene.join('a', 1);
  const isSilent = (nowMs: number) => scene.allocator.snapshot(nowMs).clients[0]!.isSilent;
  expect([1000, 1099, 1100].map(isSilent)).toEqual([false, false, true]);
});

it('does not go back in time, whatever its clock does', () => {
  const scene = new Scene();
  scene.now = 1000;
  const a = scene.join('a', 1);
  scene.now = 500;
  scene.tell(a);
  expect(scene.allocator.snapshot(2099).clients[0]).toMatchObject({ isSilent: false });
});

it('fences a silent client for the floor of one that waits, though nobody lacks anything', () => {
  const scene = new Scene({ capacity: 2 });
  scene.join('a', 0, { floor: 2 });
  scene.clients.delete('a');
  scene.now = 1100;
  const b = scene.join('b');
  expect(b.last).toMatchObject({ kind: 'refusal', reason: 'full' });
  expect(scene.fences()).toEqual(['a#1']);
});

it('is due when a lease ends, when a fence is tried again, and when its strategy moves', () => {
  const scene = new Scene({ strategy: 'fixed', capacity: 2 });
  expect(scene.allocator.dueMs).toBe(Infinity);
  scene.join('a', 5, { floor: 2 });
  expect(scene.allocator.dueMs).toBe(1100);
  scene.clients.delete('a');
  scene.now = 1100;
  scene.join('b', 5);
  const client = { name: 'a', incarnation: 'a#1', floor: 2 };
  scene.handle({ kind: 'fence-failed', client });
  expect(scene.allocator.dueMs).toBe(1600);
  const moving = new Scene({ strategy: meanStrategy({ everyMs: 100 }) });
  moving.join('a', 1);
  expect(moving.allocator.dueMs).toBe(100);
});

it('is due at the earliest of what is to come, and not at what is past', () => {
  const scene = new Scene({ strategy: 'fixed', fenceRetryMs: 5000 });
  scene.join('a', 5, { ceiling: 50 });
  scene.now = 500;
  const b = scene.join('b', 5);
  expect(scene.allocator.dueMs).toBe(1100);
  scene.now = 1100;
  scene.tell(b);
  // Nobody wants anything of the silent one.
  expect(scene.fences()).toEqual([]);
  expect(scene.allocator.dueMs).toBe(2200);
  scene.join('a', 5, { incarnation: 'a#2' });
  scene.handle({ kind: 'fence-failed', client: { name: 'a', incarnation: 'a#1', floor: 1 } });
  expect(scene.fences()).toEqual(['a#1']);
  expect(scene.allocator.dueMs).toBe(2200);
});
