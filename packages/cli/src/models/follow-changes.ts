import { type Clock, sleep } from '@inkwire/base';

/** Something that changes: its present value, and a stamp that differs after every change. */
export interface Version<T> {
  readonly value: T;
  readonly stamp: string;
}

/**
 * Calls `look` every `everyMs` and yields the value at first and whenever its stamp has changed, until the signal aborts.
 * While `look` finds nothing it waits. Time that the caller spends on a value is not made up for.
 */
export async function* followChanges<T>(
  look: () => Promise<Version<T> | undefined>,
  everyMs: number,
  options: { readonly signal: AbortSignal; readonly clock?: Clock },
): AsyncGenerator<T, void, undefined> {
  let seen: string | undefined;
  while (!options.signal.aborted) {
    const found = await look();
    if (found !== undefined && found.stamp !== seen) {
      seen = found.stamp;
      yield found.value;
    }
    try {
      await sleep(everyMs, options);
    } catch {
      return;
    }
  }
}
