import { describe, expect, it } from 'vitest';
import { Scene, type SceneClient } from '../../test/allocator-scene.ts';
import type { LeaseReport } from './messages.ts';
import { meanStrategy } from './strategies/mean.ts';

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
  // The end of a need is not believed at once.
  scene.tell(a, { inUse: 20, queued: 0 });
  expect(scene.maxima[0]).toBeGreaterThan(20);
  scene.now += 500;
  scene.handle({ kind: 'tick' });
  expect(scene.maxima[0]).toBeLessThan(20);
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

it('takes everything back from a client that leaves, once, and gives it nothing though it waits', () => {
  const scene = new Scene({ capacity: 10 });
  const a = scene.join('a', 10, { floor: 2 });
  scene.settle();
  scene.tell(a, { isLeaving: true });
  expect(a.grant).toMatchObject({ max: 0, min: 0, floor: 0 });
  scene.tell(a, { queued: 5 });
  expect(a.grant!.max).toBe(0);
  const replies = a.replies.length;
  scene.join('b', 5);
  expect(a.replies).toHaveLength(replies);
});

it('takes nothing from anyone for a floor for which there can be no room beside the others', () => {
  const scene = new Scene({ capacity: 4 });
  const a = scene.join('a', 4, { floor: 2 });
  scene.settle();
  expect(a.grant!.max).toBe(4);
  expect(scene.join('b', 0, { floor: 3 }).last).toMatchObject({ reason: 'full' });
  expect(a.grant!.max).toBe(4);
  // There can be room for one of these, but then not for the other.
  const c = scene.join('c', 0, { floor: 1 });
  const d = scene.join('d', 0, { floor: 2 });
  expect(a.grant!.max).toBe(3);
  a.apply();
  scene.tell(a);
  expect([c.grant!.max, d.last]).toMatchObject([1, { reason: 'full' }]);
});

it('lets nobody whose floor is smaller in before one that waits for room', () => {
  const scene = new Scene({ capacity: 4 });
  const a = scene.join('a', 4);
  scene.settle();
  const b = scene.join('b', 0, { floor: 2 });
  a.apply();
  scene.tell(a, { inUse: 3 });
  expect(scene.join('c', 0).last).toMatchObject({ reason: 'full' });
  scene.tell(a, { inUse: 2 });
  expect(b.grant!.max).toBe(2);
});

describe('with a comfortable number of connections', () => {
  /** Two clients at work, which need far more than is comfortable. */
  function atWork(change: Partial<LeaseReport> = {}) {
    const scene = new Scene({ comfortable: 32, leaseMs: 10_000 });
    const [a, b] = [scene.join('a', 100), scene.join('b', 100, change)];
    scene.settle();
    /** What they report of a quarter of a second; answers the total after it. */
    const work = (...changes: [Partial<LeaseReport>, Partial<LeaseReport>]) => {
      for (const [i, client] of [a, b].entries()) {
        client.apply();
        scene.tell(client, changes[i]);
      }
      scene.now += 250;
      scene.handle({ kind: 'tick' });
      return scene.allocator.snapshot(scene.now).total;
    };
    return { scene, a, b, work };
  }

  it('shares no more before it is known to help, nor for a moment while they are taken back', () => {
    const scene = new Scene({ comfortable: 32 });
    const a = scene.join('a', 100);
    expect(a.grant!.max).toBe(32);
    a.apply();
    scene.tell(a);
    const b = scene.join('b', 100);
    // Its floor, and nothing else.
    expect(b.grant!.max).toBe(1);
    expect(scene.allocator.snapshot(0).total).toBe(32);
    scene.settle();
    expect(scene.maxima).toEqual([16, 16]);
  });

  it('shares more while queries take no longer for it, and fewer again when they do', () => {
    const { work } = atWork();
    const done = (times: number, serviceMs: number) => ({ completed: 100 * times, serviceMs });
    expect(work(done(1, 1000), done(1, 1000))).toBe(34);
    expect(work(done(2, 2000), done(2, 2000))).toBe(36);
    // Twice as long.
    expect(work(done(3, 4000), done(3, 4000))).toBe(32);
  });

  it('shares no more for clients that have as many as they need', () => {
    const { scene, a, b, work } = atWork();
    const enough = (client: SceneClient) => ({ inUse: client.grant!.max, queued: 0 });
    scene.tell(a, enough(a));
    scene.tell(b, enough(b));
    const done = { completed: 100, serviceMs: 1000 };
    expect(work({ ...done, ...enough(a) }, { ...done, ...enough(b) })).toBe(32);
  });

  it('takes counts that went back for nothing done', () => {
    const { scene, work } = atWork({ completed: 500, serviceMs: 5000 });
    expect(scene.allocator.snapshot(scene.now).total).toBe(34);
    // A hundred queries of twice the time.
    expect(work({ completed: 100, serviceMs: 2000 }, { completed: 0, serviceMs: 0 })).toBe(32);
  });
});
