import { createManualClock } from '@inkwire/base';
import { expect, it, vi } from 'vitest';
import { poolAtRest } from '../../test/pool-at-rest.ts';
import type { LeaseGrant, LeaseReply, LeaseReport, RefusalReason } from '../allocator/messages.ts';
import type { LeasedLimits } from '../limits.ts';
import { createLeaseClient } from './lease-client.ts';
import type { LeaseClientOptions } from './lease-client-options.ts';

/** A pool that is what the test says. */
class FakePool {
  limits: LeasedLimits = { min: 0, max: 7 };
  readonly counts = { ...poolAtRest };
  readonly #now: () => number;
  #listener = () => {};
  isWatched = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  setLimits(limits: LeasedLimits): void {
    this.limits = limits;
    this.#listener();
  }

  stats() {
    const { expires } = this.limits;
    const { min, max } = expires && this.#now() >= expires.atMs ? expires.next : this.limits;
    return { ...this.counts, min, max };
  }

  onChange(listener: () => void): Disposable {
    this.#listener = listener;
    this.isWatched = true;
    return {
      [Symbol.dispose]: () => {
        this.#listener = () => {};
        this.isWatched = false;
      },
    };
  }

  /** So many are needed; of these as many are lent as the limits permit. */
  need(count: number): void {
    const inUse = Math.min(count, this.stats().max);
    Object.assign(this.counts, { inUse, queued: count - inUse, total: inUse });
    this.#listener();
  }

  change(counts: Partial<FakePool['counts']>): void {
    Object.assign(this.counts, counts);
    this.#listener();
  }
}

function scene(options: Partial<LeaseClientOptions> = {}) {
  const clock = createManualClock();
  const pool = new FakePool(() => clock.monotonic());
  const sent: LeaseReport[] = [];
  const unheard = () => {};
  let listener: (reply: LeaseReply) => void = unheard;
  let incarnations = 0;
  const client = createLeaseClient({
    pool,
    transport: {
      send: (report) => void sent.push(report),
      onReply: (heard) => {
        listener = heard;
        return {
          [Symbol.dispose]: () => {
            listener = unheard;
          },
        };
      },
    },
    name: 'a',
    incarnation: () => `a#${++incarnations}`,
    floor: 2,
    clock,
    ...options,
  });
  let sequence = 0;
  const answer = () => {
    const { incarnation, sequence: answers } = sent.at(-1)!;
    return { client: 'a', incarnation, epoch: 1, answers };
  };
  const grant = (max: number, change: Partial<LeaseGrant> = {}) =>
    listener({
      kind: 'grant',
      ...answer(),
      sequence: ++sequence,
      min: 0,
      max,
      leaseMs: 1000,
      floor: 2,
      isConfirmation: false,
      ...change,
    });
  const refuse = (reason: RefusalReason) => listener({ kind: 'refusal', ...answer(), reason });
  const bidFarewell = () => listener({ kind: 'farewell', ...answer() });
  return {
    clock,
    pool,
    sent,
    client,
    grant,
    refuse,
    bidFarewell,
    heard: (reply: LeaseReply) => listener(reply),
    isListening: () => listener !== unheard,
  };
}

it('has nothing before the first grant, and asks at once', () => {
  const { pool, sent, client } = scene();
  expect(pool.limits).toEqual({ min: 0, max: 0 });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ incarnation: 'a#1', epoch: 0, sequence: 1, max: 0, floor: 2 });
  expect(client.state).toBe('joining');
});

it('holds a grant from the moment it asked, and falls to its floor', () => {
  const { clock, pool, grant } = scene();
  clock.advance(300);
  grant(20);
  expect(pool.limits).toEqual({ min: 0, max: 20, expires: { atMs: 1000, next: { min: 0, max: 2 } } });
});

it('puts the floor into force when the lease ends, once', () => {
  const { clock, pool, sent, grant } = scene();
  grant(20);
  const set = vi.spyOn(pool, 'setLimits');
  clock.advance(999);
  expect(set).not.toHaveBeenCalled();
  clock.advance(2_000);
  expect(set.mock.calls).toEqual([[{ min: 0, max: 2 }]]);
  expect(sent.at(-1)).toMatchObject({ max: 2 });
});

it('does not hold a grant that comes when it is over', () => {
  const { clock, pool, client, grant, sent } = scene({ replyMs: 5000, tickMs: 5000 });
  clock.advance(1000);
  grant(20);
  expect(pool.limits.max).toBe(0);
  expect(client.counts.ignored).toBe(1);
  expect(sent).toHaveLength(1);
});

