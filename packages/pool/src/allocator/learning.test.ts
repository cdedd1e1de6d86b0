import { expect, it } from 'vitest';
import { Scene } from '../../test/allocator-scene.ts';
import { leaseReport } from '../../test/lease-report.ts';

const known = [
  { name: 'a', incarnation: 'a#1', floor: 1 },
  { name: 'b', incarnation: 'b#1', floor: 1 },
];

/** A lease after a restart: b has four connections and wants more, a was not heard of and may have the other six. */
function holdingForA() {
  const scene = new Scene({ capacity: 10, epoch: 2, known, learnMs: 1100, silent: 'hold' });
  const b = scene.join('b', 0, { epoch: 1, appliedGrant: 9, max: 4, inUse: 4 });
  b.apply();
  scene.tell(b);
  scene.now = 1100;
  scene.tell(b, { queued: 9 });
  return { scene, b };
}

it('grows nothing after a restart before a lease has passed and every known client was heard of', () => {
  const scene = new Scene({ capacity: 10, epoch: 2, known, learnMs: 1100 });
  const a = scene.join('a', 5, { epoch: 1, appliedGrant: 9, max: 4, inUse: 4, queued: 5 });
  expect(a.grant).toMatchObject({ epoch: 2, isConfirmation: true, max: 4 });
  a.apply();
  scene.tell(a);
  expect(a.grant).toMatchObject({ isConfirmation: false, max: 4 });
  const stranger = scene.join('c', 1);
  expect(stranger.last).toMatchObject({ kind: 'refusal', reason: 'learning' });
  scene.now = 1099;
  scene.tell(a);
  expect(a.grant!.max).toBe(4);
  // A lease has passed, but nobody knows what b has.
  scene.now = 1100;
  scene.handle({ kind: 'tick' });
  expect(scene.allocator.snapshot(scene.now).isLearning).toBe(true);
  expect(scene.fences()).toEqual(['b#1']);
  scene.tell(a);
  expect(a.grant!.max).toBe(4);
  scene.handle({ kind: 'fenced', client: known[1]! });
  expect(scene.actions).toContainEqual({ kind: 'learned' });
  expect(a.grant!.max).toBeGreaterThan(4);
});

it('grows nothing for a lease after a restart though every known client was heard of', () => {
  const scene = new Scene({ capacity: 10, epoch: 2, known: [known[0]!], learnMs: 1100 });
  const a = scene.join('a', 9, { epoch: 1, appliedGrant: 9, max: 0, queued: 9 });
  // Its floor it may have in any case.
  expect(a.grant).toMatchObject({ isConfirmation: true, max: 1 });
  a.apply();
  for (scene.now of [0, 500, 1099]) scene.tell(a);
  expect(a.grant!.max).toBe(1);
  scene.now = 1100;
  scene.tell(a);
  expect(a.grant!.max).toBeGreaterThan(1);
});

it('with `hold` shares after a restart what others give back, and keeps what the unheard of may have', () => {
  const { scene, b } = holdingForA();
  // Whatever a has of the other six it may have still.
  expect(b.grant!.max).toBe(4);
  expect(scene.allocator.snapshot(scene.now)).toMatchObject({ isLearning: true, reserved: 10 });
  const c = scene.join('c', 9);
  expect(c.last).toMatchObject({ kind: 'refusal', reason: 'learning', waitsFor: 'a' });
  scene.settle();
  expect(c.grant!.max).toBeGreaterThan(0);
  expect(b.grant!.max + c.grant!.max).toBe(4);
  scene.now += 100_000;
  scene.settle();
  expect(b.grant!.max + c.grant!.max).toBe(4);
  // It is back, with more than its floor.
  const a = scene.join('a', 0, { epoch: 1, appliedGrant: 9, max: 3, inUse: 3 });
  a.apply();
  scene.settle();
  expect(scene.actions).toContainEqual({ kind: 'learned' });
  expect(a.grant!.max + b.grant!.max + c.grant!.max).toBe(10);
});

it('with `hold` grows again when the unheard of are forgotten, and not before the last of them is', () => {
  const both = [
    { name: 'gone', incarnation: 'gone#1', floor: 2 },
    { name: 'a', incarnation: 'a#1', floor: 0 },
  ];
  const scene = new Scene({ capacity: 4, epoch: 2, known: both, learnMs: 1100, silent: 'hold' });
  scene.now = 1100;
  // It had said goodbye before the restart, and a may have been given its floor.
  scene.handle({ kind: 'forget', name: 'gone' });
  const c = scene.join('c', 9);
  expect(c.last).toMatchObject({ reason: 'learning', waitsFor: 'a' });
  scene.handle({ kind: 'forget', name: 'a' });
  scene.tell(c);
  expect(c.grant!.max).toBe(4);
});

