import { expectInteger, expectNumber, expectOneOf } from '@inkwire/base';
import { type StrategyName, strategyOf } from './strategies/strategies.ts';
import type { Strategy } from './strategies/strategy.ts';

/**
 * The policies for a client whose lease has ended.
 *
 * - `fence`: when its connections are needed, its sessions are ended in the database, and new ones are refused. Then the
 *   connections go to others. The owner of the allocator does this: see the actions.
 * - `hold`: its connections stay reserved until it reports.
 *
 * With either policy an operator can remove the client, after making sure that it has no session and will open none.
 */
export const silentPolicies = ['fence', 'hold'] as const;
/** The policy for the connections of a silent client. */
export type SilentPolicy = (typeof silentPolicies)[number];

/** A client that was admitted, as it is kept on disk. */
export interface AdmittedClient {
  readonly name: string;
  readonly incarnation: string;
  readonly floor: number;
}

/** A key that is different for each incarnation of each client. */
export const clientKey = (name: string, incarnation: string): string => `${name}\n${incarnation}`;

/** The terms on which an allocator shares. Milliseconds throughout. */
export interface AllocatorOptions {
  /** Connections that the database takes. At least 1. */
  readonly capacity: number;
  /** Of these, how many are never granted: for what the database has not freed yet, and for people. Default 0. */
  readonly spare?: number;
  /** The connections shared before it is known that more help: see `TotalLimit`. Default, and at most: all but the spare. */
  readonly comfortable?: number;
  /**
   * The strategy by which connections are shared, by name or with options of its own: `fixed`, equal shares; `mean`, in
   * proportion to the exponential moving average of what was used; `fair`, by what is needed now. Default `fair`.
   */
  readonly strategy?: StrategyName | Strategy;
  /** The time for which a grant holds. Default 5,000. */
  readonly leaseMs?: number;
  /** The time that the allocator adds to it on its side, for clocks that differ. Default a tenth of the lease. */
  readonly marginMs?: number;
  /** The time after the beginning in which nothing grows. Default lease and margin; 0 only where no client can hold a lease. */
  readonly learnMs?: number;
  /** Default `fence`. */
  readonly silent?: SilentPolicy;
  /** The wait before a failed or incomplete fence is tried again. Default 500. */
  readonly fenceRetryMs?: number;
  /** Grows with every beginning, on one disk. Default 1. */
  readonly epoch?: number;
  /** Clients that were admitted in earlier epochs and have not gone; each incarnation once. Default none. */
  readonly known?: readonly AdmittedClient[];
  /** Whether `known` is everyone. If not, a client of an earlier epoch is taken in while learning. Default true. */
  readonly isKnownComplete?: boolean;
  /**
   * The pause after the shares were made, in which reports are collected and then answered together: making the shares
   * visits every client. Default 0 for fewer than 500 clients, 1 from there on, 2 from 1,000, and so on.
   */
  readonly paceMs?: number | undefined;
  /** Most clients, waiting ones included. Default 10,000. */
  readonly maxClients?: number;
}

export type ResolvedAllocatorOptions = Readonly<
  Required<Omit<AllocatorOptions, 'paceMs' | 'strategy'>> &
    Pick<AllocatorOptions, 'paceMs'> & { readonly strategy: Strategy }
>;

/** Checks every option once. Throws a TypeError or RangeError that names it. */
export function resolveAllocatorOptions(options: AllocatorOptions): ResolvedAllocatorOptions {
  const duration = (name: keyof AllocatorOptions & `${string}Ms`, fallback: number, min: number) =>
    expectNumber(name, options[name] ?? fallback, { min });

  const capacity = expectInteger('capacity', options.capacity, { min: 1 });
  const spare = expectInteger('spare', options.spare ?? 0, { min: 0, max: capacity - 1 });
  const budget = capacity - spare;
  const leaseMs = duration('leaseMs', 5000, 1);
  const marginMs = duration('marginMs', leaseMs / 10, 0);
  return Object.freeze({
    capacity,
    spare,
    comfortable: expectInteger('comfortable', options.comfortable ?? budget, { min: 1, max: budget }),
    strategy: strategyOf(options.strategy ?? 'fair'),
    leaseMs,
    marginMs,
    learnMs: duration('learnMs', leaseMs + marginMs, 0),
    silent: expectOneOf('silent', options.silent ?? 'fence', silentPolicies),
    fenceRetryMs: duration('fenceRetryMs', 500, 1),
    epoch: expectInteger('epoch', options.epoch ?? 1, { min: 1 }),
    known: expectDistinct(options.known ?? []),
    isKnownComplete: options.isKnownComplete ?? true,
    paceMs: options.paceMs === undefined ? undefined : duration('paceMs', 0, 0),
    maxClients: expectInteger('maxClients', options.maxClients ?? 10_000, { min: 1 }),
  });
}

function expectDistinct(known: readonly AdmittedClient[]): readonly AdmittedClient[] {
  const keys = new Set<string>();
  for (const { name, incarnation } of known) {
    const key = clientKey(name, incarnation);
    if (keys.has(key))
      throw new RangeError(
        `Expected \`known\` to have each incarnation once, got \`${incarnation}\` of \`${name}\` twice`,
      );
    keys.add(key);
  }
  return known;
}
