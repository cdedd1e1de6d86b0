import { expect, it } from 'vitest';
import { Scene, SceneClient } from '../../test/allocator-scene.ts';
import type { LeaseReport } from './messages.ts';

it('refuses another process of the same name while the first lives, and says why', () => {
  const scene = new Scene();
  scene.join('a', 1);
  const twin = new SceneClient('a', { incarnation: 'a#2' });
  const [action] = scene.tell(twin);
  expect(action).toMatchObject({ reply: { kind: 'refusal', reason: 'name-taken', incarnation: 'a#2' } });
});

it('lets another process of the same name in once the first is silent, fenced and gone', () => {
  const scene = new Scene();
  scene.join('a', 1);
  scene.now = 1100;
  const twin = new SceneClient('a', { incarnation: 'a#2' });
  scene.clients.set('a', twin);
  scene.tell(twin);
  expect(twin.last).toMatchObject({ kind: 'refusal', reason: 'name-taken' });
  expect(scene.fences()).toEqual(['a#1']);
  scene.handle({ kind: 'fenced', client: { name: 'a', incarnation: 'a#1', floor: 1 } });
  scene.tell(twin);
  expect(twin.last).toMatchObject({ kind: 'grant', incarnation: 'a#2' });
});

it('takes nothing from a silent client before it was fenced, and fences it only when that is wanted', () => {
  const scene = new Scene({ capacity: 10 });
  const a = scene.join('a', 5);
  scene.settle();
  scene.clients.delete('a');
  const b = scene.join('b', 1);
  scene.now += 1100;
  scene.tell(b);
  expect(scene.fences()).toEqual([]);
  scene.tell(b, { queued: 10 });
  expect(scene.fences()).toEqual(['a#1']);
  expect(b.grant!.max).toBeLessThan(10);
  // It does not go through: it is tried again.
  const client = { name: 'a', incarnation: 'a#1', floor: 1 };
  scene.handle({ kind: 'fence-failed', client });
  scene.now += 500;
  scene.handle({ kind: 'tick' });
  expect(scene.fences()).toHaveLength(2);
  // It is back, but it may be barred already: it has to begin again.
  scene.tell(a);
  expect(a.report.epoch).toBe(1);
  expect(scene.actions.at(-1)).toMatchObject({ reply: { kind: 'refusal', reason: 'fenced' } });
  // Nor does its report keep it from being fenced.
  scene.handle({ kind: 'fence-failed', client });
  scene.now += 500;
  scene.handle({ kind: 'tick' });
  expect(scene.fences()).toHaveLength(3);
  scene.handle({ kind: 'fenced', client });
  expect(b.grant!.max).toBe(10);
});

it('takes a client back that was silent and that nobody wanted anything of', () => {
  const scene = new Scene();
  const a = scene.join('a', 5);
  scene.settle();
  scene.now += 10_000;
  scene.handle({ kind: 'tick' });
  expect(scene.allocator.snapshot(scene.now).clients[0]).toMatchObject({ isSilent: true, state: 'member' });
  scene.tell(a);
  expect(scene.allocator.snapshot(scene.now).clients[0]).toMatchObject({ isSilent: false });
  expect(a.last!.kind).toBe('grant');
});

it('holds what a silent client has for ever if told to', () => {
  const scene = new Scene({ capacity: 10, silent: 'hold' });
  scene.join('a', 10);
  scene.settle();
  scene.clients.delete('a');
  const b = scene.join('b', 10);
  scene.now += 100_000;
  scene.tell(b);
  expect(b.grant).toBeUndefined();
  expect(scene.fences()).toEqual([]);
});

it('forgets a silent client when an operator says so, floor and all, but no other', () => {
  const scene = new Scene({ capacity: 10, silent: 'hold' });
  const a = scene.join('a', 10);
  scene.settle();
  const b = scene.join('b', 10);
  scene.handle({ kind: 'forget', name: 'a' });
  scene.tell(b);
  expect(b.last).toMatchObject({ kind: 'refusal', reason: 'full' });
  scene.now += 1100;
  expect(scene.handle({ kind: 'forget', name: 'a' })).toContainEqual({
    kind: 'forget',
    client: { name: 'a', incarnation: 'a#1', floor: 1 },
  });
  scene.tell(b);
  expect(b.grant!.max).toBe(10);
  scene.tell(a);
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
});

it('forgets a client that only waited when it asks no more', () => {
  const scene = new Scene({ capacity: 2 });
  const a = scene.join('a', 0, { floor: 2 });
  scene.join('b');
  scene.now = 1099;
  scene.tell(a);
  expect(scene.allocator.snapshot(scene.now).clients).toHaveLength(2);
  scene.now = 1100;
  scene.tell(a);
  expect(scene.allocator.snapshot(scene.now).clients).toMatchObject([{ name: 'a' }]);
});

it('fences again one that may be barred already, though nobody wants anything of it any more', () => {
  const scene = new Scene({ capacity: 2 });
  scene.join('a', 0, { floor: 2 });
  scene.now = 1100;
  const b = scene.join('b');
  scene.tell(b, { isLeaving: true });
  expect(b.last!.kind).toBe('farewell');
  scene.handle({ kind: 'fence-failed', client: { name: 'a', incarnation: 'a#1', floor: 2 } });
  scene.now += 500;
  scene.handle({ kind: 'tick' });
  expect(scene.fences()).toEqual(['a#1', 'a#1']);
});

it('does not fence for its name a client that has reported since another asked for that', () => {
  const scene = new Scene();
  const a = scene.join('a', 1);
  scene.tell(new SceneClient('a', { incarnation: 'a#2' }));
  scene.tell(a);
  scene.now += 1100;
  scene.handle({ kind: 'tick' });
  expect(scene.fences()).toEqual([]);
});

it('bars an incarnation of a name that another has, when it had a grant or has left', () => {
  const scene = new Scene();
  const first = scene.join('a', 0);
  scene.tell(first, { isLeaving: true });
  expect(first.last!.kind).toBe('farewell');
  scene.join('a', 1, { incarnation: 'a#2' });
  const reply = (change: Partial<LeaseReport>) => scene.tell(new SceneClient('a', change)).at(-1);
  const refusal = (reason: string) => ({ reply: { kind: 'refusal', reason } });
  expect(reply({ incarnation: 'a#1' })).toMatchObject(refusal('fenced'));
  expect(reply({ incarnation: 'a#3' })).toMatchObject(refusal('name-taken'));
  expect(reply({ incarnation: 'a#4', epoch: 1, max: 3, inUse: 3 })).toMatchObject(refusal('fenced'));
});
