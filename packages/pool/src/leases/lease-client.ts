import {
  type Clock,
  expectInteger,
  expectNumber,
  Lifetime,
  systemClock,
  type Timer,
  type WaitOptions,
  within,
} from '@inkwire/base';
import { longestName } from '../allocator/check-report.ts';
import type {
  LeaseGrant,
  LeaseRefusal,
  LeaseReply,
  LeaseReport,
  RefusalReason,
} from '../allocator/messages.ts';
import { PoolError } from '../errors.ts';
import type { LeasedLimits } from '../limits.ts';
import { randomIncarnation } from './incarnation.ts';
import { type LeasedStats, type Urgency, urgencyOf } from './news.ts';
import type { LeaseTransport } from './transport.ts';

/** The part of a pool that a lease client moves and watches. */
export interface LeasedPool {
  setLimits(limits: LeasedLimits): void;
  stats(): LeasedStats;
  onChange(listener: () => void): Disposable;
}

/** What a lease client asks for, and how often it reports. */
export interface LeaseClientOptions {
  readonly pool: LeasedPool;
  readonly transport: LeaseTransport;
  /** Who this is: 1 to 200 characters. One process at a time has a name. */
  readonly name: string;
  /** Gives each incarnation its own id. Default: random. */
  readonly incarnation?: () => string;
  /** What this client may have at any time, once it was admitted. Default 1. */
  readonly floor?: number;
  /** The most that it can use. Default 10,000. */
  readonly ceiling?: number;
  /** Its share relative to others. Default 1. */
  readonly weight?: number;
  /** The shortest time between two reports, in milliseconds; four times that when nothing is urgent. Default 5. */
  readonly gapMs?: number;
  /** The longest time between two reports; at most a third of the lease. Default 1,000. */
  readonly tickMs?: number;
  /** How long a reply is waited for before the next report is sent. Default 250. */
  readonly replyMs?: number;
  /** How long `close()` waits for connections to be closed and for the allocator to hear the goodbye. Default 5,000. */
  readonly leaveMs?: number;
  /** The clock of the pool. */
  readonly clock?: Clock;
}

/**
 * - `joining`: was granted nothing yet.
 * - `leased`: has a grant that holds, or has its floor until the next.
 * - `resetting`: was fenced; gives everything back to begin again as another incarnation.
 * - `leaving`, `left`: `close()` was called; has given everything back, or has given up.
 */
export type LeaseClientState = 'joining' | 'leased' | 'resetting' | 'leaving' | 'left';

/** What a lease client has heard; only grows. */
export interface LeaseClientCounts {
  reports: number;
  grants: number;
  refusals: number;
  /** Replies of another incarnation or an earlier epoch, overtaken ones, and grants that came when they were over. */
  ignored: number;
  /** Times that it was fenced. */
  fenced: number;
}

/** Stands beside a pool and moves its limits as the allocator says. */
export interface LeaseClient extends AsyncDisposable {
  readonly name: string;
  /** What the connections carry, so that the database knows whose they are. Changes when the client was fenced. */
  readonly incarnation: string;
  readonly epoch: number;
  readonly state: LeaseClientState;
  /** Why it gets nothing, by the last reply; undefined after a grant. */
  readonly refusal: RefusalReason | undefined;
  readonly counts: Readonly<LeaseClientCounts>;
  /** Resolves with the first grant. Rejects with `POOL_LEASE_REFUSED` when it was refused until the deadline, or with `BASE_TIMEOUT`. */
  ready(options?: WaitOptions): Promise<void>;
  /** Gives everything back: what is lent is awaited for `leaveMs`. The pool's limits are 0 from now on. */
  close(): Promise<void>;
  /** Stops at once and says nothing. The pool falls to its floor when the lease ends. */
  destroy(): Promise<void>;
  readonly closed: boolean;
}

/** Creates a client, which asks to join at once. Until it is admitted the pool's limits are 0. Throws for options out of range. */
export function createLeaseClient(options: LeaseClientOptions): LeaseClient {
  return new LeaseClientCore(options);
}

const whyRefused: Readonly<Record<RefusalReason, string>> = {
  'name-taken': 'another process has this name; if it has died without a fence, it has to be forgotten',
  fenced: 'its sessions were ended, and it comes back as another incarnation',
  full: 'there is no room for its floor',
  learning: 'it has begun again, and learns what others have',
  superseded: 'another allocator has taken over',
};