it('ignores grants of other incarnations, earlier epochs and earlier sequences, and counts them', () => {
  const { pool, client, grant } = scene();
  grant(20, { epoch: 3, sequence: 7 });
  grant(50, { epoch: 2, sequence: 9 });
  grant(50, { epoch: 3, sequence: 7 });
  grant(50, { epoch: 3, sequence: 8, incarnation: 'a#0' });
  grant(50, { epoch: 3, sequence: 8, answers: 99 });
  expect(pool.limits.max).toBe(20);
  expect(client.counts).toMatchObject({ grants: 1, ignored: 4 });
  grant(50, { epoch: 3, sequence: 8 });
  expect(pool.limits.max).toBe(50);
});

it('is raised by a confirmation to its floor only', () => {
  const { pool, grant } = scene();
  grant(1);
  grant(20, { isConfirmation: true });
  expect(pool.limits.max).toBe(2);
  grant(10);
  grant(5, { isConfirmation: true });
  expect(pool.limits.max).toBe(5);
  // Nor does the first grant of another epoch raise it.
  grant(20, { epoch: 2 });
  expect(pool.limits.max).toBe(5);
});

it('says at once that it starves, and then not more often than the gap permits', () => {
  const { clock, pool, sent, grant } = scene({ gapMs: 5 });
  grant(4);
  clock.advance(5);
  expect(sent).toHaveLength(2);
  grant(4);
  clock.advance(100);
  pool.need(6);
  expect(sent).toHaveLength(3);
  expect(sent[2]).toMatchObject({ inUse: 4, queued: 2, max: 4 });
  grant(4);
  for (let need = 7; need < 20; need++) pool.need(need);
  expect(sent).toHaveLength(3);
  clock.advance(5);
  expect(sent).toHaveLength(4);
  expect(sent[3]).toMatchObject({ queued: 15 });
});

it('has one report under way, and sends another when no reply has come for a while', () => {
  const { clock, pool, sent } = scene({ replyMs: 250 });
  pool.need(5);
  clock.advance(249);
  expect(sent).toHaveLength(1);
  clock.advance(1);
  expect(sent).toHaveLength(2);
});

it('says that a smaller grant was applied, and each time that more of it is fulfilled', () => {
  const { clock, pool, sent, grant } = scene();
  grant(10);
  clock.advance(5);
  pool.need(10);
  clock.advance(100);
  grant(4);
  clock.advance(5);
  expect(sent.at(-1)).toMatchObject({ appliedGrant: 2, max: 4, inUse: 10 });
  grant(4);
  pool.change({ inUse: 9, closing: 1 });
  clock.advance(5);
  expect(sent.at(-1)).toMatchObject({ inUse: 10 });
  pool.change({ closing: 0, total: 9 });
  clock.advance(5);
  expect(sent.at(-1)).toMatchObject({ inUse: 9, closing: 0 });
});

it('says what it has at least thrice in a lease', () => {
  const { clock, sent, grant } = scene();
  grant(4, { leaseMs: 300 });
  clock.advance(5);
  grant(4, { leaseMs: 300 });
  const before = sent.length;
  clock.advance(100);
  expect(sent.length).toBe(before + 1);
});

it('gives everything back when it was fenced, and comes back as another', () => {
  const { clock, pool, sent, client, grant, refuse, bidFarewell } = scene();
  grant(4);
  clock.advance(5);
  pool.need(3);
  refuse('fenced');
  expect(client.state).toBe('resetting');
  expect(pool.limits).toEqual({ min: 0, max: 0 });
  grant(9);
  expect(pool.limits.max).toBe(0);
  pool.change({ inUse: 0, total: 0, queued: 0 });
  clock.advance(300);
  expect(sent.at(-1)).toMatchObject({ incarnation: 'a#1', isLeaving: true, max: 0, inUse: 0 });
  bidFarewell();
  expect(client.incarnation).toBe('a#2');
  expect(sent.at(-1)).toMatchObject({ incarnation: 'a#2', epoch: 0, sequence: 1, isLeaving: false });
  grant(3, { sequence: 1 });
  expect(pool.limits.max).toBe(3);
  expect(client.counts.fenced).toBe(1);
});

it('begins again where an allocator that has heard of its epoch is of an earlier one', () => {
  const { clock, pool, sent, client, grant, heard } = scene();
  grant(4, { epoch: 9 });
  const { incarnation } = client;
  const late = { client: 'a', incarnation, epoch: 5 };
  // This one had not.
  heard({ kind: 'refusal', ...late, answers: 1, reason: 'fenced' });
  expect(client.state).toBe('leased');
  clock.advance(5);
  expect(sent.at(-1)).toMatchObject({ epoch: 9, sequence: 2 });
  heard({ kind: 'refusal', ...late, answers: 2, reason: 'fenced' });
  expect(client.state).toBe('resetting');
  clock.advance(250);
  heard({ kind: 'farewell', ...late, answers: sent.at(-1)!.sequence });
  expect(sent.at(-1)).toMatchObject({ incarnation: 'a#2', epoch: 0, sequence: 1 });
  grant(3, { epoch: 5, sequence: 1 });
  expect(pool.limits.max).toBe(3);
});

