import type { Admission } from './admission.ts';
import type { AllocatorState } from './allocator-state.ts';
import type { Client } from './client.ts';
import type { Learning } from './learning.ts';
import { type LeaseReport, needOf } from './messages.ts';
import { rebalance } from './rebalance.ts';
import type { Replies } from './replies.ts';
import type { Sharing } from './strategies/strategy.ts';
import { TotalLimit } from './total-limit.ts';

/** Grants each client its share by the strategy, as far as the total, the rule and a restart permit. */
export class ShareOut {
  readonly #state: AllocatorState;
  readonly #admission: Admission;
  readonly #learning: Learning;
  readonly #replies: Replies;
  readonly #sharing: Sharing;
  readonly #total: TotalLimit;
  /** Sums over all clients that ever were. */
  #completed = 0;
  #serviceMs = 0;
  /** Whether more is needed than there is. */
  isScarce = false;

  constructor(state: AllocatorState, admission: Admission, learning: Learning, replies: Replies) {
    this.#state = state;
    this.#admission = admission;
    this.#learning = learning;
    this.#replies = replies;
    this.#sharing = state.options.strategy.begin();
    this.#total = new TotalLimit(state.options.comfortable, state.reservations.budget);
  }

  get total(): number {
    return this.#total.total;
  }

  /** The time at which the shares change without a report. */
  get nextMs(): number {
    return this.#sharing.nextMs(this.#state.nowMs);
  }

  /** Adds what was done since a client's last report. */
  note(report: LeaseReport, before: LeaseReport | undefined): void {
    this.#completed += Math.max(0, report.completed - (before?.completed ?? 0));
    this.#serviceMs += Math.max(0, report.serviceMs - (before?.serviceMs ?? 0));
  }

  share(live: readonly Client[], waiting: readonly Client[]): void {
    const { reservations, nowMs } = this.#state;
    const staying = live.filter(({ isLeaving }) => !isLeaving);
    for (const client of live) if (client.isLeaving) this.#take(client);
    const demand = this.#admitWaiting(waiting);
    const stayingReserved = staying.reduce((sum, { reserved }) => sum + reserved, 0);
    const room = this.total - (reservations.reserved - stayingReserved) - demand;
    const { all: shares, isScarce } = this.#sharing.share(staying, room, nowMs);
    this.isScarce = isScarce;
    this.#watchTotal(staying);
    if (!this.#learning.mayGrow) return;
    const free = Math.min(reservations.free, this.total - reservations.reserved);
    const onChange = (client: Client) => this.#replies.owe(client);
    rebalance({ reservations, shares, free, demand, onChange });
  }

  #take(client: Client): void {
    if (client.granted === 0) return;
    client.granted = 0;
    this.#replies.owe(client);
  }

  /** Admits those for whose floor there is room. Answers what has to come back for those for whom there can be. */
  #admitWaiting(waiting: readonly Client[]): number {
    if (waiting.length === 0 || !this.#learning.mayGrow) return 0;
    const { clients, reservations } = this.#state;
    let demand = 0;
    let room = reservations.budget - reservations.unknown;
    for (const { state, floor } of clients) if (state !== 'waiting') room -= floor;
    for (const client of waiting) {
      if (client.floor > room) continue;
      room -= client.floor;
      if (demand === 0 && client.floor <= reservations.free) this.#admission.admit(client);
      else demand += client.floor;
    }
    return demand;
  }

  #watchTotal(clients: readonly Client[]): void {
    if (this.#total.isFixed) return;
    let inUse = 0;
    let starving = 0;
    for (const { report, granted } of clients) {
      inUse += report?.inUse ?? 0;
      if (needOf(report) > granted) starving++;
    }
    this.#total.see(
      {
        completed: this.#completed,
        serviceMs: this.#serviceMs,
        inUse,
        starving: clients.length === 0 ? 0 : starving / clients.length,
      },
      this.#state.nowMs,
    );
  }
}
