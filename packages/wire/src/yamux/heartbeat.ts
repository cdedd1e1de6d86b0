import type { Clock, Timer } from '@inkwire/base';

/**
 * Watches for a peer that has fallen silent: at every `intervalMs` it asks for a ping, and when in `misses` intervals on
 * end nothing at all was heard, `onSilent` is called, once. So a peer is gone at most (misses + 1) × intervalMs after its
 * last byte. The timer keeps no process alive; `stop` ends it.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #misses: number;
  readonly #ping: () => void;
  readonly #onSilent: () => void;
  #timer: Timer | undefined;
  /** At first true: the connection was made just now. */
  #heard = true;
  #missed = 0;

  constructor(
    clock: Clock,
    { intervalMs, misses }: { readonly intervalMs: number; readonly misses: number },
    ping: () => void,
    onSilent: () => void,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#misses = misses;
    this.#ping = ping;
    this.#onSilent = onSilent;
    this.#wait();
  }

  /** Something was heard of the peer. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = this.#clock.after(this.#intervalMs, () => this.#beat(), { unref: true });
  }

  #beat(): void {
    this.#missed = this.#heard ? 0 : this.#missed + 1;
    this.#heard = false;
    if (this.#missed >= this.#misses) {
      this.#onSilent();
      return;
    }
    this.#wait();
    this.#ping();
  }
}