it('takes two known incarnations of a name for two clients', () => {
  const twins = [known[0]!, { ...known[0]!, incarnation: 'a#0' }];
  const scene = new Scene({ capacity: 10, epoch: 2, known: twins, learnMs: 1100 });
  const a = scene.join('a', 5, { epoch: 1, appliedGrant: 9, max: 4, inUse: 4 });
  a.apply();
  scene.tell(a);
  expect(scene.allocator.snapshot(0).clients).toMatchObject([
    { incarnation: 'a#1', state: 'member', held: 4 },
    { incarnation: 'a#0', state: 'unsettled', held: 0 },
  ]);
  scene.now = 1000;
  scene.tell(a);
  scene.now = 1100;
  scene.handle({ kind: 'tick' });
  expect(scene.fences()).toEqual(['a#0']);
  scene.handle({ kind: 'fenced', client: twins[1]! });
  expect(scene.allocator.snapshot(scene.now)).toMatchObject({ isLearning: false });
  expect(a.grant!.max).toBeGreaterThan(4);
});

it('takes a client of an earlier epoch in only while learning, and only if it may not know of everyone', () => {
  const returning = { epoch: 1, appliedGrant: 3, max: 4, inUse: 4, queued: 0 };
  const sure = new Scene({ epoch: 2, learnMs: 1100 });
  expect(sure.join('a', 0, returning).last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
  const unsure = new Scene({ epoch: 2, learnMs: 1100, isKnownComplete: false });
  expect(unsure.join('a', 0, returning).last).toMatchObject({ kind: 'grant', isConfirmation: true, max: 4 });
});

it('is due when it has learned for long enough, and then no more for that', () => {
  const scene = new Scene({ strategy: 'fixed', epoch: 2, known, learnMs: 700 });
  expect(scene.allocator.dueMs).toBe(700);
  const a = scene.join('a', 0, { epoch: 1, appliedGrant: 9, max: 1, inUse: 1 });
  expect(scene.allocator.dueMs).toBe(700);
  scene.now = 700;
  scene.tell(a);
  expect(scene.allocator.dueMs).toBeGreaterThan(700);
});

it('learns what its known clients have, though no lease of theirs is waited for', () => {
  const scene = new Scene({ capacity: 10, epoch: 2, known: [known[0]!], learnMs: 0 });
  expect(scene.allocator.snapshot(0)).toMatchObject({ isLearning: true, reserved: 1 });
  const stranger = scene.join('c', 5);
  expect(stranger.last).toMatchObject({ kind: 'refusal', reason: 'learning' });
});

it('takes no client of an earlier epoch in once it has learned', () => {
  const scene = new Scene({ epoch: 2, learnMs: 1100, isKnownComplete: false });
  scene.now = 1100;
  scene.handle({ kind: 'tick' });
  expect(scene.allocator.snapshot(scene.now).isLearning).toBe(false);
  const returning = scene.join('a', 0, { epoch: 1, appliedGrant: 3, max: 4, inUse: 4 });
  expect(returning.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
});

it('takes no client that it does not know for one of an earlier epoch when it says that it is of this one', () => {
  const scene = new Scene({ epoch: 2, known, learnMs: 1100, isKnownComplete: false });
  const stray = scene.join('c', 0, { epoch: 2, appliedGrant: 3, max: 4, inUse: 4 });
  expect(stray.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
});

it('confirms nothing to a client of an earlier epoch before it is written down', () => {
  const { allocator } = new Scene({ epoch: 2, learnMs: 1100, isKnownComplete: false });
  const report = leaseReport('a', { epoch: 1, appliedGrant: 3, max: 4, inUse: 4 });
  const client = { name: 'a', incarnation: 'a#1', floor: 1 };
  expect(allocator.handle({ kind: 'report', report }, 0)).toEqual([{ kind: 'admit', client }]);
  expect(allocator.handle({ kind: 'admitted', client }, 0)).toMatchObject([
    { reply: { kind: 'grant', max: 4 } },
  ]);
});

it('numbers each confirmation', () => {
  const scene = new Scene({ epoch: 2, known, learnMs: 1100 });
  const a = scene.join('a', 0, { epoch: 1, appliedGrant: 9, max: 1, inUse: 1 });
  scene.tell(a);
  expect(a.replies).toMatchObject([
    { isConfirmation: true, sequence: 1 },
    { isConfirmation: true, sequence: 2 },
  ]);
});

it('says for whom it waits only to one that has to wait for that', () => {
  const scene = new Scene({ epoch: 2, known, learnMs: 1100, maxClients: 2 });
  const c = scene.join('c', 1);
  expect(c.last).toMatchObject({ reason: 'full' });
  expect(c.last).not.toHaveProperty('waitsFor');
});

it('with `hold` takes nothing from anyone for a floor that what the unheard of may have leaves no room for', () => {
  const { scene, b } = holdingForA();
  scene.join('c', 0, { floor: 4 });
  expect(b.grant!.max).toBe(4);
});
