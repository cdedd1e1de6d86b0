import { expect, it } from 'vitest';
import { Scene } from '../../test/allocator-scene.ts';

it('shows of each client what it last reported', () => {
  const scene = new Scene({ capacity: 20 });
  const a = scene.join('a', 10);
  a.apply();
  const reported = { inUse: 5, idle: 1, opening: 2, closing: 3, queued: 4, longestWaitMs: 50 };
  scene.now = 1000;
  scene.tell(a, { ...reported, failures: 3, completed: 1 });
  const [shown] = scene.allocator.snapshot(scene.now).clients;
  expect(shown).toMatchObject({ ...reported, failures: 3, completed: 1, failureRate: 0.75 });
  expect(shown!.usedRate).toBe(5 / shown!.max);
});

it('shows of a client that waits that it may have nothing, and uses none of it', () => {
  const scene = new Scene({ capacity: 2 });
  scene.join('a', 0, { floor: 2 });
  scene.join('b', 5, { floor: 2 });
  expect(scene.allocator.snapshot(0).clients[1]).toMatchObject({
    state: 'waiting',
    floor: 2,
    min: 0,
    max: 0,
    usedRate: 0,
  });
});

it('counts reports, grants and refusals, and fences with those that failed', () => {
  const scene = new Scene({ capacity: 2 });
  scene.join('a', 0, { floor: 2 });
  scene.now = 1100;
  scene.join('b');
  scene.handle({ kind: 'fence-failed', client: { name: 'a', incarnation: 'a#1', floor: 2 } });
  expect(scene.allocator.snapshot(scene.now).counts).toMatchObject({
    reports: 2,
    grants: 1,
    refusals: scene.clients.get('b')!.replies.length,
    fences: 1,
    fencesFailed: 1,
  });
  expect(scene.clients.get('b')!.last).toMatchObject({ kind: 'refusal' });
});
