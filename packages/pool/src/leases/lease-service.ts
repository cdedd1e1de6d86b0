import { Alarm, type Clock, expectNumber, Owner, systemClock, within } from '@inkwire/base';
import { type AllocatorAction, type AllocatorEvent, createAllocator } from '../allocator/index.ts';
import type { LeaseReply, LeaseReport } from '../allocator/messages.ts';
import type { AdmittedClient, AllocatorOptions } from '../allocator/options.ts';
import type { AllocatorSnapshot } from '../allocator/snapshot.ts';
import type { Fence } from './fence.ts';
import { createMemoryStore, type LeaseStore } from './store.ts';
import type { LeaseTransport } from './transport.ts';

/** The options of a lease service: the allocator's, its store and its fence. */
export interface LeaseServiceOptions {
  /** `epoch`, `known` and `isKnownComplete` come from the store. */
  readonly allocator: Omit<AllocatorOptions, 'epoch' | 'known' | 'isKnownComplete'>;
  /** Default: one in memory. */
  readonly store?: LeaseStore;
  /** Without it, silent clients keep what they held (`silent: 'hold'`) unless the allocator's options say otherwise. */
  readonly fence?: Fence;
  /** The time for a fence, in milliseconds; then it has failed, and is tried again. Default 30,000. */
  readonly fenceTimeoutMs?: number;
  readonly clock?: Clock;
  /** Called when a store or a fence fails. The service retries. */
  readonly onError?: (error: unknown) => void;
}

/** The allocator at work: with a clock, a disk, and hands. */
export interface LeaseService extends AsyncDisposable {
  readonly epoch: number;
  /** Takes a report in. Its reply goes to the listeners of that client, often before this returns. Throws for a report that makes no sense. */
  receive(report: LeaseReport): void;
  /** Calls `listener` with every reply to a client, asked for or not. */
  onReply(client: string, listener: (reply: LeaseReply) => void): Disposable;
  /** Calls `listener` with every reply to a client without a listener of its own: what a hub publishes. */
  onUnheardReply(listener: (reply: LeaseReply) => void): Disposable;
  /** Calls `listener` after every event; what `snapshot()` says may have changed. */
  onChange(listener: () => void): Disposable;
  snapshot(): AllocatorSnapshot;
  /**
   * Forgets the silent incarnations of a client, and gives away what they held, floors included. Answers how many there were.
   * For an operator who has seen that they have no session and will open none: this breaks the rule where they do.
   */
  forget(client: string): number;
  /** A transport for a client in the same process. */
  transport(client: string): LeaseTransport;
  /** Neither receives nor sends any more. Clients fall back to their floors when their leases end. */
  close(): Promise<void>;
  readonly closed: boolean;
}

/** The longest time between two ticks: for what no event brings. */
const backstopMs = 1000;

/** Creates the service. Throws for options out of range, and a TypeError for `silent: 'fence'` without a fence. */
export function createLeaseService(options: LeaseServiceOptions): LeaseService {
  return new LeaseServiceCore(options);
}

class LeaseServiceCore extends Owner implements LeaseService {
  readonly #allocator;
  readonly #store: LeaseStore;
  readonly #fence: Fence | undefined;
  readonly #fenceTimeoutMs: number;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #replyListeners = new Map<string, Set<(reply: LeaseReply) => void>>();
  readonly #unheardListeners = new Set<(reply: LeaseReply) => void>();
  readonly #changeListeners = new Set<() => void>();
  /** Aborted by `close()`. */
  readonly #ending = new AbortController();
  readonly #alarm: Alarm;

