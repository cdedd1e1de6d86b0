import { type Clock, systemClock, type Timer } from '@inkwire/base';
import { overloadError } from './cassandra-errors.ts';

interface Waiting {
  enter(): void;
}

/**
 * Lets so many through at once, and the others wait, but only for a moment: then they are `READINGS_OVERLOADED`. The driver
 * itself has no limit that is of use: it takes 2,048 requests a connection, which then need seconds.
 */
export class Gate {
  readonly #limit: number;
  readonly #maxWaiting: number;
  readonly #waitMs: number;
  readonly #clock: Clock;
  /** In the order of their arrival. */
  readonly #waiting = new Set<Waiting>();
  #inside = 0;

  constructor(
    {
      limit,
      maxWaiting,
      waitMs,
    }: { readonly limit: number; readonly maxWaiting: number; readonly waitMs: number },
    clock: Clock = systemClock,
  ) {
    this.#limit = limit;
    this.#maxWaiting = maxWaiting;
    this.#waitMs = waitMs;
    this.#clock = clock;
  }

  /** Resolves when there is room; whoever enters has to leave. Throws `READINGS_OVERLOADED`, or the signal's reason. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#inside < this.#limit) {
      this.#inside++;
      return;
    }
    if (this.#waiting.size >= this.#maxWaiting)
      throw overloadError(`${this.#waiting.size} others are waiting`);
    await this.#wait(signal);
  }

  leave(): void {
    const [next] = this.#waiting;
    // The place of one becomes that of the next.
    if (next === undefined) this.#inside--;
    else next.enter();
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        timer.cancel();
        signal?.removeEventListener('abort', abort);
      };
      const waiting: Waiting = {
        enter: () => {
          end();
          resolve();
        },
      };
      const refuse = (error: Error) => {
        end();
        reject(error);
      };
      const abort = () => refuse(signal!.reason);
      const timer: Timer = this.#clock.after(this.#waitMs, () =>
        refuse(overloadError(`no answer to others within ${this.#waitMs} ms`)),
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiting);
    });
  }
}
