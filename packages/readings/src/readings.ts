import type { Closable } from '@inkwire/base';
import type { NewReading, OriginalPicture, Reading, WholeReading } from './reading.ts';

/** The readings that a list holds. */
export interface ReadingsQuery {
  /** The most readings, 1 … 1000. Default 50. */
  readonly limit?: number | undefined;
  /**
   * Only what was kept before this: the `next` of an earlier list, the id of a reading, removed or not, or `firstIdAt` a
   * time.
   */
  readonly before?: string | undefined;
  /** Only readings whose text or correction contains this. */
  readonly text?: string | undefined;
  /** Only readings that are unsure, or only those that are not. */
  readonly unsure?: boolean | undefined;
  /** Ends a long search. */
  readonly signal?: AbortSignal | undefined;
}

/** One page of readings, newest first. */
export interface ReadingsPage {
  readonly readings: Reading[];
  /** The place at which the next page begins, or null at the end. It stays valid while readings come and go. */
  readonly next: string | null;
}

/**
 * A store of readings. Every engine passes the same contract (`test/contract.ts`):
 *
 * 1. After `kill -9`, every reading that `keep` resolved is there with its picture, and none that it rejected.
 * 2. Ids only grow, also when the clock steps back and across restarts; lists go from the greatest id down.
 * 3. Arguments and results are copied: to change them afterwards changes nothing in the store.
 * 4. An unknown id is an answer (`undefined`, `false`), never an error.
 */
export interface Readings extends Closable {
  /** Gives the reading its id and time and keeps it. Throws `READINGS_FULL` (retryable) when there is no room. */
  keep(reading: NewReading): Promise<Reading>;
  /**
   * Keeps a reading of another store as it is, with its id and its time. False when there is a reading of that id, which
   * stays as it is. So it may be repeated, also when it rejected. Ids that are given later are greater. Throws `READINGS_FULL`.
   */
  load(reading: WholeReading): Promise<boolean>;
  get(id: string): Promise<Reading | undefined>;
  /** The picture as it arrived, byte for byte. */
  picture(id: string): Promise<OriginalPicture | undefined>;
  /** The pixels that the model saw, [784] for each digit. */
  prepared(id: string): Promise<Uint8Array[] | undefined>;
  /** Throws `READINGS_CURSOR_INVALID` for a `before` that never was an id. */
  list(query?: ReadingsQuery): Promise<ReadingsPage>;
  /** Sets a person's correction, or takes it back with null. */
  correct(id: string, text: string | null): Promise<Reading | undefined>;
  /** Removes the reading, its picture and its prepared digits. False when there was none. */
  remove(id: string): Promise<boolean>;
  /** Everything, newest first, a bounded chunk at a time; what is kept while it runs is not in it. */
  all(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Reading>;
  count(): Promise<number>;
}