  constructor(options: LeaseServiceOptions) {
    super('lease service');
    const { allocator, store = createMemoryStore(), fence, fenceTimeoutMs, clock, onError } = options;
    if (allocator.silent === 'fence' && fence === undefined)
      throw new TypeError(
        'Expected `fence` to be a function, as `allocator.silent` is `fence`, got `undefined`',
      );
    this.#store = store;
    this.#fence = fence;
    this.#fenceTimeoutMs = expectNumber('fenceTimeoutMs', fenceTimeoutMs ?? 30_000, { min: 1 });
    this.#clock = clock ?? systemClock;
    this.#alarm = new Alarm(this.#clock, () => this.#handle({ kind: 'tick' }));
    this.#onError = onError ?? (() => {});
    this.#allocator = createAllocator(
      {
        ...allocator,
        silent: allocator.silent ?? (fence ? 'fence' : 'hold'),
        epoch: store.epoch,
        known: store.clients,
        isKnownComplete: store.isComplete,
      },
      this.#clock.monotonic(),
    );
    this.#alarm.by(Math.min(this.#allocator.dueMs, this.#clock.monotonic() + backstopMs));
  }

  get epoch(): number {
    return this.#allocator.epoch;
  }

  receive(report: LeaseReport): void {
    this.#handle({ kind: 'report', report });
  }

  onReply(client: string, listener: (reply: LeaseReply) => void): Disposable {
    let listeners = this.#replyListeners.get(client);
    if (listeners === undefined) this.#replyListeners.set(client, (listeners = new Set()));
    listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#replyListeners.get(client) === listeners)
          this.#replyListeners.delete(client);
      },
    };
  }

  onUnheardReply(listener: (reply: LeaseReply) => void): Disposable {
    this.#unheardListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#unheardListeners.delete(listener) };
  }

  onChange(listener: () => void): Disposable {
    this.#changeListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#changeListeners.delete(listener) };
  }

  snapshot(): AllocatorSnapshot {
    return this.#allocator.snapshot(this.#clock.monotonic());
  }

  forget(client: string): number {
    const actions = this.#handle({ kind: 'forget', name: client });
    return actions.filter((action) => action.kind === 'forget' && action.client.name === client).length;
  }

  transport(client: string): LeaseTransport {
    return {
      send: (report) => this.receive(report),
      onReply: (listener) => this.onReply(client, listener),
    };
  }

  protected drain(): void {
    this.#alarm.cancel();
    this.#ending.abort();
  }

  #handle(event: AllocatorEvent): readonly AllocatorAction[] {
    if (this.closed) return [];
    const actions = this.#allocator.handle(event, this.#clock.monotonic());
    for (const action of actions) this.#carryOut(action);
    if (this.closed) return actions;
    this.#alarm.by(Math.min(this.#allocator.dueMs, this.#clock.monotonic() + backstopMs));
    for (const listener of this.#changeListeners) listener();
    return actions;
  }

  #carryOut(action: AllocatorAction): void {
    if (action.kind === 'reply') this.#reply(action.reply);
    else if (action.kind === 'admit') void this.#admit(action.client);
    else if (action.kind === 'fence') void this.#end(action.client);
    else if (action.kind === 'read-epoch') void this.#readEpoch(action.heard);
    else if (action.kind === 'forget') this.#store.forget(action.client).catch(this.#onError);
    else this.#store.complete().catch(this.#onError);
  }

  #reply(reply: LeaseReply): void {
    const listeners = this.#replyListeners.get(reply.client) ?? this.#unheardListeners;
    for (const listener of listeners) listener(reply);
  }

  async #admit(client: AdmittedClient): Promise<void> {
    let kind: 'admitted' | 'admit-failed' = 'admitted';
    try {
      await this.#store.admit(client);
    } catch (error) {
      kind = 'admit-failed';
      this.#onError(error);
    }
    this.#handle({ kind, client });
  }

  async #readEpoch(reported: number): Promise<void> {
    let epoch: number | undefined;
    try {
      epoch = await (this.#store.newestEpoch?.() ?? reported);
    } catch (error) {
      this.#onError(error);
    }
    this.#handle({ kind: 'epoch-read', epoch });
  }

  /** The late result of a fence that has timed out is ignored: another may be under way. */
  async #end(client: AdmittedClient): Promise<void> {
    const waiting = { timeoutMs: this.#fenceTimeoutMs, signal: this.#ending.signal };
    let left = 1;
    try {
      if (this.#fence) left = await within(this.#fence(client), waiting, this.#clock);
    } catch (error) {
      if (this.closed) return;
      this.#onError(error);
    }
    this.#handle({ kind: left === 0 ? 'fenced' : 'fence-failed', client });
  }
}
