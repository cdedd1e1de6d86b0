import type { AdmittedClient } from '../allocator/options.ts';

/**
 * The state that an allocator has after a restart. Each opening has a higher epoch than all before it, which is durable
 * before a client receives it.
 */
export interface LeaseStore {
  readonly epoch: number;
  /** Clients that were admitted and not forgotten when the store was opened. */
  readonly clients: readonly AdmittedClient[];
  /** Whether that is everyone. False for a store that is new, in whose place there may have been another. */
  readonly isComplete: boolean;
  /** Resolves when it is durable. Rejects when it may not be, or when another has opened the store. */
  admit(client: AdmittedClient): Promise<void>;
  forget(client: AdmittedClient): Promise<void>;
  /** The clients that are kept are all that there are, from now on. */
  complete(): Promise<void>;
  /**
   * The latest epoch that anyone has opened the store with: above `epoch` once another allocator has. Without it a client's
   * word is taken for that.
   */
  newestEpoch?(): Promise<number>;
}

/**
 * A store that lasts as long as the process: for tests, and where no client can hold an earlier lease. Its epoch is by
 * default the seconds since 1970, above that of a process before this one.
 */
export function createMemoryStore(
  options: { readonly epoch?: number; readonly clients?: readonly AdmittedClient[] } = {},
): LeaseStore {
  const done = Promise.resolve();
  const epoch = options.epoch ?? Math.floor(Date.now() / 1000);
  return {
    epoch,
    clients: options.clients ?? [],
    isComplete: true,
    admit: () => done,
    forget: () => done,
    complete: () => done,
    newestEpoch: () => Promise.resolve(epoch),
  };
}
