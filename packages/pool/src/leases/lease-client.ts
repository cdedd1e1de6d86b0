import { Alarm, Owner, type WaitOptions, within } from '@inkwire/base';
import type { LeaseReply, RefusalReason } from '../allocator/messages.ts';
import { PoolError } from '../errors.ts';
import {
  type LeaseClientOptions,
  type ResolvedLeaseClientOptions,
  resolveLeaseClientOptions,
} from './lease-client-options.ts';
import { type LeaseClientCounts, type LeaseClientState, LeaseProtocol, nothing } from './lease-protocol.ts';

/** Stands beside a pool and moves its limits as the allocator says. */
export interface LeaseClient extends AsyncDisposable {
  readonly name: string;
  /** The identifier in the connections, so that the database knows whose they are. Changes when the client was fenced. */
  readonly incarnation: string;
  readonly epoch: number;
  readonly state: LeaseClientState;
  /** The reason for which it gets nothing, by the last reply; undefined after a grant. */
  readonly refusal: RefusalReason | undefined;
  readonly counts: Readonly<LeaseClientCounts>;
  /** Resolves with the first grant. Rejects with `POOL_LEASE_REFUSED` when it was refused until the deadline, or with `BASE_TIMEOUT`. */
  ready(options?: WaitOptions): Promise<void>;
  /** Gives everything back; waits for what is borrowed for `leaveMs`. The pool's limits are 0 from now on. */
  close(): Promise<void>;
  /** Stops at once and says nothing. The pool falls to its floor when the lease ends. */
  destroy(): Promise<void>;
  readonly closed: boolean;
}

/** Creates a client, which asks to join at once. Until it is admitted the pool's limits are 0. Throws for options out of range. */
export function createLeaseClient(options: LeaseClientOptions): LeaseClient {
  return new LeaseClientCore(resolveLeaseClientOptions(options));
}

const whyRefused: Readonly<Record<RefusalReason, string>> = {
  'name-taken': 'another process has this name; if it has died without a fence, it has to be forgotten',
  fenced: 'its sessions were ended, and it comes back as another incarnation',
  full: 'there is no room for its floor',
  learning: 'it has begun again, and learns what others have',
  superseded: 'another allocator has taken over',
};

/** `LeaseProtocol` with a clock, a transport and a pool. */
class LeaseClientCore extends Owner implements LeaseClient {
  readonly #options: ResolvedLeaseClientOptions;
  readonly #protocol: LeaseProtocol;
  readonly #alarm: Alarm;
  readonly #subscriptions: readonly Disposable[];
  #onFirstGrant!: () => void;
  readonly #firstGrant = new Promise<void>((resolve) => {
    this.#onFirstGrant = resolve;
  });
  #onLeft!: () => void;
  readonly #left = new Promise<void>((resolve) => {
    this.#onLeft = resolve;
  });

  constructor(options: ResolvedLeaseClientOptions) {
    super(`lease client ${options.name}`);
    const { pool, transport, clock } = options;
    this.#options = options;
    this.#protocol = new LeaseProtocol(options);
    this.#alarm = new Alarm(clock, () => this.#update());
    pool.setLimits(nothing);
    this.#subscriptions = [
      pool.onChange(() => this.#update()),
      transport.onReply((reply) => this.#receive(reply)),
    ];
    this.#update();
  }

  get name(): string {
    return this.#options.name;
  }

  get incarnation(): string {
    return this.#protocol.incarnation;
  }

  get epoch(): number {
    return this.#protocol.epoch;
  }

  get state(): LeaseClientState {
    return this.#protocol.state;
  }

  get refusal(): RefusalReason | undefined {
    return this.#protocol.refusal;
  }

  get counts(): Readonly<LeaseClientCounts> {
    return this.#protocol.counts;
  }

  async ready(options: WaitOptions = {}): Promise<void> {
    try {
      await within(this.#firstGrant, options, this.#options.clock);
    } catch (error) {
      const { refusal, waitsFor } = this.#protocol;
      if (refusal === undefined || options.signal?.aborted) throw error;
      const waiting = waitsFor === undefined ? '' : `; it waits for ${waitsFor}`;
      const message = `The allocator refused ${this.name}: ${whyRefused[refusal]} (${refusal})${waiting}`;
      throw new PoolError('POOL_LEASE_REFUSED', message, { cause: error, retryable: true });
    }
  }

  #receive(reply: LeaseReply): void {
    const { pool, clock } = this.#options;
    const limits = this.#protocol.receive(reply, pool.stats().max, clock.monotonic());
    if (limits !== undefined) pool.setLimits(limits);
    if (this.state === 'leased') this.#onFirstGrant();
    if (this.state === 'left') this.#onLeft();
    this.#update();
  }

  /** Does what is due, and sees to it that it is called again when more will be. */
  #update(): void {
    const { pool, transport, clock } = this.#options;
    if (this.state === 'left') return;
    const now = clock.monotonic();
    // The pool looks at the end of its limits before it lends; what rests in it is closed here.
    const limits = this.#protocol.expire(now);
    if (limits !== undefined) pool.setLimits(limits);
    const stats = pool.stats();
    if (this.#protocol.dueMs(stats) <= now) transport.send(this.#protocol.report(stats, now));
    this.#alarm.by(this.#protocol.dueMs(pool.stats()));
  }

  protected async drain(): Promise<void> {
    const { pool, clock, leaveMs } = this.#options;
    pool.setLimits(this.#protocol.leave());
    this.#update();
    const patience = clock.after(leaveMs, () => this.#onLeft());
    await this.#left;
    patience.cancel();
    this.abort();
  }

  protected override abort(): void {
    this.#protocol.stop();
    this.#alarm.cancel();
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#onLeft();
  }
}
