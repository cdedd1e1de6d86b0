import { createRandom, type Random } from '@inkwire/base';

/** The lease of every schedule, in milliseconds; everything else is of its order. */
export const leaseMs = 100;

/** What goes wrong, and when. `who` chooses among those that are there. Milliseconds of true time throughout. */
export type Fault = { readonly atMs: number; readonly who: number } & (
  | { readonly kind: 'kill'; readonly lingerMs: number; readonly backAfterMs: number }
  /** `isSuspended`: the machine, whose monotonic clock stands still meanwhile. */
  | { readonly kind: 'pause'; readonly forMs: number; readonly isSuspended: boolean }
  | { readonly kind: 'jump'; readonly byMs: number }
  | { readonly kind: 'cut'; readonly forMs: number }
  | { readonly kind: 'storm'; readonly forMs: number }
  | { readonly kind: 'slow-connects'; readonly forMs: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' }
  /** Another process of the same name, while the first lives. */
  | { readonly kind: 'twin' }
  /** `isWritten`: what was being written when it crashed is on disk. */
  | { readonly kind: 'allocator-crash'; readonly backAfterMs: number; readonly isWritten: boolean }
  | { readonly kind: 'allocator-pause'; readonly forMs: number; readonly isSuspended: boolean }
  | { readonly kind: 'allocator-jump'; readonly byMs: number }
  /** It is paused and another takes its place; then it goes on. */
  | { readonly kind: 'allocator-double'; readonly forMs: number }
);

export type FaultKind = Fault['kind'];

/** A run: its seed decides everything that is not said. */
export interface Schedule {
  readonly seed: number;
  readonly capacity: number;
  readonly strategy: 'fixed' | 'mean' | 'fair';
  readonly silent: 'fence' | 'hold';
  readonly paceMs: number;
  /** The floor of each client that is there at the beginning. */
  readonly floors: readonly number[];
  readonly faults: readonly Fault[];
  /** How long faults may happen; afterwards everything is well. */
  readonly troubleMs: number;
}

/** The schedule of a seed, a non-negative integer. */
export function createSchedule(seed: number): Schedule {
  const random = createRandom(seed);
  const capacity = 4 + random.below(12);
  const floors: number[] = [];
  const clients = 2 + random.below(3);
  for (let i = 0; i < clients; i++) floors.push(random.below(3));
  const strategy = random.next() < 0.7 ? 'fair' : random.next() < 0.5 ? 'mean' : 'fixed';
  const troubleMs = 3 * leaseMs + random.below(5 * leaseMs);
  const faults = Array.from({ length: 1 + random.below(8) }, () => createFault(random, troubleMs));
  faults.sort((a, b) => a.atMs - b.atMs);
  const silent = random.next() < 0.8 ? 'fence' : 'hold';
  const paceMs = random.next() < 0.7 ? 0 : 1 + random.below(10);
  return { seed, capacity, strategy, silent, paceMs, floors, faults, troubleMs };
}

const kinds: readonly FaultKind[] = [
  'kill',
  'kill',
  'pause',
  'pause',
  'jump',
  'cut',
  'cut',
  'storm',
  'storm',
  'slow-connects',
  'join',
  'leave',
  'twin',
  'allocator-crash',
  'allocator-crash',
  'allocator-pause',
  'allocator-jump',
  'allocator-double',
];

function createFault(random: Random, troubleMs: number): Fault {
  const kind = kinds[random.below(kinds.length)]!;
  const base = { atMs: random.below(troubleMs), who: random.below(1000) };
  // As often shorter than a lease as longer.
  const forMs = Math.ceil(leaseMs * 10 ** (1.4 * random.next() - 0.7));
  switch (kind) {
    case 'kill':
      return { ...base, kind, lingerMs: random.below(4 * leaseMs), backAfterMs: random.below(2 * leaseMs) };
    case 'pause':
    case 'allocator-pause':
      return { ...base, kind, forMs, isSuspended: random.next() < 0.5 };
    case 'jump':
    case 'allocator-jump':
      return { ...base, kind, byMs: forMs };
    case 'allocator-crash':
      return { ...base, kind, backAfterMs: random.below(2 * leaseMs), isWritten: random.next() < 0.5 };
    case 'cut':
    case 'storm':
    case 'slow-connects':
    case 'allocator-double':
      return { ...base, kind, forMs };
    default:
      return { ...base, kind };
  }
}