const nothing: LeasedLimits = Object.freeze({ min: 0, max: 0 });
const mostConnections = Number.MAX_SAFE_INTEGER;
/** Reports whose replies may still come; older ones are not waited for. */
const mostAsked = 64;

/**
 * 1. A lease runs from the moment at which the report that it answers was sent, by the pool's monotonic clock; the pool
 *    itself looks whether it is over, at every acquire, release and opening.
 * 2. A grant of an earlier epoch, of another incarnation, or with a sequence that is not above the last one's is ignored.
 * 3. Every report says what is in force and open at that moment, and which grant was the last to be applied.
 * 4. After a fence nothing is opened as that incarnation: everything is closed, goodbye is said, another one joins.
 *
 *     joining ──grant──▶ leased ──close()──▶ leaving ──nothing open, farewell──▶ left
 *        ▲                 │ refused: fenced
 *        └──nothing open── resetting
 */
class LeaseClientCore implements LeaseClient {
  readonly name: string;
  readonly #pool: LeasedPool;
  readonly #transport: LeaseTransport;
  readonly #clock: Clock;
  readonly #newIncarnation: () => string;
  readonly #floor: number;
  readonly #ceiling: number;
  readonly #weight: number;
  readonly #gapMs: number;
  readonly #replyMs: number;
  readonly #leaveMs: number;
  #tickMs: number;

  incarnation: string;
  epoch = 0;
  state: LeaseClientState = 'joining';
  refusal: RefusalReason | undefined;
  readonly counts: LeaseClientCounts = { reports: 0, grants: 0, refusals: 0, ignored: 0, fenced: 0 };

  #appliedGrant = 0;
  #sequence = 0;
  /** The sequence of the last report before the epoch. */
  #sequenceBefore = 0;
  /** With a refusal: the client that the allocator waits for. */
  #waitsFor: string | undefined;
  /** When the reports were sent that may still be answered, or that the last reply answered. */
  readonly #askedAtMs = new Map<number, number>();
  /** The last report, and until when its reply is waited for. */
  #told: LeaseReport | undefined;
  #toldAtMs = -Infinity;
  #awaitedUntilMs = -Infinity;
  #owesAck = false;
  #leaseEndsAtMs = Infinity;
  #afterLease: LeasedLimits = nothing;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;
  readonly #subscriptions: readonly Disposable[];
  readonly #life: Lifetime;
  #onFirstGrant!: () => void;
  readonly #firstGrant: Promise<void>;
  #onLeft!: () => void;
  readonly #left: Promise<void>;

