import type { Admission } from './admission.ts';
import type { AllocatorState } from './allocator-state.ts';
import type { Client } from './client.ts';

/**
 * Handles clients whose lease has ended. The end frees nothing. A silent client takes no part in the sharing, and is fenced
 * when its connections or its name are needed. A fenced client is gone: it has no session and can open none.
 */
export class Silence {
  readonly #state: AllocatorState;
  readonly #admission: Admission;

  constructor(state: AllocatorState, admission: Admission) {
    this.#state = state;
    this.#admission = admission;
  }

  /** Whether a client is gone for good without a goodbye. A client that holds nothing needs no fence. */
  isOver(client: Client): boolean {
    if (this.#state.nowMs < client.expiresAtMs || client.state === 'admitting') return false;
    return client.state === 'waiting' || (client.state === 'member' && client.reserved === 0);
  }

  /** Fences those of the silent that are in the way: `isWanted` says whether what they hold is needed. */
  fence(silent: readonly Client[], isWanted: boolean): void {
    if (this.#state.options.silent !== 'fence') return;
    for (const client of silent) {
      const isUnsure = client.state === 'unsettled' || client.state === 'fencing';
      if (!(isWanted || client.isContended || isUnsure) || this.#state.nowMs < client.fenceAgainAtMs)
        continue;
      client.state = 'fencing';
      // Until its outcome is known it is not tried again.
      client.fenceAgainAtMs = Infinity;
      this.#state.counts.fences++;
      this.#state.act({ kind: 'fence', client: client.identity });
    }
  }

  /** A fence has ended. */
  fenced(client: Client, isGone: boolean): void {
    if (client.state !== 'fencing') return;
    if (isGone) this.#admission.remove(client);
    else {
      this.#state.counts.fencesFailed++;
      client.fenceAgainAtMs = this.#state.nowMs + this.#state.options.fenceRetryMs;
    }
  }

  /** The time at which the next of them is silent, or is to be fenced again. */
  dueMs(live: readonly Client[], silent: readonly Client[]): number {
    let due = Infinity;
    for (const { expiresAtMs } of live) due = Math.min(due, expiresAtMs);
    for (const { fenceAgainAtMs } of silent)
      if (fenceAgainAtMs > this.#state.nowMs) due = Math.min(due, fenceAgainAtMs);
    return due;
  }
}
