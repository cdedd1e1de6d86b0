import { type Clock, Lifetime, systemClock, type Timer } from '@inkwire/base';
import { type AllocatorAction, type AllocatorEvent, createAllocator } from '../allocator/allocator.ts';
import type { LeaseReply, LeaseReport } from '../allocator/messages.ts';
import type { AdmittedClient, AllocatorOptions } from '../allocator/options.ts';
import type { AllocatorSnapshot } from '../allocator/snapshot.ts';
import type { Fence } from './fence.ts';
import { createMemoryStore, type LeaseStore } from './store.ts';
import type { LeaseTransport } from './transport.ts';

export interface LeaseServiceOptions {
  /** `epoch`, `known` and `isKnownComplete` come from the store. */
  readonly allocator: Omit<AllocatorOptions, 'epoch' | 'known' | 'isKnownComplete'>;
  /** Default: one in memory. */
  readonly store?: LeaseStore;
  /** Without it, silent clients keep what they held (`silent: 'hold'`) unless the allocator's options say otherwise. */
  readonly fence?: Fence;
  readonly clock?: Clock;
  /** Told of stores and fences that fail; what they were asked is asked again. */
  readonly onError?: (error: unknown) => void;
}

/** The allocator at work: with a clock, a disk, and hands. */
export interface LeaseService extends AsyncDisposable {
  readonly epoch: number;
  /** Takes a report in. Its reply comes to those who hear that client, often before this returns. Throws for nonsense. */
  receive(report: LeaseReport): void;
  /** Calls `listener` with every reply to a client, asked for or not. */
  onReply(client: string, listener: (reply: LeaseReply) => void): Disposable;
  /** Calls `listener` with every reply to anyone whom nobody hears as above: what a hub publishes. */
  onUnheardReply(listener: (reply: LeaseReply) => void): Disposable;
  /** Calls `listener` after every event; what `snapshot()` says may have changed. */
  onChange(listener: () => void): Disposable;
  snapshot(): AllocatorSnapshot;
  /** A transport for a client in the same process. */
  transport(client: string): LeaseTransport;
  /** Hears and says nothing more. Clients fall back to their floors when their leases end. */
  close(): Promise<void>;
  readonly closed: boolean;
}

/** The longest time without a look around: for what no event brings. */
const backstopMs = 1000;

/** Creates the service. Throws for options out of range. */
export function createLeaseService(options: LeaseServiceOptions): LeaseService {
  return new LeaseServiceCore(options);
}

class LeaseServiceCore implements LeaseService {
  readonly #allocator;
  readonly #store: LeaseStore;
  readonly #fence: Fence | undefined;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #replyListeners = new Map<string, Set<(reply: LeaseReply) => void>>();
  readonly #unheardListeners = new Set<(reply: LeaseReply) => void>();
  readonly #changeListeners = new Set<() => void>();
  readonly #life = new Lifetime('lease service', { drain: () => this.#timer?.cancel() });
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  constructor({ allocator, store = createMemoryStore(), fence, clock, onError }: LeaseServiceOptions) {
    this.#store = store;
    this.#fence = fence;
    this.#clock = clock ?? systemClock;
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
    this.#setTimer();
  }

  get epoch(): number {
    return this.#allocator.epoch;
  }

  get closed(): boolean {
    return this.#life.closed;
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

  transport(client: string): LeaseTransport {
    return {
      send: (report) => this.receive(report),
      onReply: (listener) => this.onReply(client, listener),
    };
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #handle(event: AllocatorEvent): void {
    if (this.closed) return;
    for (const action of this.#allocator.handle(event, this.#clock.monotonic())) this.#carryOut(action);
    if (this.closed) return;
    this.#setTimer();
    for (const listener of this.#changeListeners) listener();
  }

  #carryOut(action: AllocatorAction): void {
    if (action.kind === 'reply') this.#reply(action.reply);
    else if (action.kind === 'admit') void this.#admit(action.client);
    else if (action.kind === 'fence') void this.#end(action.client);
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

  async #end(client: AdmittedClient): Promise<void> {
    let left = 1;
    try {
      left = (await this.#fence?.(client)) ?? 1;
    } catch (error) {
      this.#onError(error);
    }
    this.#handle({ kind: left === 0 ? 'fenced' : 'fence-failed', client });
  }

  /** One timer, moved only to an earlier moment: a busy allocator sets none for a report. */
  #setTimer(): void {
    const now = this.#clock.monotonic();
    const atMs = Math.min(this.#allocator.dueMs, now + backstopMs);
    if (atMs >= this.#timerAtMs && this.#timer !== undefined) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    const look = () => {
      this.#timer = undefined;
      this.#handle({ kind: 'tick' });
    };
    this.#timer = this.#clock.after(Math.max(0, atMs - now), look, { unref: true });
  }
}
