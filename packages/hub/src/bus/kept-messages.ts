import { expectInteger, Fifo } from '@inkwire/base';
import { HubError } from '../errors.ts';
import type { BusCounts } from './bus.ts';

/** The bounds of what is kept while a bus is disconnected. */
export interface KeptLimits {
  /** Default 10,000. */
  readonly maxKeptMessages?: number | undefined;
  /** Default 16 MiB. */
  readonly maxKeptBytes?: number | undefined;
}

/** The messages that wait for a connection, in their order. A message is copied: its memory may be a slab of many. */
export class KeptMessages<Address> {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #counts: BusCounts;
  readonly #messages = new Fifo<{ readonly to: Address; readonly bytes: Uint8Array }>();
  #bytes = 0;

  constructor(limits: KeptLimits, counts: BusCounts) {
    this.#maxMessages = expectInteger('maxKeptMessages', limits.maxKeptMessages ?? 10_000, { min: 1 });
    this.#maxBytes = expectInteger('maxKeptBytes', limits.maxKeptBytes ?? 16 * 2 ** 20, { min: 1 });
    this.#counts = counts;
  }

  get hasRoom(): boolean {
    return this.#messages.length < this.#maxMessages && this.#bytes < this.#maxBytes;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Throws `HUB_BUS_FULL`. */
  add(to: Address, bytes: Uint8Array): void {
    if (!this.hasRoom) {
      this.#counts.dropped++;
      throw busFull();
    }
    this.#messages.push({ to, bytes: bytes.slice() });
    this.#bytes += bytes.length;
    this.#counts.kept++;
  }

  /** Gives up each message, first to last. */
  release(send: (to: Address, bytes: Uint8Array) => void): void {
    for (const { to, bytes } of this.#messages.take()) {
      this.#bytes -= bytes.length;
      this.#counts.kept--;
      send(to, bytes);
    }
  }
}

export const busFull = () =>
  new HubError('HUB_BUS_FULL', 'The other hubs cannot be reached, and no more messages are kept for them', {
    retryable: true,
  });
