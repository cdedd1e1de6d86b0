import type { BusSubject } from './bus.ts';
import { subjectKey } from './subjects.ts';

/** The listeners of one lane, by subject. A subject may have several. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<(bytes: Uint8Array) => void>>();

  /** `onFirst` and `onLast`: the subject has got its first listener, and lost its last. */
  add(
    subject: BusSubject,
    listener: (bytes: Uint8Array) => void,
    onFirst: () => void = () => {},
    onLast: () => void = () => {},
  ): Disposable {
    const key = subjectKey(subject);
    const listeners = this.#listeners.get(key) ?? new Set();
    // One function may listen twice, and stop once.
    const own = (bytes: Uint8Array) => listener(bytes);
    listeners.add(own);
    if (listeners.size === 1) {
      this.#listeners.set(key, listeners);
      onFirst();
    }
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        this.#listeners.delete(key);
        onLast();
      },
    };
  }

  has(key: string): boolean {
    return this.#listeners.has(key);
  }

  /** Calls each listener. One that throws harms no other, and its error is reported. */
  deliver(key: string, bytes: Uint8Array): void {
    for (const listener of this.#listeners.get(key) ?? []) {
      try {
        listener(bytes);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
