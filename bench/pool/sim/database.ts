/**
 * A database server as a pool sees it: so many slots, each connection one.
 *
 *     open() ── slot taken ── connectMs ──▶ connected
 *     open() ── no slot ───── connectMs ──▶ refused, "too many connections"
 *     close() ── closeMs / 2 ──▶ the driver says closed ── closeMs / 2 ──▶ slot free
 *
 * A query occupies its connection for its service time, however many others run: what is measured is the sharing of
 * connections, not the database.
 */
import type { Clock } from '@inkwire/base';
import { TimeAverage } from './time-average.ts';

/** What the server is like. */
export interface DatabaseOptions {
  readonly clock: Clock;
  /** How many connections it accepts. */
  readonly capacity: number;
  /** From asking for a connection to having it, in milliseconds. */
  readonly connectMs: number;
  /** From closing a connection to its slot being free at the server, in milliseconds. */
  readonly closeMs: number;
}

/** One session of a client. */
export interface Connection {
  readonly client: string;
}

/** What PostgreSQL says when it has no slot left (SQLSTATE 53300). */
export class TooManyConnectionsError extends Error {
  readonly code = '53300';
}

export class Database {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #connectMs: number;
  readonly #closeMs: number;
  readonly #slotsOf = new Map<string, number>();
  /** Slots taken by connections that open, are open, or close. */
  readonly slots: TimeAverage;
  /** Connections that run a query. */
  readonly busy: TimeAverage;
  opened = 0;
  refused = 0;

  constructor({ clock, capacity, connectMs, closeMs }: DatabaseOptions) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#connectMs = connectMs;
    this.#closeMs = closeMs;
    this.slots = new TimeAverage(clock);
    this.busy = new TimeAverage(clock);
  }

  slotsOf(client: string): number {
    return this.#slotsOf.get(client) ?? 0;
  }

  open(client: string): Promise<Connection> {
    if (this.slots.value >= this.#capacity) return this.#refuse();
    this.#take(client, 1);
    this.opened++;
    return new Promise((resolve) => this.#clock.after(this.#connectMs, () => resolve({ client })));
  }

  close({ client }: Connection): Promise<void> {
    this.#clock.after(this.#closeMs, () => this.#take(client, -1));
    return new Promise((resolve) => this.#clock.after(this.#closeMs / 2, resolve));
  }

  /** Runs a query on a connection and calls back when it is answered. */
  run(serviceMs: number, answered: () => void): void {
    this.busy.add(1);
    this.#clock.after(serviceMs, () => {
      this.busy.add(-1);
      answered();
    });
  }

  #refuse(): Promise<never> {
    this.refused++;
    return new Promise((_, reject) =>
      this.#clock.after(this.#connectMs, () => reject(new TooManyConnectionsError('too many connections'))),
    );
  }

  #take(client: string, count: number): void {
    this.slots.add(count);
    this.#slotsOf.set(client, this.slotsOf(client) + count);
  }
}
