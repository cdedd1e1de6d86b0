import type { Queue, Queued } from './queue.ts';

/** The place where a connection was acquired; present when inactive ones are looked for. */
export type Place = { readonly stack?: string } | undefined;

/** The loan of a connection, as its slot knows it. */
export interface SlotHolder {
  readonly taken: Place;
  /** Called by the pool when it takes the connection back. */
  reclaim(): void;
}

/** One connection of a pool, from the moment that it is asked for until it is really closed. */
export class Slot<C> implements Queued<Slot<C>> {
  queue: Queue<Slot<C>> | undefined = undefined;
  previous: Slot<C> | undefined = undefined;
  next: Slot<C> | undefined = undefined;

  /** The time at which its stay in its queue is too long. */
  dueAt = Infinity;
  connection: C | undefined = undefined;
  isOpened = false;
  /** The loan, while it is borrowed. */
  borrowed: SlotHolder | undefined = undefined;
  /** The time at which it came into its queue. */
  since = 0;
  /** From then on it is not borrowed again. */
  retireAt = Infinity;
  /** Until then it is borrowed without being checked. */
  freshUntil = Infinity;
  /** It ended by itself: it is not borrowed again. */
  isLost = false;
  /** Ends the attempt to open it. */
  readonly opening = new AbortController();
  /** The gate's round in which it began to open. */
  readonly round: number;
  readonly askedAt: number;

  constructor(round: number, askedAt: number) {
    this.round = round;
    this.askedAt = askedAt;
  }

  /** Whether it can be borrowed without a check. A connection that was just opened or checked always can. */
  isReady(now: number): boolean {
    return (now < this.freshUntil || now === this.since) && now < this.retireAt;
  }
}
