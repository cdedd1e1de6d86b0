import { expect, it } from 'vitest';
import { leaseReport } from '../../test/lease-report.ts';
import { type Allocator, createAllocator } from './allocator.ts';
import type { AllocatorAction } from './events.ts';
import type { LeaseGrant, LeaseReply, LeaseReport } from './messages.ts';
import type { AllocatorOptions } from './options.ts';
import { fairStrategy } from './strategies/fair.ts';
import { meanStrategy } from './strategies/mean.ts';

/** A client that does what it is told, when it is told to. */
class Client {
  readonly name: string;
  report: LeaseReport;
  grant: LeaseGrant | undefined;
  readonly replies: LeaseReply[] = [];

  constructor(name: string, change: Partial<LeaseReport> = {}) {
    this.name = name;
    this.report = leaseReport(name, { sequence: 0, ceiling: 1000, ...change });
  }

  get last(): LeaseReply | undefined {
    return this.replies.at(-1);
  }

  /** Applies the last grant; of what it needs it has what it may. */
  apply(): void {
    const { epoch, sequence, max } = this.grant!;
    const need = this.report.inUse + this.report.queued;
    const inUse = Math.min(need, max);
    this.report = { ...this.report, epoch, appliedGrant: sequence, max, inUse, queued: need - inUse };
  }
}

/** An allocator and its clients, whose messages are delivered when the test says so. */
class Scene {
  readonly allocator: Allocator;
  readonly clients = new Map<string, Client>();
  now = 0;
  actions: AllocatorAction[] = [];

  constructor(options: Partial<AllocatorOptions> = {}) {
    this.allocator = createAllocator({ capacity: 100, learnMs: 0, leaseMs: 1000, marginMs: 100, ...options });
  }

  /** Takes a client in and has it at work: its need is what it says. */
  join(name: string, need = 0, change: Partial<LeaseReport> = {}): Client {
    const client = new Client(name, { queued: need, ...change });
    this.clients.set(name, client);
    this.tell(client);
    return client;
  }

  tell(client: Client, change: Partial<LeaseReport> = {}): AllocatorAction[] {
    client.report = { ...client.report, ...change, sequence: change.sequence ?? client.report.sequence + 1 };
    return this.handle({ kind: 'report', report: client.report });
  }

  handle(event: Parameters<Allocator['handle']>[0]): AllocatorAction[] {
    const actions = this.allocator.handle(event, this.now);
    this.actions.push(...actions);
    this.allocator.checkRule();
    for (const action of actions) {
      if (action.kind === 'admit') this.handle({ kind: 'admitted', client: action.client });
      if (action.kind !== 'reply') continue;
      const client = this.clients.get(action.reply.client);
      client?.replies.push(action.reply);
      if (client && action.reply.kind === 'grant') client.grant = action.reply;
    }
    return actions;
  }

  /** Everyone applies what was granted and says so, until nothing moves any more. */
  settle(): void {
    for (let round = 0; round < 20; round++) {
      for (const client of this.clients.values()) {
        if (client.grant) client.apply();
        this.tell(client);
      }
      this.now += 100;
    }
  }

  get maxima(): number[] {
    return this.allocator.snapshot(this.now).clients.map(({ max }) => max);
  }

  fences(): string[] {
    return this.actions.flatMap((action) => (action.kind === 'fence' ? action.client.incarnation : []));
  }
}

it('gives everyone what it needs and shares out most of the rest', () => {
  const scene = new Scene();
  scene.join('a', 10);
  // A quarter of the rest is kept: who comes next finds it without waiting for anyone.
  expect(scene.clients.get('a')!.grant!.max).toBe(77);
  scene.join('b', 40);
  scene.settle();
  const [a, b] = scene.maxima as [number, number];
  expect(a).toBeGreaterThan(15);
  expect(b).toBeGreaterThan(45);
  expect(a + b).toBeGreaterThan(80);
});

