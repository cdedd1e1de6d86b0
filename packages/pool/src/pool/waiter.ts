import type { Borrowed } from './borrowed.ts';
import type { Queue, Queued } from './queue.ts';
import type { Place } from './slot.ts';

/** A caller that waits for a connection. It is taken out of the queue before it is answered. */
export class Waiter<C> implements Queued<Waiter<C>> {
  queue: Queue<Waiter<C>> | undefined = undefined;
  previous: Waiter<C> | undefined = undefined;
  next: Waiter<C> | undefined = undefined;
  /** In the heap of deadlines. */
  place = -1;

  readonly since: number;
  readonly deadline: number;
  readonly taken: Place;
  readonly promise: Promise<Borrowed<C>>;
  #resolve!: (borrowed: Borrowed<C>) => void;
  #reject!: (reason: unknown) => void;
  #signal: AbortSignal | undefined;
  #listener: (() => void) | undefined;

  constructor(since: number, timeoutMs: number, taken: Place) {
    this.since = since;
    this.deadline = since + timeoutMs;
    this.taken = taken;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onAbort(signal: AbortSignal, listener: () => void): void {
    signal.addEventListener('abort', listener, { once: true });
    this.#signal = signal;
    this.#listener = listener;
  }

  serve(borrowed: Borrowed<C>): void {
    this.#stopListening();
    this.#resolve(borrowed);
  }

  refuse(reason: unknown): void {
    this.#stopListening();
    this.#reject(reason);
  }

  #stopListening(): void {
    this.#signal?.removeEventListener('abort', this.#listener!);
  }
}
