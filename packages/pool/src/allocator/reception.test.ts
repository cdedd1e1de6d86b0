import { expect, it } from 'vitest';
import { Scene, SceneClient } from '../../test/allocator-scene.ts';
import type { LeaseReport } from './messages.ts';

it('keeps for a client what a grant under way permits, though a later one was applied', () => {
  const scene = new Scene({ capacity: 10 });
  const a = scene.join('a', 10);
  const first = a.grant!;
  expect(first.max).toBe(10);
  // It reports before the grant has come: nothing that it says lowers what it may open.
  scene.tell(a, { max: 0 });
  expect(scene.allocator.snapshot(0).clients[0]!.held).toBe(10);
});

it('ignores reports that were overtaken or repeated, and counts them', () => {
  const scene = new Scene();
  const a = scene.join('a', 10);
  scene.tell(a, { sequence: 5, queued: 20 });
  const before = scene.maxima;
  expect(scene.tell(a, { sequence: 4, queued: 90 })).toEqual([]);
  expect(scene.tell(a, { sequence: 5, queued: 90 })).toEqual([]);
  expect(scene.maxima).toEqual(before);
  expect(scene.allocator.snapshot(0).counts.ignored).toBe(2);
});

it('frees everything at once with a goodbye, and nothing before nothing is open', () => {
  const scene = new Scene({ capacity: 10 });
  const a = scene.join('a', 10);
  scene.settle();
  scene.tell(a, { isLeaving: true, max: 0, inUse: 1, queued: 0 });
  expect(a.last!.kind).toBe('grant');
  scene.tell(a, { inUse: 0 });
  expect(a.last!.kind).toBe('farewell');
  expect(scene.allocator.snapshot(scene.now).reserved).toBe(0);
  expect(scene.actions.at(-1)!.kind).toBe('reply');
  expect(scene.actions).toContainEqual({
    kind: 'forget',
    client: { name: 'a', incarnation: 'a#1', floor: 1 },
  });
  // A late report of it is not taken for somebody new.
  scene.tell(a, { isLeaving: false, epoch: 0, queued: 3 });
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
});

it('says nothing more than that it was superseded once its store is of a later epoch', () => {
  const scene = new Scene();
  const a = scene.join('a', 1);
  expect(scene.tell(a, { epoch: 2 })).toEqual([{ kind: 'read-epoch', heard: 2 }]);
  scene.handle({ kind: 'epoch-read', epoch: 3 });
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'superseded', answers: 2 });
  expect(scene.allocator.snapshot(0).supersededBy).toBe(3);
  expect(scene.allocator.dueMs).toBe(Infinity);
  scene.tell(a, { epoch: 1 });
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'superseded', answers: 3 });
  scene.now = 10_000;
  expect(scene.handle({ kind: 'forget', name: 'a' })).toEqual([]);
  expect(scene.allocator.snapshot(scene.now).clients).toHaveLength(1);
});

it('refuses a report of an epoch that never was, takes a goodbye of it, and goes on for everyone else', () => {
  const scene = new Scene();
  const a = scene.join('a', 1);
  const stray = scene.join('b', 1, { epoch: 9, appliedGrant: 3, max: 4 });
  expect(scene.tell(stray)).toEqual([]);
  scene.handle({ kind: 'epoch-read', epoch: undefined });
  expect(stray.replies).toEqual([]);
  scene.tell(stray);
  scene.handle({ kind: 'epoch-read', epoch: 1 });
  expect(stray.replies).toMatchObject([{ kind: 'refusal', reason: 'fenced', answers: 3 }]);
  scene.tell(stray, { isLeaving: true, max: 0, queued: 0 });
  scene.handle({ kind: 'epoch-read', epoch: 1 });
  expect(stray.last).toMatchObject({ kind: 'farewell', answers: 4 });
  scene.tell(a);
  expect(a.last!.kind).toBe('grant');
  expect(scene.allocator.snapshot(0).supersededBy).toBe(undefined);
});

const counts = [
  'epoch',
  'appliedGrant',
  'max',
  'inUse',
  'idle',
  'opening',
  'closing',
  'queued',
  'failures',
  'completed',
  'floor',
  'ceiling',
] as const;

