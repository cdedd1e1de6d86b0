import { createManualClock, createRandom } from '@inkwire/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPool, type Lease, type LeasedLimits, type Pool, type PoolOptions } from '../../src/index.ts';
import { type FakeConnection, FakeDatabase, settled } from '../fake-database.ts';

/** Any step that the world may take; `at` picks one of those there are. */
type Step =
  | { readonly kind: 'acquire'; readonly timeoutMs: number; readonly isAbortable: boolean }
  | {
      readonly kind: 'limit';
      readonly min: number;
      readonly max: number;
      readonly next?: number;
      readonly lastsMs: number;
    }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: Target; readonly at: number };

const targets = [
  'release',
  'destroy',
  'release again',
  'abort',
  'open succeeds',
  'open fails',
  'open finds it full',
  'close finishes',
  'close fails',
  'connection is lost',
  'fit',
  'unfit',
] as const;
type Target = (typeof targets)[number];

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('acquire' as const),
        timeoutMs: fc.nat(200),
        isAbortable: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({
          min: fc.nat(3),
          more: fc.nat(4),
          next: fc.option(fc.nat(3), { nil: undefined }),
          lastsMs: fc.nat(60),
        })
        .map(({ min, more, next, lastsMs }) => ({
          kind: 'limit' as const,
          min,
          max: min + more,
          lastsMs,
          ...(next !== undefined && { next }),
        })),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(60) }) },
    { weight: 14, arbitrary: fc.record({ kind: fc.constantFrom(...targets), at: fc.nat(20) }) },
  ),
  { maxLength: 120, size: 'max' },
);

const variants = fc.record({
  isChecking: fc.boolean(),
  isResetting: fc.boolean(),
  isReclaiming: fc.boolean(),
  seed: fc.nat(1_000),
});

interface Asked {
  readonly order: number;
  readonly deadline: number;
  readonly controller: AbortController | undefined;
  answers: number;
  lease?: Lease<FakeConnection>;
}

/** A pool in a world that does what the steps say, and what has to be true of both. */
class World {
  readonly clock = createManualClock();
  readonly database = new FakeDatabase();
  readonly asked: Asked[] = [];
  readonly held = new Map<number, Lease<FakeConnection>>();
  readonly ended: Lease<FakeConnection>[] = [];
  readonly lost = new Set<number>();
  readonly examinations: { readonly id: number; answer(isFit: boolean): void }[] = [];
  readonly violations: string[] = [];
  readonly pool: Pool<FakeConnection>;
  /** By our own account, from the limits that were set. */
  #limits: LeasedLimits = { min: 0, max: 2 };

