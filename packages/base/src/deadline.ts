import { type Clock, systemClock, type Timer } from './clock.ts';
import { BaseError } from './errors.ts';

/** The options of every call that waits. */
export interface WaitOptions {
  /** Ends the wait; the wait rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after this many milliseconds with `BASE_TIMEOUT`. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits for `promise`, but no longer than the options allow. The work behind the promise continues, and its owner must end
 * it. A rejection that comes later is handled.
 */
export async function within<T>(
  promise: PromiseLike<T>,
  options: WaitOptions,
  clock: Clock = systemClock,
): Promise<T> {
  const { signal, timeoutMs } = options;
  // Watched before the signal is looked at, so that an early return leaves no rejection unhandled.
  const watched = Promise.resolve(promise);
  watched.catch(() => {});
  signal?.throwIfAborted();
  if (signal === undefined && timeoutMs === undefined) return watched;

  let stopWatching = () => {};
  const ended = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal!.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => reject(timeoutError(timeoutMs)));
    stopWatching = () => {
      signal?.removeEventListener('abort', onAbort);
      timer?.cancel();
    };
  });
  try {
    return await Promise.race([watched, ended]);
  } finally {
    stopWatching();
  }
}

/** The error of a deadline that has passed. */
export function timeoutError(timeoutMs: number): BaseError {
  return new BaseError('BASE_TIMEOUT', `No answer within ${timeoutMs} ms`, { retryable: true });
}

/** Waits `delayMs`, or until the signal aborts: then it rejects with `signal.reason`. */
export async function sleep(
  delayMs: number,
  options: { readonly signal?: AbortSignal | undefined; readonly clock?: Clock } = {},
): Promise<void> {
  let timer: Timer | undefined;
  const due = new Promise<void>((resolve) => {
    timer = (options.clock ?? systemClock).after(delayMs, resolve);
  });
  try {
    await within(due, { signal: options.signal });
  } finally {
    timer?.cancel();
  }
}
