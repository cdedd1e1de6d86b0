import type { Random } from '@inkwire/base';
import type { Database } from './database.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What an arm is built in. */
export interface World {
  readonly clock: VirtualClock;
  readonly database: Database;
  readonly random: Random;
  /** Slots of the database. */
  readonly capacity: number;
  /** How long the database takes to open a connection, in milliseconds. */
  readonly connectMs: number;
  /** One way between a client and whoever coordinates, in milliseconds. */
  readonly messageMs: number;
  /** What each client may have at any time. */
  readonly floor: number;
}

/** One process of the application: queries go in, answers or failures come out. */
export interface Client {
  /** Runs a query that occupies a connection for `serviceMs`. */
  query(serviceMs: number, answered: (failed: boolean) => void): void;
  /** The most connections that it may have now. */
  readonly limit: number;
  /** Gives its connections back; nothing is asked of it any more. */
  leave(): void;
}

/** A way for clients to share the database's connections. */
export interface Arm {
  join(name: string): Client;
}

export type CreateArm = (world: World) => Arm;
