import type { AllocatorState } from './allocator-state.ts';

/**
 * The time after a restart. Nothing grows until a lease has passed and every client on disk is settled: it has applied a
 * grant of this epoch, said goodbye, or was fenced. With `hold` no client is fenced. Then the connections that others have
 * returned since are shared out once the lease has passed: see `Reservations.beginUnknown`.
 */
export class Learning {
  readonly #state: AllocatorState;
  readonly untilMs: number;
  isOver: boolean;

  /** Called before there is a client. */
  constructor(state: AllocatorState) {
    const { learnMs, known, silent } = state.options;
    this.#state = state;
    this.untilMs = state.nowMs + learnMs;
    this.isOver = learnMs <= 0 && known.length === 0;
    if (!this.isOver && silent === 'hold') state.reservations.beginUnknown();
  }

  /** Whether there is anything that may grow: with `hold` what is unknown is kept, so that the rest may be shared. */
  get mayGrow(): boolean {
    return this.isOver || (this.#state.options.silent === 'hold' && this.#hasLeasePassed);
  }

  /** Ends it when the time has come. */
  update(): void {
    if (this.isOver || !this.#hasLeasePassed || this.#state.clients.unsettled !== undefined) return;
    this.isOver = true;
    this.#state.reservations.endUnknown();
    this.#state.act({ kind: 'learned' });
  }

  get #hasLeasePassed(): boolean {
    return this.#state.nowMs >= this.untilMs;
  }
}
