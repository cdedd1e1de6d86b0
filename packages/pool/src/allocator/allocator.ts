import { Admission } from './admission.ts';
import { AllocatorState } from './allocator-state.ts';
import { checkReport } from './check-report.ts';
import type { Client } from './client.ts';
import type { AllocatorAction, AllocatorEvent } from './events.ts';
import { Learning } from './learning.ts';
import { type AllocatorOptions, type ResolvedAllocatorOptions, resolveAllocatorOptions } from './options.ts';
import { Reception } from './reception.ts';
import { Replies } from './replies.ts';
import { ShareOut } from './share-out.ts';
import { Silence } from './silence.ts';
import { type AllocatorSnapshot, snapshotOf } from './snapshot.ts';

/** Shares the connections of one database among clients. Time goes in with the events; nothing waits. */
export interface Allocator {
  readonly epoch: number;
  /** Takes an event in at `nowMs`, monotonic. Throws a TypeError or RangeError for a report that makes no sense. */
  handle(event: AllocatorEvent, nowMs: number): AllocatorAction[];
  /** The time at which a tick has something to do if nothing else happens before, on the same clock; Infinity for never. */
  readonly dueMs: number;
  snapshot(nowMs: number): AllocatorSnapshot;
  /** Adds up anew what is kept as sums, O(n). Throws when the rule, or the sum by which it is kept, is broken. */
  checkRule(): void;
}

/** Creates an allocator that begins at `nowMs` of the clock of its events. Throws for options out of range. */
export function createAllocator(options: AllocatorOptions, nowMs = 0): Allocator {
  return new AllocatorCore(resolveAllocatorOptions(options), nowMs);
}

/** So many are read in less than a fifth of a millisecond. */
const clientsPerMs = 500;

/**
 * The rule is kept by `Reservations`; here is what makes it true of connections, and where.
 *
 * 1. `held` is at least what the client may open: raised before a larger grant is sent (`rebalance`), lowered only by a
 *    report that says which grant was applied, what is in force and what is open, to the most of these and of the grants
 *    under way (`Reception`).
 * 2. A client is on disk before it receives a reply, so every client that may hold a connection is known after a restart (`Admission`).
 * 3. After a restart nothing is raised before it is known what everyone holds (`Learning`). Until then a grant only
 *    confirms: the client takes the smaller of it and its own.
 * 4. The end of a lease frees nothing (`Silence`).
 * 5. Whatever happens, every report is answered, except those that are ignored, those that another follows before the
 *    shares are made again (`paceMs`), and those that wait for the disk (`Replies`).
 *
 *     report ──▶ Reception: held, need ──▶ Sharing: shares ──▶ rebalance: cut, and raise within what is free ──▶ Replies
 */
class AllocatorCore implements Allocator {
  readonly #state: AllocatorState;
  readonly #replies: Replies;
  readonly #admission: Admission;
  readonly #learning: Learning;
  readonly #shareOut: ShareOut;
  readonly #reception: Reception;
  readonly #silence: Silence;
  /** Not before this are the shares made again. */
  #nextSettleMs = -Infinity;
  dueMs = Infinity;

  constructor(options: ResolvedAllocatorOptions, nowMs: number) {
    const state = new AllocatorState(options, nowMs);
    this.#state = state;
    this.#replies = new Replies(state);
    this.#admission = new Admission(state, this.#replies);
    this.#learning = new Learning(state);
    this.#shareOut = new ShareOut(state, this.#admission, this.#learning, this.#replies);
    this.#reception = new Reception(state, this.#admission, this.#learning, this.#shareOut, this.#replies);
    this.#silence = new Silence(state, this.#admission);
    for (const known of options.known) this.#admission.restore(known, this.#learning.untilMs);
    if (!this.#learning.isOver) this.dueMs = this.#learning.untilMs;
  }

  get epoch(): number {
    return this.#state.options.epoch;
  }

  handle(event: AllocatorEvent, nowMs: number): AllocatorAction[] {
    if (event.kind === 'report') checkReport(event.report);
    this.#state.begin(nowMs);
    this.#take(event);
    if (this.#reception.supersededBy !== undefined) this.dueMs = Infinity;
    else if (this.#state.nowMs < this.#nextSettleMs) this.dueMs = this.#nextSettleMs;
    else this.#settle();
    return this.#state.actions;
  }

  #take(event: AllocatorEvent): void {
    switch (event.kind) {
      case 'report':
        this.#reception.receive(event.report);
        return;
      case 'tick':
        return;
      case 'epoch-read':
        this.#reception.epochRead(event.epoch);
        return;
      case 'forget':
        if (this.#reception.supersededBy === undefined) this.#admission.forget(event.name);
        return;
    }
    const client = this.#state.clients.get(event.client.name, event.client.incarnation);
    if (client === undefined) return;
    if (event.kind === 'admitted' || event.kind === 'admit-failed')
      this.#admission.admitted(client, event.kind === 'admitted');
    else this.#silence.fenced(client, event.kind === 'fenced');
  }

  /** Does everything that is due because of the time or a report. Afterwards every invariant holds. */
  #settle(): void {
    const { clients, nowMs, options } = this.#state;
    const silent: Client[] = [];
    const live: Client[] = [];
    const waiting: Client[] = [];
    for (const client of clients.list()) {
      if (this.#silence.isOver(client)) this.#admission.end(client);
      else if (client.state === 'waiting') waiting.push(client);
      else if (client.isLive(nowMs)) live.push(client);
      else if (client.state !== 'admitting') silent.push(client);
    }
    this.#learning.update();
    this.#admission.forgetDeparted();
    this.#shareOut.share(live, waiting);
    this.#silence.fence(silent, this.#shareOut.isScarce || waiting.length > 0);
    this.#replies.send(!this.#learning.isOver);
    this.dueMs = Math.min(this.#shareOut.nextMs, this.#silence.dueMs(live, silent));
    if (nowMs < this.#learning.untilMs) this.dueMs = Math.min(this.dueMs, this.#learning.untilMs);
    this.checkRule();
    this.#nextSettleMs = nowMs + (options.paceMs ?? Math.floor(clients.size / clientsPerMs));
  }

  checkRule(): void {
    this.#state.reservations.check(this.#state.clients);
  }

  snapshot(nowMs: number): AllocatorSnapshot {
    const { options, reservations, counts, clients } = this.#state;
    const { epoch, strategy, capacity, spare } = options;
    return {
      epoch,
      strategy: strategy.name,
      capacity,
      spare,
      total: this.#shareOut.total,
      reserved: reservations.reserved,
      isLearning: !this.#learning.isOver,
      isScarce: this.#shareOut.isScarce,
      supersededBy: this.#reception.supersededBy,
      counts: { ...counts },
      clients: Array.from(clients, (client) => snapshotOf(client, nowMs)),
    };
  }
}