type Refused = [change: Partial<LeaseReport>, type: typeof RangeError, message: RegExp | string];
const refused: Refused[] = [
  [{ client: '' }, RangeError, /`client` to have 1 to 200 characters, got 0/],
  [{ client: 'c'.repeat(201) }, RangeError, /`client` to have 1 to 200 characters, got 201/],
  [{ incarnation: '' }, RangeError, /`incarnation` to have 1 to 200 characters, got 0/],
  ...counts.flatMap((name) =>
    [-1, 1.5, 2 ** 53].map(
      (value): Refused => [{ [name]: value }, RangeError, `\`${name}\` to be an integer from 0`],
    ),
  ),
  [{ sequence: 0 }, RangeError, /`sequence` to be an integer ≥ 1/],
  [{ longestWaitMs: -1 }, RangeError, /`longestWaitMs` to be a number ≥ 0/],
  [{ serviceMs: Number.NaN }, RangeError, /`serviceMs` to be a number ≥ 0/],
  [{ weight: 0 }, RangeError, /`weight`/],
  [{ weight: 1e6 + 1 }, RangeError, /`weight`/],
];

it.each(refused)('refuses the report %o by name', (change, type, message) => {
  const { allocator } = new Scene();
  const { report } = new SceneClient('a', { sequence: 1, ...change });
  const handle = () => allocator.handle({ kind: 'report', report }, 0);
  expect(handle).toThrow(type);
  expect(handle).toThrow(message);
});

it('answers together what it hears within a pace, and nothing in between', () => {
  const scene = new Scene({ paceMs: 5 });
  const [a, b] = [scene.join('a', 5), scene.join('b', 5)];
  for (scene.now = 5; scene.now < 20; scene.now += 5) scene.handle({ kind: 'tick' });
  expect([a.grant, b.grant]).toMatchObject([{ answers: 1 }, { answers: 1 }]);
  scene.tell(a, { queued: 50 });
  expect(a.grant).toMatchObject({ answers: 2 });
  const told = b.replies.length;
  scene.now = 22;
  scene.tell(b, { queued: 1 });
  scene.tell(b, { queued: 2 });
  scene.now = 24.9;
  scene.handle({ kind: 'tick' });
  expect([b.replies.length, scene.allocator.dueMs]).toEqual([told, 25]);
  scene.now = 25;
  scene.handle({ kind: 'tick' });
  expect(b.replies.slice(told)).toMatchObject([{ kind: 'grant', answers: 3 }]);
});

it('sets its pace by the number of its clients', () => {
  const scene = new Scene({ capacity: 5000 });
  const clients = Array.from({ length: 1000 }, (_, i) => scene.join(`${i}`, 1, { floor: 0 }));
  scene.now = 10;
  scene.tell(clients[0]!);
  scene.tell(clients[1]!);
  expect(clients[1]!.replies.some(({ answers }) => answers === 2)).toBe(false);
  expect(scene.allocator.dueMs).toBe(12);
});

it('counts a client that has more open than it was granted, and not one that has its floor', () => {
  const scene = new Scene({ capacity: 10 });
  const a = scene.join('a', 0, { floor: 3 });
  a.apply();
  scene.tell(a, { inUse: 3, max: 3 });
  expect(scene.allocator.snapshot(0).counts.overdrawn).toBe(0);
  scene.tell(a, { inUse: 20 });
  expect(scene.allocator.snapshot(0)).toMatchObject({ counts: { overdrawn: 1 }, reserved: 20 });
});

it('takes no part of a grant, nor what was granted before, for more than was granted', () => {
  const scene = new Scene({ capacity: 3 });
  const a = scene.join('a', 9, { floor: 2 });
  expect(a.grant!.max).toBe(3);
  a.apply();
  scene.tell(a);
  // It gave everything back, and may have its floor again without being told.
  scene.tell(a, { appliedGrant: a.grant!.sequence, max: 0, inUse: 0, queued: 0 });
  scene.tell(a, { max: 2, inUse: 2 });
  expect(scene.allocator.snapshot(0).counts.overdrawn).toBe(0);
});

it('believes nothing that a client says to have while it waits', () => {
  const scene = new Scene({ capacity: 2 });
  scene.join('a', 0, { floor: 2 });
  const b = scene.join('b');
  scene.tell(b, { epoch: 1, appliedGrant: 1, max: 3, inUse: 3 });
  expect(b.last).toMatchObject({ kind: 'refusal', reason: 'full' });
  expect(scene.allocator.snapshot(0).reserved).toBe(2);
});