  constructor(variant: { isChecking: boolean; isResetting: boolean; isReclaiming: boolean; seed: number }) {
    this.database.opens = this.database.closes = 'when told';
    const examine = ({ id }: FakeConnection) =>
      new Promise<boolean>((resolve) => void this.examinations.push({ id, answer: resolve }));
    const options: PoolOptions<FakeConnection> = {
      open: (context) => {
        // One more than there are, the attempt that is being made included, has to be allowed.
        if (this.#existing + 1 > this.#max) this.violations.push('opened above the maximum');
        return this.database.open(context);
      },
      close: this.database.close,
      destroy: this.database.destroy,
      isFull: (error) => error === 'full',
      limits: this.#limits,
      maxQueued: 6,
      openTimeoutMs: 80,
      closeTimeoutMs: 50,
      checkTimeoutMs: 40,
      checkAfterIdleMs: 20,
      idleTimeoutMs: 70,
      maxLifeMs: 150,
      breakerAfter: 2,
      backoffInitialMs: 10,
      backoffMaxMs: 40,
      clock: this.clock,
      random: createRandom(variant.seed),
      onInactive: ({ isReclaimed }) => void (isReclaimed && this.#reclaim()),
      ...(variant.isReclaiming && { inactiveAfterMs: 60, reclaimsInactive: true }),
      ...(variant.isChecking && { check: examine }),
      ...(variant.isResetting && { reset: examine }),
    };
    this.pool = createPool(options);
  }

  get #max(): number {
    const { max, expires } = this.#limits;
    return expires !== undefined && this.clock.monotonic() >= expires.atMs ? expires.next.max : max;
  }

  /** What may exist at the database: attempts, sessions, and those of which it has not been said that they are gone. */
  get #existing(): number {
    return this.database.attempts.length + this.database.sessions.size;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'acquire') this.#acquire(step.timeoutMs, step.isAbortable);
    else if (step.kind === 'pass') this.clock.advance(step.ms);
    else if (step.kind === 'limit') this.#limit(step);
    else this.#act(step.kind, step.at);
    await settled();
    this.#check();
  }

  #acquire(timeoutMs: number, isAbortable: boolean): void {
    const controller = isAbortable ? new AbortController() : undefined;
    const asked: Asked = {
      order: this.asked.length,
      deadline: this.clock.monotonic() + timeoutMs,
      controller,
      answers: 0,
    };
    this.asked.push(asked);
    this.pool.acquire({ timeoutMs, ...(controller && { signal: controller.signal }) }).then(
      (lease) => this.#served(asked, lease),
      () => void asked.answers++,
    );
  }

  #served(asked: Asked, lease: Lease<FakeConnection>): void {
    asked.answers++;
    const { id } = lease.connection;
    if (this.asked.some(({ order, answers }) => order < asked.order && answers === 0))
      this.violations.push('a later one was served before an earlier one');
    if (this.held.has(id)) this.violations.push(`connection ${id} was lent twice`);
    if (!this.database.sessions.has(id)) this.violations.push(`connection ${id} was lent after its end`);
    if (this.lost.has(id)) this.violations.push(`connection ${id} was lent after it was lost`);
    this.held.set(id, lease);
  }

  #limit({ min, max, next, lastsMs }: Extract<Step, { kind: 'limit' }>): void {
    const atMs = this.clock.monotonic() + lastsMs;
    this.#limits = {
      min,
      max,
      ...(next !== undefined && { expires: { atMs, next: { min: 0, max: next } } }),
    };
    this.pool.setLimits(this.#limits);
  }

  #act(kind: Target, at: number): void {
    const pick = <T>(items: readonly T[]): T | undefined => items[at % Math.max(items.length, 1)];
    const { attempts, closings } = this.database;
    const attempt = pick(attempts);
    const closing = pick(closings);
    const [id, lease] = pick([...this.held]) ?? [];
    switch (kind) {
      case 'release':
      case 'destroy':
        if (lease === undefined) break;
        this.held.delete(id!);
        this.ended.push(lease);
        if (kind === 'release') lease.release();
        else lease.destroy();
        break;
      case 'release again':
        this.#releaseAgain(pick(this.ended));
        break;
      case 'abort':
        pick(this.asked.filter(({ answers }) => answers === 0))?.controller?.abort();
        break;
      case 'open succeeds':
        attempt?.succeed();
        break;
      case 'open fails':
        attempt?.fail();
        break;
      case 'open finds it full':
        attempt?.fail('full');
        break;
      case 'close finishes':
        closing?.finish();
        break;
      case 'close fails':
        closing?.finish(new Error('no'));
        break;
      case 'connection is lost': {
        const session = pick([...this.database.sessions.values()]);
        if (session === undefined) break;
        this.lost.add(session.id);
        session.lost();
        break;
      }
      default: {
        const examination = pick(this.examinations);
        if (examination === undefined) break;
        this.examinations.splice(this.examinations.indexOf(examination), 1);
        examination.answer(kind === 'fit');
      }
    }
  }

  #releaseAgain(lease: Lease<FakeConnection> | undefined): void {
    if (lease === undefined) return;
    try {
      lease.release();
      this.violations.push('a lease was released twice');
    } catch (error) {
      if (!(error as { code: string }).code.startsWith('POOL_LEASE_')) throw error;
    }
  }

  #reclaim(): void {
    for (const [id, lease] of this.held) {
      try {
        lease.touch();
      } catch {
        this.held.delete(id);
        this.ended.push(lease);
      }
    }
  }

  #check(): void {
    const now = this.clock.monotonic();
    const stats = this.pool.stats();
    const { total, idle, inUse, opening, closing, queued, max, min } = stats;
    const examined = inUse - this.held.size;
    const waiting = this.asked.filter(({ answers }) => answers === 0);
    expect(this.violations).toEqual([]);
    expect({ max, min: min <= max }).toEqual({ max: this.#max, min: true });
    expect(total).toBe(idle + inUse + opening + closing);
    expect(total).toBe(this.#existing);
    expect(queued).toBe(waiting.length);
    expect(this.asked.every(({ answers }) => answers <= 1)).toBe(true);
    expect(waiting.filter(({ deadline }) => deadline <= now)).toEqual([]);
    // Above the maximum nothing rests and nothing more is opened.
    if (total - closing > max) expect({ idle, opening }).toEqual({ idle: 0, opening: 0 });
    // Nobody waits while a connection rests, but those for whom one is being examined.
    if (idle > 0) expect(queued).toBeLessThanOrEqual(examined);
    // Nobody waits for nothing, unless no more may be opened, or attempts go one at a time after a failure.
    if (queued > examined + opening && opening === 0 && total < max) expect(this.clock.pending).toBe(1);
    expect(this.clock.pending).toBeLessThanOrEqual(1);
    const { acquired, released, opened, closed } = stats;
    expect(acquired - released).toBe(this.held.size);
    expect(opened - closed).toBeGreaterThanOrEqual(idle + inUse);
  }

  /** Everything comes to its end: the database answers, what is lent is given back, and the pool closes. */
  async end(): Promise<void> {
    this.database.opens = this.database.closes = 'at once';
    const closing = this.pool.close();
    for (let i = 0; i < 60; i++) {
      for (const attempt of [...this.database.attempts]) attempt.succeed();
      for (const { finish } of [...this.database.closings]) finish();
      for (const { answer } of this.examinations.splice(0)) answer(true);
      for (const [id, lease] of [...this.held]) {
        this.held.delete(id);
        lease[Symbol.dispose]();
      }
      await settled();
      this.clock.advance(10);
    }
    await closing;
    expect(this.violations).toEqual([]);
    expect(this.asked.every(({ answers }) => answers === 1)).toBe(true);
    expect(this.pool.stats()).toMatchObject({ total: 0, queued: 0 });
    expect(this.database.sessions.size).toBe(0);
    expect(this.clock.pending).toBe(0);
  }
}

/** Without `INKWIRE_LONG=1` the same few are tried in every run. */
const extent = process.env.INKWIRE_LONG === '1' ? { numRuns: 1000 } : { numRuns: 100, seed: 1 };

test('whatever happens, in whatever order, the limits hold and everyone gets one answer in turn', async () => {
  await fc.assert(
    fc.asyncProperty(variants, steps, async (variant, taken) => {
      const world = new World(variant);
      for (const step of taken) await world.take(step);
      await world.end();
    }),
    extent,
  );
});
