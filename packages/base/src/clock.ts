import { Heap, type Placed } from './heap.ts';

/** A timer that waits. The code that set it cancels it. */
export interface Timer extends Disposable {
  cancel(): void;
}

/** The source of time. Everything that waits takes one, so that tests and simulators own time. */
export interface Clock {
  /** Milliseconds since 1970, for people and records. It may jump. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never goes back. For deadlines and durations. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`, however long (never after Infinity); an unref'ed timer keeps no process alive. */
  after(delayMs: number, callback: () => void, options?: { readonly unref?: boolean }): Timer;
}

function timer(cancel: () => void): Timer {
  return { cancel, [Symbol.dispose]: cancel };
}

/** `setTimeout` takes 31 bits; anything longer, 25 days or Infinity, it would run at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback, options) {
    let handle: ReturnType<typeof setTimeout>;
    const wait = (leftMs: number) => {
      const isLong = leftMs > longestTimeoutMs;
      handle = isLong
        ? setTimeout(() => wait(leftMs - longestTimeoutMs), longestTimeoutMs)
        : setTimeout(callback, leftMs);
      if (options?.unref && typeof handle === 'object') handle.unref();
    };
    wait(delayMs);
    return timer(() => clearTimeout(handle));
  },
};

/** A clock that moves only by `advance(ms)`, which runs every timer that falls due, in order of time. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** The number of waiting timers. */
  readonly pending: number;
}

interface Waiting extends Placed {
  readonly at: number;
  /** Of two timers for one moment, the one set first runs first. */
  readonly sequence: number;
  readonly callback: () => void;
}

/** Creates a clock for tests that starts at `startMs` (default 0) for `now()` and at 0 for `monotonic()`. */
export function createManualClock(startMs = 0): ManualClock {
  let elapsed = 0;
  let sequence = 0;
  const waiting = new Heap<Waiting>((a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence));

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after(delayMs, callback) {
      const due = { at: elapsed + Math.max(0, delayMs), sequence: sequence++, callback, place: -1 };
      waiting.put(due);
      return timer(() => waiting.remove(due));
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let due = waiting.first; due !== undefined && due.at <= until; due = waiting.first) {
        waiting.remove(due);
        elapsed = due.at;
        due.callback();
      }
      elapsed = until;
    },
    get pending() {
      return waiting.size;
    },
  };
}