it('shares in proportion to the need when there is too little, beyond a protected part', () => {
  const scene = new Scene();
  for (const [name, need] of Object.entries({ a: 15, b: 30, c: 80, d: 150 })) scene.join(name, need);
  scene.settle();
  const [a, b, c, d] = scene.maxima as [number, number, number, number];
  expect(a + b + c + d).toBe(100);
  expect(a).toBeGreaterThanOrEqual(6);
  for (const [need, max] of [
    [30, b],
    [80, c],
    [150, d],
  ] as const)
    expect(need / max).toBeCloseTo(2.75, -0.5);
});

it('gives a small client its protected part whatever a noisy neighbour asks for', () => {
  const scene = new Scene();
  scene.join('quiet', 5);
  scene.join('noisy', 900);
  scene.settle();
  expect(scene.maxima[0]).toBe(5);
  expect(scene.maxima[1]).toBe(95);
});

it('shares by weight', () => {
  const scene = new Scene({ strategy: 'fixed' });
  scene.join('a', 0, { weight: 3 });
  scene.join('b', 0, { weight: 1 });
  scene.settle();
  expect(scene.maxima).toEqual([75, 25]);
});

it('follows the moving average of what was used with the strategy `mean`', () => {
  const scene = new Scene({ strategy: meanStrategy({ everyMs: 100 }) });
  scene.join('a', 60);
  scene.join('b', 20);
  scene.settle();
  const [a, b] = scene.maxima as [number, number];
  // The averages still move, and what one has given up the other has at the next step.
  expect(a + b).toBeGreaterThanOrEqual(98);
  expect(a / b).toBeGreaterThan(2);
});

it('gives nothing on before the one that it is taken from says that it is closed', () => {
  const scene = new Scene();
  const a = scene.join('a', 100);
  scene.settle();
  expect(scene.maxima).toEqual([100]);
  const b = scene.join('b', 100);
  // It waits for room for its floor, which is being taken back.
  expect(b.last).toMatchObject({ kind: 'refusal', reason: 'full' });
  expect(a.grant!.max).toBe(99);
  a.apply();
  // Two are lent yet beyond the new maximum: it has been applied, but nothing was closed.
  scene.tell(a, { inUse: 100 });
  expect(b.grant).toBeUndefined();
  // One is being closed: that is not closed.
  scene.tell(a, { inUse: 99, closing: 1 });
  expect(b.grant).toBeUndefined();
  scene.tell(a, { inUse: 99, closing: 0 });
  expect(b.grant).toMatchObject({ kind: 'grant', max: 1 });
  scene.settle();
  expect(scene.maxima).toEqual([50, 50]);
});

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
  // What comes late of it is not taken for somebody new.
  scene.tell(a, { isLeaving: false, epoch: 0, queued: 3 });
  expect(a.last).toMatchObject({ kind: 'refusal', reason: 'fenced' });
});

it('refuses another process of the same name while the first lives, and says why', () => {
  const scene = new Scene();
  scene.join('a', 1);
  const twin = new Client('a', { incarnation: 'a#2' });
  const [action] = scene.tell(twin);
  expect(action).toMatchObject({ reply: { kind: 'refusal', reason: 'name-taken', incarnation: 'a#2' } });
});

