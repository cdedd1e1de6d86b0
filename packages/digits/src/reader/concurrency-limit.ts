import { DigitsError } from '../errors.ts';

interface Waiter {
  readonly enter: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets `limit` pieces of work run at once and `maxWaiting` more wait their turn, in order; the next is refused with
 * `DIGITS_OVERLOADED`. Invariant: nothing waits while fewer than `limit` run.
 */
export class ConcurrencyLimit {
  readonly #limit: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Waiter>();
  #running = 0;

  constructor(limit: number, maxWaiting: number) {
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Runs `work` when its turn comes. A signal that aborts before then removes it from the queue. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#running < this.#limit) this.#running++;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting)
      throw new DigitsError('DIGITS_OVERLOADED', `${this.#maxWaiting} pictures are waiting already`, {
        retryable: true,
      });
    let onAbort = () => {};
    try {
      await new Promise<void>((enter, reject) => {
        const waiter = { enter, reject };
        this.#waiting.add(waiter);
        onAbort = () => {
          if (this.#waiting.delete(waiter)) reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** One piece of work has ended: the first in the queue takes its place. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#running--;
      return;
    }
    this.#waiting.delete(first);
    first.enter();
  }
}