it('says why it is refused to whoever waits for it', async () => {
  const { clock, client, refuse } = scene();
  refuse('name-taken');
  const ready = client.ready({ timeoutMs: 100 });
  clock.advance(100);
  await expect(ready).rejects.toMatchObject({
    code: 'POOL_LEASE_REFUSED',
    retryable: true,
    message: expect.stringMatching(
      /^The allocator refused a: another process has this name.* \(name-taken\)$/,
    ),
  });
  expect(client.refusal).toBe('name-taken');
});

it('says whom an allocator waits for that has begun again', async () => {
  const { clock, client, sent, heard } = scene();
  const { incarnation, sequence: answers } = sent[0]!;
  heard({ kind: 'refusal', client: 'a', incarnation, epoch: 1, answers, reason: 'learning', waitsFor: 'b' });
  const ready = client.ready({ timeoutMs: 100 });
  clock.advance(100);
  await expect(ready).rejects.toThrow(
    /^The allocator refused a: it has begun again.* \(learning\); it waits for b$/,
  );
});

it('rejects a wait that is aborted with the reason, though it was refused, and one that nobody answers as late', async () => {
  const { clock, client, refuse } = scene();
  const late = client.ready({ timeoutMs: 100 });
  clock.advance(100);
  await expect(late).rejects.toMatchObject({ code: 'BASE_TIMEOUT' });
  refuse('full');
  const caller = new AbortController();
  const aborted = client.ready({ signal: caller.signal });
  const reason = new Error('gone');
  caller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
});

it('is ready with the first grant', async () => {
  const { client, grant } = scene();
  const ready = client.ready();
  grant(3);
  await ready;
  expect(client.state).toBe('leased');
});

it('leaves with nothing open, and resolves when that was heard', async () => {
  const { clock, pool, sent, client, grant, bidFarewell } = scene();
  grant(4);
  clock.advance(5);
  grant(4);
  pool.need(2);
  clock.advance(100);
  const closed = client.close();
  expect(pool.limits).toEqual({ min: 0, max: 0 });
  pool.change({ inUse: 0, total: 0 });
  clock.advance(300);
  expect(sent.at(-1)).toMatchObject({ isLeaving: true, max: 0, inUse: 0 });
  bidFarewell();
  await closed;
  expect(client.state).toBe('left');
  expect(clock.pending).toBe(0);
});

it('leaves without a word from the allocator after a while', async () => {
  const { clock, client } = scene({ leaveMs: 700 });
  const closed = client.close();
  clock.advance(700);
  await closed;
  expect(clock.pending).toBe(0);
});

it('stops at once when it is destroyed, and says nothing more', async () => {
  const { clock, pool, sent, client, grant, isListening } = scene();
  grant(4);
  const before = sent.length;
  expect([pool.isWatched, isListening()]).toEqual([true, true]);
  await client.destroy();
  expect([pool.isWatched, isListening(), client.state]).toEqual([false, false, 'left']);
  pool.need(9);
  clock.advance(10_000);
  expect(sent).toHaveLength(before);
  expect(clock.pending).toBe(0);
  expect(pool.stats().max).toBe(2);
});

it('waits for nothing more when it is destroyed while it leaves', async () => {
  const { clock, client, grant } = scene();
  grant(4);
  const closed = client.close().then(() => 'closed');
  await client.destroy();
  const atRest = new Promise((resolve) => setImmediate(() => resolve('waits')));
  expect(await Promise.race([closed, atRest])).toBe('closed');
  expect(clock.pending).toBe(0);
});

it('can use at least its floor, if nothing else is said', () => {
  expect(scene({ floor: 20_000 }).sent[0]).toMatchObject({ floor: 20_000, ceiling: 20_000 });
  expect(scene().sent[0]).toMatchObject({ floor: 2, ceiling: 10_000 });
});

it.each([
  [{ name: '' }, /`name` to have 1 to 200 characters, got 0/],
  [{ name: 'n'.repeat(201) }, /`name` to have 1 to 200 characters, got 201/],
  [{ name: 7 as never }, /`name` to be a string, got `7`/],
  [{ floor: -1 }, /`floor`/],
  [{ floor: 2 ** 60 }, /`floor`/],
  [{ ceiling: 2 ** 60 }, /`ceiling`/],
  [{ floor: 3, ceiling: 2 }, /`ceiling` to be an integer from 3/],
  [{ floor: 0, ceiling: 0 }, /`ceiling` to be an integer from 1/],
  [{ weight: 0 }, /`weight`/],
  [{ weight: 1e6 + 1 }, /`weight`/],
  [{ gapMs: -1 }, /`gapMs`/],
  [{ tickMs: 0 }, /`tickMs`/],
  [{ replyMs: 0 }, /`replyMs`/],
  [{ leaveMs: -1 }, /`leaveMs`/],
])('refuses the options %o by name', (options, message) => {
  expect(() => scene(options)).toThrow(message);
});