it('lets another process of the same name in once the first is silent, fenced and gone', () => {
  const scene = new Scene();
  scene.join('a', 1);
  scene.now = 1100;
  const twin = new Client('a', { incarnation: 'a#2' });
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

const known = [
  { name: 'a', incarnation: 'a#1', floor: 1 },
  { name: 'b', incarnation: 'b#1', floor: 1 },
];

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
  const scene = new Scene({ capacity: 10, epoch: 2, known, learnMs: 1100, silent: 'hold' });
  const b = scene.join('b', 0, { epoch: 1, appliedGrant: 9, max: 4, inUse: 4 });
  b.apply();
  scene.tell(b);
  scene.now = 1100;
  scene.tell(b, { queued: 9 });
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

it('admits nobody for whose floor there is no room, and squeezes nobody for it', () => {
  const scene = new Scene({ capacity: 4 });
  scene.join('a', 4, { floor: 2 });
  scene.join('b', 4, { floor: 2 });
  scene.settle();
  const c = scene.join('c', 1, { floor: 1 });
  expect(c.last).toMatchObject({ kind: 'refusal', reason: 'full' });
  expect(scene.maxima.slice(0, 2)).toEqual([2, 2]);
});

it('reserves floors though they are not used', () => {
  const scene = new Scene({ capacity: 10 });
  scene.join('a', 0, { floor: 4 });
  scene.join('b', 100, { floor: 0 });
  scene.settle();
  expect(scene.maxima).toEqual([4, 6]);
});

it('does not move for a difference within the band, nor for a moment without need', () => {
  const scene = new Scene();
  const a = scene.join('a', 100);
  scene.join('b', 100);
  scene.settle();
  expect(scene.maxima).toEqual([50, 50]);
  scene.tell(a, { queued: 55 });
  scene.tell(a, { queued: 45 });
  expect(scene.maxima).toEqual([50, 50]);
  // That a need has gone is not believed at once.
  scene.tell(a, { inUse: 20, queued: 0 });
  expect(scene.maxima[0]).toBeGreaterThan(20);
  scene.now += 500;
  scene.handle({ kind: 'tick' });
  expect(scene.maxima[0]).toBeLessThan(20);
});

it.each([
  [{ client: '' }, RangeError, /`client` to have 1 to 200 characters, got 0/],
  [{ inUse: -1 }, RangeError, /`inUse` to be an integer from 0/],
  [{ max: 1.5 }, RangeError, /`max`/],
  [{ weight: 0 }, RangeError, /`weight`/],
  [{ sequence: 0 }, RangeError, /`sequence` to be an integer ≥ 1/],
])('refuses the report %o by name', (change, type, message) => {
  const { allocator } = new Scene();
  const { report } = new Client('a', { sequence: 1, ...change });
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

it.each([
  [{ capacity: 0 }, /`capacity` to be an integer ≥ 1, got `0`/],
  [{ capacity: 5, spare: 5 }, /`spare` to be an integer from 0 to 4/],
  [{ capacity: 5, comfortable: 6 }, /`comfortable`/],
  [{ capacity: 5, strategy: 'best' as never }, /`strategy` to be one of fixed, mean, fair, got `best`/],
  [{ capacity: 5, leaseMs: 0 }, /`leaseMs`/],
  [{ capacity: 5, paceMs: -1 }, /`paceMs`/],
  [{ capacity: 5, known: [known[0]!, known[0]!] }, /`known` to have each incarnation once, got `a#1` of `a`/],
])('refuses the options %o by name', (options, message) => {
  expect(() => createAllocator(options)).toThrow(message);
});

it.each([
  [() => fairStrategy({ band: 2 }), /`band` to be a number from 0 to 1, got `2`/],
  [() => fairStrategy({ memoryMs: 0 }), /`memoryMs` to be a number ≥ 1/],
  [() => meanStrategy({ everyMs: 0 }), /`everyMs` to be a number ≥ 1/],
  [() => meanStrategy({ newest: -1 }), /`newest`/],
])('refuses options of a strategy by name', (create, message) => {
  expect(create).toThrow(message);
});

it('shares by a strategy of its user, which remembers what it likes of each client', () => {
  const order = new WeakMap<object, number>();
  let joined = 0;
  const scene = new Scene({
    strategy: {
      name: 'first come',
      begin: () => ({
        share: (clients, room) => {
          for (const client of clients) if (!order.has(client)) order.set(client, joined++);
          const all = clients.map((client) => {
            const target = order.get(client) === 0 ? room - clients.length + 1 : 1;
            return { client, target, low: target, keep: target };
          });
          return { all, isScarce: true };
        },
        nextMs: () => Infinity,
      }),
    },
  });
  scene.join('a', 1);
  scene.join('b', 1);
  scene.settle();
  expect(scene.maxima).toEqual([99, 1]);
  expect(scene.allocator.snapshot(0)).toMatchObject({ strategy: 'first come', isScarce: true });
});
