import { gunzipLater } from '#gzip';
import type { WireError } from '../errors.ts';
import type { Allowance } from './allowance.ts';
import { claimedBytes } from './gzip-member.ts';

/*
 * Inflates one long frame at a time in another thread.
 *
 *     idle ──begin()──▶ busy ──▶ ready ──take()──▶ idle
 *                         └──invalid──▶ idle
 *
 * Invariant: the member and what it inflates to count on the connection's allowance from `begin` on, until the payload is
 * taken or dropped.
 */
export class Inflater {
  isBusy = false;
  readonly #allowance: Allowance;
  #payload: Uint8Array | undefined;
  #countedBytes = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Whether a payload can be taken. */
  get isReady(): boolean {
    return this.#payload !== undefined;
  }

  /**
   * Calls back when the inflater is not busy any more; with an error unless it is ready. Throws `WIRE_HELD_TOO_LARGE`.
   */
  begin(member: Uint8Array, onDone: (error?: WireError) => void): void {
    const { maxInflatedBytes } = this.#allowance;
    const bytes = member.length + Math.min(claimedBytes(member), maxInflatedBytes);
    this.#allowance.hold(bytes);
    this.#countedBytes = bytes;
    this.isBusy = true;
    gunzipLater(member, maxInflatedBytes).then(
      (payload) => {
        this.isBusy = false;
        this.#payload = payload;
        onDone();
      },
      (error: WireError) => {
        this.isBusy = false;
        this.clear();
        onDone(error);
      },
    );
  }

  /** Takes the payload, which must be ready. */
  take(): Uint8Array {
    const payload = this.#payload!;
    this.clear();
    return payload;
  }

  /** Drops what is ready. */
  clear(): void {
    this.#payload = undefined;
    this.#allowance.release(this.#countedBytes);
    this.#countedBytes = 0;
  }
}
