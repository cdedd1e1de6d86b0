import { type Clock, expectInteger, expectNumber, systemClock } from '@inkwire/base';
import { longestName } from '../allocator/check-report.ts';
import { randomIncarnation } from './incarnation.ts';
import type { LeasedPool } from './leased-pool.ts';
import type { LeaseTransport } from './transport.ts';

/** The demands of a lease client, and how often it reports. */
export interface LeaseClientOptions {
  readonly pool: LeasedPool;
  readonly transport: LeaseTransport;
  /** The client's name: 1 to 200 characters. One process at a time has a name. */
  readonly name: string;
  /** Gives each incarnation its own id. Default: random. */
  readonly incarnation?: () => string;
  /** The connections that this client may have at any time, once it was admitted. Default 1. */
  readonly floor?: number;
  /** The most that it can use. Default 10,000. */
  readonly ceiling?: number;
  /** Its share relative to others. Default 1. */
  readonly weight?: number;
  /** The shortest time between two reports, in milliseconds; four times that when nothing is urgent. Default 5. */
  readonly gapMs?: number;
  /** The longest time between two reports; at most a third of the lease. Default 1,000. */
  readonly tickMs?: number;
  /** The wait for a reply before the next report is sent. Default 250. */
  readonly replyMs?: number;
  /** The time for which `close()` waits for connections to close and for the allocator to confirm the goodbye. Default 5,000. */
  readonly leaveMs?: number;
  /** The clock of the pool. */
  readonly clock?: Clock;
}

export type ResolvedLeaseClientOptions = Readonly<Required<LeaseClientOptions>>;

const mostConnections = Number.MAX_SAFE_INTEGER;

/** Checks every option once. Throws a TypeError or RangeError that names it. */
export function resolveLeaseClientOptions(options: LeaseClientOptions): ResolvedLeaseClientOptions {
  const floor = expectInteger('floor', options.floor ?? 1, { min: 0, max: mostConnections });
  const duration = (name: keyof LeaseClientOptions & `${string}Ms`, fallback: number, min: number) =>
    expectNumber(name, options[name] ?? fallback, { min });
  return Object.freeze({
    pool: options.pool,
    transport: options.transport,
    name: expectName(options.name),
    incarnation: options.incarnation ?? randomIncarnation,
    floor,
    ceiling: expectInteger('ceiling', options.ceiling ?? Math.max(10_000, floor), {
      min: Math.max(1, floor),
      max: mostConnections,
    }),
    weight: expectNumber('weight', options.weight ?? 1, { min: 1e-3, max: 1e6 }),
    gapMs: duration('gapMs', 5, 0),
    tickMs: duration('tickMs', 1000, 1),
    replyMs: duration('replyMs', 250, 1),
    leaveMs: duration('leaveMs', 5000, 0),
    clock: options.clock ?? systemClock,
  });
}

function expectName(name: unknown): string {
  if (typeof name !== 'string')
    throw new TypeError(`Expected \`name\` to be a string, got \`${String(name)}\``);
  if (name.length >= 1 && name.length <= longestName) return name;
  throw new RangeError(`Expected \`name\` to have 1 to ${longestName} characters, got ${name.length}`);
}
