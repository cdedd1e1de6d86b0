import type { Closable } from '@inkwire/base';

/*
 * The port between hubs. An implementation carries messages from one process to all others that subscribe:
 *
 *     connected ◀──▶ disconnected ──close()──▶ closed
 *
 * Contract, which packages/hub/test/bus-contract.ts holds every implementation to:
 *
 * 1. A message arrives at most once at each subscription, and whole, whatever its length up to `mostMessageBytes`. The bus
 *    does not change its memory afterwards, on neither side. A sender does not receive its own messages.
 * 2. The messages of one sender on one lane arrive in the order in which they were sent, over all subjects together.
 * 3. `publish` never waits. While the bus is disconnected, the data lane keeps messages, as many as the bounds allow, and then
 *    throws `HUB_BUS_FULL`. The control lane drops them: what it carries is said again after a reconnect.
 * 4. After a reconnect the subscriptions are there again. The messages that were kept are sent before later ones, after a
 *    moment in which the others connect again too. What others published meanwhile is not received, and what was under way when the connection was lost may be lost.
 * 5. A subscription exists at once for this bus, and later for others: they reach it for certain after an echo of theirs
 *    arrived through it. `flush` alone is no proof.
 * 6. The parts of a subject are any text. Two subjects are one only if all their parts are equal.
 * 7. `close()` sends what was published and calls every listener for what has arrived, then resolves. Afterwards `publish`
 *    throws `BASE_CLOSED`. `destroy()` does neither.
 */

/** A connection to the other hubs that share a space. */
export interface Bus extends Closable {
  /** For what must not wait: no reader that is stuck on the data lane holds it up. */
  readonly control: BusLane;
  readonly data: BusLane;
  readonly isConnected: boolean;
  readonly counts: BusCounts;
  /** Calls `listener` at each change of `isConnected`, until the result is disposed of. */
  onConnection(listener: (isConnected: boolean) => void): Disposable;
}

/** One of the two ways of a bus. */
export interface BusLane {
  /** Throws `HUB_BUS_FULL` as above, `BASE_CLOSED` after the end. */
  publish(subject: BusSubject, bytes: Uint8Array): void;
  readonly isConnected: boolean;
  /** False where `publish` would throw `HUB_BUS_FULL`. */
  readonly hasRoom: boolean;
  /** Calls `listener` for each message of others, until the result is disposed of. */
  subscribe(subject: BusSubject, listener: (bytes: Uint8Array) => void): Disposable;
  /** Resolves when the bus has everything that was published and subscribed to on this lane. Rejects when it disconnects. */
  flush(): Promise<void>;
}

/** The parts of a name: `['topic', 'a.b']`. At least one. */
export type BusSubject = readonly string[];

/** A longer message is refused by its receiver. */
export const mostMessageBytes = 128 * 2 ** 20;

/** What a bus has counted, over both lanes. */
export interface BusCounts {
  sent: number;
  sentBytes: number;
  received: number;
  receivedBytes: number;
  /** Messages that were not sent: no room, or a control message while disconnected. */
  dropped: number;
  disconnects: number;
  /** Messages that wait for a connection, and the bytes that the bus has not confirmed. */
  kept: number;
  unconfirmedBytes: number;
}

/** Counts that are all 0. */
export const noCounts = (): BusCounts => ({
  sent: 0,
  sentBytes: 0,
  received: 0,
  receivedBytes: 0,
  dropped: 0,
  disconnects: 0,
  kept: 0,
  unconfirmedBytes: 0,
});
