import {
  type Clock,
  CodedError,
  createRandom,
  expectInteger,
  expectNumber,
  type Random,
  systemClock,
} from '@inkwire/base';
import { expectLimits, type LeasedLimits } from '../limits.ts';

/** The argument of an attempt to open a connection. */
export interface OpenContext {
  /** Aborts when the attempt took too long or is no longer wanted. The attempt has to end then, and its promise to settle. */
  readonly signal: AbortSignal;
  /** To be called when the connection has ended by itself. It is not borrowed again; a borrower keeps it until the release. */
  lost(error?: unknown): void;
}

/** A borrowed connection without activity for `inactiveAfterMs`. */
export interface InactiveReport {
  readonly pool: string;
  /** The time since it was borrowed, and since it was last used. */
  readonly lentMs: number;
  readonly inactiveMs: number;
  /** The place in the code at which it was acquired. */
  readonly stack: string;
  readonly isReclaimed: boolean;
}

/** The functions with which a pool makes, ends and judges its connections, and the times for which it waits. */
export interface PoolOptions<C> {
  /** Opens a connection. A promise that never settles keeps its place in the pool for good: see `OpenContext.signal`. */
  open(context: OpenContext): Promise<C>;
  /** Closes a connection; settles when it is really closed. A rejection means: closed, in whatever way. */
  close(connection: C): Promise<void> | void;
  /** Ends a connection at once: after a failure, or when `close` takes too long. Default: `close`. */
  destroy?(connection: C, error: Error | undefined): Promise<void> | void;
  /** Whether a connection that has rested for `checkAfterIdleMs` still works. Default: not checked. */
  check?(connection: C): Promise<boolean> | boolean;
  /** Makes a released connection ready for the next; false: it is not fit for that. Default: it is. */
  reset?(connection: C): Promise<boolean> | boolean;
  /** Whether the database refused because it has too many connections. Default: never. */
  isFull?(error: unknown): boolean;
  /** Whether trying again is of no use: a wrong password, no such database. Default: a coded error that is not retryable. */
  isPermanent?(error: unknown): boolean;
  /**
   * Wraps a connection for its holder, once a lease. `use` is to be called whenever the wrapper is used: it counts as activity,
   * and throws `POOL_LEASE_RELEASED` or `POOL_LEASE_RECLAIMED` after the end. Default: the connection itself.
   */
  lend?(connection: C, use: () => void): C;
  /** Whether a borrowed connection is at work right now: then it is not inactive. Default: no. */
  isBusy?(connection: C): boolean;
  /** Called with borrowed connections without activity. Default: a warning of the process, with the place. */
  onInactive?(report: InactiveReport): void;

  readonly name?: string;
  readonly limits?: LeasedLimits;
  readonly acquireTimeoutMs?: number;
  readonly maxQueued?: number;
  readonly openTimeoutMs?: number;
  readonly closeTimeoutMs?: number;
  readonly checkTimeoutMs?: number;
  readonly checkAfterIdleMs?: number;
  readonly idleTimeoutMs?: number;
  readonly maxLifeMs?: number;
  readonly lifeJitter?: number;
  readonly inactiveAfterMs?: number;
  readonly reclaimsInactive?: boolean;
  readonly breakerAfter?: number;
  readonly backoffInitialMs?: number;
  readonly backoffMaxMs?: number;
  readonly fullRetryMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

const optionalFunctions = [
  'destroy',
  'check',
  'reset',
  'isFull',
  'isPermanent',
  'lend',
  'isBusy',
  'onInactive',
] as const;

type Defaulted = Exclude<
  keyof PoolOptions<unknown>,
  'check' | 'destroy' | 'isBusy' | 'isFull' | 'lend' | 'reset'
>;

/** Options with every default filled in. */
export type ResolvedPoolOptions<C> = Readonly<Required<Pick<PoolOptions<C>, Defaulted>>> & PoolOptions<C>;

/** Checks every option once. Throws a TypeError or RangeError that names the option and what was expected. */
export function resolveOptions<C>(options: PoolOptions<C>): ResolvedPoolOptions<C> {
  const duration = (name: keyof PoolOptions<C> & string, fallback: number, min = 0) => {
    const value = options[name] ?? fallback;
    return value === Infinity ? Infinity : expectNumber(name, value, { min });
  };
  for (const name of ['open', 'close'] as const) expectFunction(name, options[name]);
  for (const name of optionalFunctions) if (options[name] !== undefined) expectFunction(name, options[name]);
  const limits = options.limits ?? { min: 0, max: 10 };
  expectLimits(limits);
  const backoffInitialMs = expectNumber('backoffInitialMs', options.backoffInitialMs ?? 100, { min: 0 });

  return Object.freeze({
    ...options,
    name: options.name ?? 'pool',
    onInactive: options.onInactive ?? warn,
    isPermanent: options.isPermanent ?? isNotRetryable,
    limits,
    acquireTimeoutMs: expectNumber('acquireTimeoutMs', options.acquireTimeoutMs ?? 30_000, { min: 0 }),
    maxQueued: expectInteger('maxQueued', options.maxQueued ?? 10_000, { min: 1 }),
    openTimeoutMs: duration('openTimeoutMs', 10_000, 1),
    closeTimeoutMs: duration('closeTimeoutMs', 5_000, 1),
    checkTimeoutMs: duration('checkTimeoutMs', 2_000, 1),
    checkAfterIdleMs: duration('checkAfterIdleMs', 5_000),
    idleTimeoutMs: duration('idleTimeoutMs', 60_000, 1),
    maxLifeMs: duration('maxLifeMs', 1_800_000, 1),
    lifeJitter: expectNumber('lifeJitter', options.lifeJitter ?? 0.1, { min: 0, max: 1 }),
    inactiveAfterMs: duration('inactiveAfterMs', Infinity, 1),
    reclaimsInactive: options.reclaimsInactive ?? false,
    breakerAfter: expectInteger('breakerAfter', options.breakerAfter ?? 5, { min: 1 }),
    backoffInitialMs,
    backoffMaxMs: expectNumber('backoffMaxMs', options.backoffMaxMs ?? Math.max(10_000, backoffInitialMs), {
      min: backoffInitialMs,
    }),
    fullRetryMs: expectNumber('fullRetryMs', options.fullRetryMs ?? 20, { min: 0 }),
    clock: options.clock ?? systemClock,
    random: options.random ?? createRandom(Math.floor(Math.random() * 2 ** 32)),
  });
}

function expectFunction(name: string, value: unknown): void {
  if (typeof value !== 'function')
    throw new TypeError(`Expected \`${name}\` to be a function, got \`${String(value)}\``);
}

/** Whether an error of ours says that it is not retryable. */
export function isNotRetryable(error: unknown): boolean {
  return error instanceof CodedError && !error.retryable;
}

function warn({ pool, inactiveMs, stack, isReclaimed }: InactiveReport): void {
  const fate = isReclaimed ? 'and was reclaimed' : 'and has not been given back';
  process.emitWarning(
    `A connection of ${pool} has not been used for ${Math.round(inactiveMs)} ms ${fate}; it was taken\n${stack}`,
    'InactiveLeaseWarning',
  );
}
