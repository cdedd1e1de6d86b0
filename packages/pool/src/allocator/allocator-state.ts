import { Clients } from './clients.ts';
import type { AllocatorAction } from './events.ts';
import type { ResolvedAllocatorOptions } from './options.ts';
import { Reservations } from './reservations.ts';
import type { AllocatorCounts } from './snapshot.ts';

/** The state that the parts of an allocator share: its clients, their reservations, and the event that is being handled. */
export class AllocatorState {
  readonly options: ResolvedAllocatorOptions;
  readonly clients = new Clients();
  readonly reservations: Reservations;
  readonly counts: AllocatorCounts = {
    reports: 0,
    grants: 0,
    refusals: 0,
    ignored: 0,
    overdrawn: 0,
    admitted: 0,
    departed: 0,
    fences: 0,
    fencesFailed: 0,
  };
  /** The time of the event, and the actions that it causes. */
  nowMs: number;
  #actions: AllocatorAction[] = [];

  constructor(options: ResolvedAllocatorOptions, nowMs: number) {
    this.options = options;
    this.nowMs = nowMs;
    this.reservations = new Reservations(options.capacity - options.spare);
  }

  /** The time at which a client that reports now is silent if it reports no more. */
  get leaseEndMs(): number {
    return this.nowMs + this.options.leaseMs + this.options.marginMs;
  }

  /** Another event, at `nowMs`. */
  begin(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    this.#actions = [];
  }

  act(action: AllocatorAction): void {
    this.#actions.push(action);
  }

  get actions(): AllocatorAction[] {
    return this.#actions;
  }
}