  constructor(options: LeaseClientOptions) {
    this.name = expectName(options.name);
    this.#pool = options.pool;
    this.#transport = options.transport;
    this.#clock = options.clock ?? systemClock;
    this.#newIncarnation = options.incarnation ?? randomIncarnation;
    this.#floor = expectInteger('floor', options.floor ?? 1, { min: 0, max: mostConnections });
    this.#ceiling = expectInteger('ceiling', options.ceiling ?? Math.max(10_000, this.#floor), {
      min: Math.max(1, this.#floor),
      max: mostConnections,
    });
    this.#weight = expectNumber('weight', options.weight ?? 1, { min: 1e-3, max: 1e6 });
    this.#gapMs = expectNumber('gapMs', options.gapMs ?? 5, { min: 0 });
    this.#tickMs = expectNumber('tickMs', options.tickMs ?? 1000, { min: 1 });
    this.#replyMs = expectNumber('replyMs', options.replyMs ?? 250, { min: 1 });
    this.#leaveMs = expectNumber('leaveMs', options.leaveMs ?? 5000, { min: 0 });
    this.incarnation = this.#newIncarnation();
    this.#firstGrant = new Promise((resolve) => {
      this.#onFirstGrant = resolve;
    });
    this.#left = new Promise((resolve) => {
      this.#onLeft = resolve;
    });
    this.#life = new Lifetime(`lease client ${this.name}`, {
      drain: () => this.#leave(),
      abort: () => this.#stop(),
    });
    this.#pool.setLimits(nothing);
    this.#subscriptions = [
      this.#pool.onChange(() => this.#look()),
      this.#transport.onReply((reply) => this.#hear(reply)),
    ];
    this.#report();
  }

  get closed(): boolean {
    return this.#life.closed;
  }

  async ready(options: WaitOptions = {}): Promise<void> {
    try {
      await within(this.#firstGrant, options, this.#clock);
    } catch (error) {
      if (this.refusal === undefined || options.signal?.aborted) throw error;
      const waiting = this.#waitsFor === undefined ? '' : `; it waits for ${this.#waitsFor}`;
      const message = `The allocator refused ${this.name}: ${whyRefused[this.refusal]} (${this.refusal})${waiting}`;
      throw new PoolError('POOL_LEASE_REFUSED', message, {
        cause: error,
        retryable: true,
      });
    }
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  destroy(): Promise<void> {
    return this.#life.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ── hearing ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #hear(reply: LeaseReply): void {
    if (this.state === 'left' || reply.incarnation !== this.incarnation || this.#isOutdated(reply)) {
      this.counts.ignored++;
      return;
    }
    if (reply.answers >= this.#sequence) this.#awaitedUntilMs = -Infinity;
    if (reply.kind === 'grant') this.#heardGrant(reply);
    else if (reply.kind === 'refusal') this.#heardRefusal(reply);
    else this.#heardFarewell();
    this.#look();
  }

  /**
   * Whether a reply is of an allocator that was replaced. One of an earlier epoch that has heard of ours, and refuses us or
   * bids farewell all the same, has looked: it was not.
   */
  #isOutdated(reply: LeaseReply): boolean {
    if (reply.epoch >= this.epoch) return false;
    return reply.kind === 'grant' || reply.answers <= this.#sequenceBefore;
  }

  #heardGrant(grant: LeaseGrant): void {
    const askedAtMs = this.#askedAtMs.get(grant.answers);
    const isOvertaken = grant.epoch === this.epoch && grant.sequence <= this.#appliedGrant;
    const isMember = this.state === 'joining' || this.state === 'leased';
    const endsAtMs = (askedAtMs ?? -Infinity) + grant.leaseMs;
    if (!isMember || isOvertaken || endsAtMs <= this.#clock.monotonic()) {
      this.counts.ignored++;
      return;
    }
    this.#apply(grant, endsAtMs);
    for (const sequence of this.#askedAtMs.keys()) {
      if (sequence >= grant.answers) break;
      this.#askedAtMs.delete(sequence);
    }
  }

  #apply({ epoch, sequence, min, max, floor, leaseMs, isConfirmation }: LeaseGrant, endsAtMs: number): void {
    this.#endLease(this.#clock.monotonic());
    const before = this.#pool.stats().max;
    const isNewEpoch = epoch !== this.epoch;
    const most =
      isConfirmation || (isNewEpoch && this.epoch > 0) ? Math.max(floor, Math.min(max, before)) : max;
    this.counts.grants++;
    this.epoch = epoch;
    this.#appliedGrant = sequence;
    this.#tickMs = Math.min(this.#tickMs, leaseMs / 3);
    this.state = 'leased';
    this.refusal = undefined;
    if (isNewEpoch || most < before) this.#owesAck = true;
    if (isNewEpoch) this.#sequenceBefore = this.#sequence;
    this.#leaseEndsAtMs = endsAtMs;
    this.#afterLease = { min: 0, max: floor };
    this.#pool.setLimits({
      min: Math.min(min, most),
      max: most,
      expires: { atMs: endsAtMs, next: { min: 0, max: floor } },
    });
    this.#onFirstGrant();
  }

  #heardRefusal({ reason, waitsFor }: LeaseRefusal): void {
    this.counts.refusals++;
    this.refusal = reason;
    this.#waitsFor = waitsFor;
    if (reason !== 'fenced' || this.state === 'resetting' || this.state === 'leaving') return;
    this.counts.fenced++;
    this.state = 'resetting';
    this.#leaseEndsAtMs = Infinity;
    this.#pool.setLimits(nothing);
  }

  #heardFarewell(): void {
    if (this.state === 'leaving') this.#onLeft();
    if (this.state === 'resetting') this.#rejoin();
  }

  #rejoin(): void {
    this.incarnation = this.#newIncarnation();
    this.state = 'joining';
    this.epoch = 0;
    this.#appliedGrant = 0;
    this.#sequence = 0;
    this.#sequenceBefore = 0;
    this.#askedAtMs.clear();
    this.#told = undefined;
    this.#report();
  }

  // ── telling ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tells what is worth telling, now or as soon as it may. */
  #look(): void {
    if (this.state === 'left') return;
    const now = this.#clock.monotonic();
    this.#endLease(now);
    const dueAtMs = this.#dueAtMs();
    if (dueAtMs <= now) this.#report();
    else this.#wakeBy(dueAtMs);
  }

  /** The pool looks at the end of its limits before it lends; what rests in it is closed here. */
  #endLease(nowMs: number): void {
    if (nowMs < this.#leaseEndsAtMs) return;
    this.#leaseEndsAtMs = Infinity;
    this.#pool.setLimits(this.#afterLease);
  }

  #dueAtMs(): number {
    const urgency = this.#urgency();
    const tickAtMs = this.#toldAtMs + this.#tickMs;
    if (urgency === 'none') return Math.max(tickAtMs, this.#awaitedUntilMs);
    const gapMs = urgency === 'urgent' ? this.#gapMs : 4 * this.#gapMs;
    return Math.max(Math.min(tickAtMs, this.#toldAtMs + gapMs), this.#awaitedUntilMs);
  }

  #urgency(): Urgency {
    if (this.#told === undefined || this.#owesAck) return 'urgent';
    const stats = this.#pool.stats();
    if (this.#isGoingAway) return stats.total === 0 && !isEmpty(this.#told) ? 'urgent' : 'none';
    return urgencyOf(this.#told, stats);
  }

  get #isGoingAway(): boolean {
    return this.state === 'leaving' || this.state === 'resetting';
  }

  #report(): void {
    const now = this.#clock.monotonic();
    const report = this.#compose();
    this.#told = report;
    this.#toldAtMs = now;
    this.#owesAck = false;
    this.#awaitedUntilMs = now + this.#replyMs;
    this.#askedAtMs.set(report.sequence, now);
    if (this.#askedAtMs.size > mostAsked) this.#askedAtMs.delete(this.#askedAtMs.keys().next().value!);
    this.counts.reports++;
    this.#transport.send(report);
    this.#wakeBy(this.#dueAtMs());
  }

  #compose(): LeaseReport {
    const stats = this.#pool.stats();
    return {
      client: this.name,
      incarnation: this.incarnation,
      epoch: this.epoch,
      appliedGrant: this.#appliedGrant,
      sequence: ++this.#sequence,
      max: stats.max,
      inUse: stats.inUse,
      idle: stats.idle,
      opening: stats.opening,
      closing: stats.closing,
      queued: stats.queued,
      longestWaitMs: stats.longestWaitMs,
      failures: stats.timeouts + stats.refused,
      completed: stats.released,
      serviceMs: stats.serviceMs,
      floor: this.#floor,
      ceiling: this.#ceiling,
      weight: this.#weight,
      isLeaving: this.#isGoingAway,
    };
  }

  /** One timer, moved only to an earlier moment. */
  #wakeBy(atMs: number): void {
    if (this.state === 'left' || (this.#timer !== undefined && this.#timerAtMs <= atMs)) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    const wake = () => {
      this.#timer = undefined;
      this.#look();
    };
    this.#timer = this.#clock.after(Math.max(0, atMs - this.#clock.monotonic()), wake, { unref: true });
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #leave(): Promise<void> {
    this.state = 'leaving';
    this.#leaseEndsAtMs = Infinity;
    this.#pool.setLimits(nothing);
    this.#look();
    const patience = this.#clock.after(this.#leaveMs, () => this.#onLeft());
    await this.#left;
    patience.cancel();
    this.#stop();
  }

  #stop(): void {
    this.state = 'left';
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#onLeft();
  }
}

const isEmpty = ({ inUse, idle, opening, closing, isLeaving }: LeaseReport) =>
  isLeaving && inUse + idle + opening + closing === 0;

function expectName(name: unknown): string {
  if (typeof name !== 'string')
    throw new TypeError(`Expected \`name\` to be a string, got \`${String(name)}\``);
  if (name.length >= 1 && name.length <= longestName) return name;
  throw new RangeError(`Expected \`name\` to have 1 to ${longestName} characters, got ${name.length}`);
}
