import { type Clock, expectInteger, type Timer } from '@inkwire/base';
import { WireError } from '../errors.ts';

/** The detection of a dead peer. */
export interface PingOptions {
  /** Default 10 s. */
  readonly intervalMs?: number | undefined;
  /** Intervals on end without a byte, from 1. Default 2: a peer is gone within 30 s, (misses + 1) × intervalMs. */
  readonly misses?: number | undefined;
}

export type ResolvedPing = Readonly<Record<keyof PingOptions, number>>;

/** Undefined for false: no peer is checked. Throws a RangeError that names the option which is out of bounds. */
export function resolvePing(ping: PingOptions | false = {}): ResolvedPing | undefined {
  if (ping === false) return undefined;
  const { intervalMs = 10_000, misses = 2 } = ping;
  return {
    intervalMs: expectInteger('ping.intervalMs', intervalMs, { min: 1 }),
    misses: expectInteger('ping.misses', misses, { min: 1 }),
  };
}

/**
 * Detects a dead peer. Every `intervalMs` it calls `ping`; after `misses` consecutive intervals without a byte it calls
 * `onSilent`, once. So a peer is dead at most (misses + 1) × intervalMs after its last byte. An interval does not count
 * when `isDeaf` is true at its end, because a side that does not read receives nothing. The timer keeps no process alive;
 * `stop` ends it.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #misses: number;
  readonly #ping: () => void;
  readonly #onSilent: (error: WireError) => void;
  readonly #isDeaf: () => boolean;
  #timer: Timer | undefined;
  /** At first true: the connection was made just now. */
  #hasReceived = true;
  #missed = 0;

  constructor(
    clock: Clock,
    { intervalMs, misses }: ResolvedPing,
    ping: () => void,
    onSilent: (error: WireError) => void,
    isDeaf: () => boolean = () => false,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#misses = misses;
    this.#ping = ping;
    this.#onSilent = onSilent;
    this.#isDeaf = isDeaf;
    this.#wait();
  }

  /** Something came from the peer. */
  received(): void {
    this.#hasReceived = true;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = this.#clock.after(this.#intervalMs, () => this.#beat(), { unref: true });
  }

  #beat(): void {
    this.#missed = this.#hasReceived || this.#isDeaf() ? 0 : this.#missed + 1;
    this.#hasReceived = false;
    if (this.#missed >= this.#misses) {
      this.#onSilent(new WireError('WIRE_PEER_SILENT', 'The peer stopped answering', { retryable: true }));
      return;
    }
    this.#wait();
    this.#ping();
  }
}
