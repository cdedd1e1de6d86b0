import { type Clock, sleep } from '@inkwire/base';
import type { Reading } from '../reading.ts';
import { nextReadingId } from '../reading-id.ts';
import { isInDoubt } from './cassandra-errors.ts';
import type { Database } from './database.ts';
import type { Head } from './head.ts';
import { KeepQueue } from './keep-queue.ts';
import { bornAt, placeOf } from './place.ts';
import { type Entry, readingOf } from './row.ts';
import type { Statements } from './statements.ts';
import { passed, type WriterParts } from './writer-parts.ts';

/** Between two attempts to remove what a failed write may have left. */
const settleAgainMs = 100;

/**
 * Keeps readings in groups:
 *
 *     newest id of the head ─▶ ids ─▶ announced in the head, with pictures ─▶ rows ─▶ counted ─▶ resolved
 *
 * A picture is there before its row, because a batch of both may have 50 KiB at most. So there is a reading exactly when there is
 * its row. A write that failed may have been done, or be done later by a node that was away. Its reading is removed with a
 * later timestamp, which holds in any order, before its `keep` rejects.
 */
export class Keeper {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #head: Head;
  readonly #clock: Clock;
  readonly #queue: KeepQueue<Entry, readonly string[], Reading>;
  /** Readings that a failed write may have left. */
  readonly #doubtful = new Set<string>();
  /** The last partition that is known to be in the table of days. */
  #day: string | undefined;
  #newest: string | undefined;

  constructor({ database, statements, head, clock }: WriterParts) {
    this.#database = database;
    this.#statements = statements;
    this.#head = head;
    this.#clock = clock;
    this.#queue = new KeepQueue({
      place: (entries) => this.#place(entries.length),
      write: (entries, ids) => this.#write(entries, ids),
    });
  }

  keep(entry: Entry): Promise<Reading> {
    return this.#queue.add(entry);
  }

  /** Rejects those whose group has not begun. */
  abort(error: Error): void {
    this.#queue.abort(error);
  }

  async #place(count: number): Promise<readonly string[]> {
    await this.#revoke();
    const newest = await this.#head.newest(passed);
    if (newest !== undefined && (this.#newest === undefined || newest > this.#newest)) this.#newest = newest;
    const now = Math.floor(this.#clock.now());
    return Array.from({ length: count }, () => (this.#newest = nextReadingId(this.#newest, now)));
  }

  async #write(
    entries: readonly Entry[],
    ids: readonly string[],
  ): Promise<readonly PromiseSettledResult<Reading>[]> {
    const begun = this.#head.begin(ids, ids.at(-1)!, passed);
    const days = this.#keepDays(ids);
    const results = await Promise.allSettled(
      entries.map(async (entry, i) => {
        const id = ids[i]!;
        try {
          await Promise.all([
            begun,
            days,
            this.#database.run(this.#statements.keepPicture(id, entry), passed),
          ]);
          await this.#database.run(this.#statements.keep(id, entry), passed);
        } catch (error) {
          await this.#settle(id, isInDoubt(error));
          throw error;
        }
        this.#head.end([id], true);
        return readingOf(id, entry);
      }),
    );
    // Those of a failed write are announced already, so `count` finds out.
    await this.#head.flush(passed).catch(() => {});
    return results;
  }

  /** A group may go over the border of ten minutes. */
  async #keepDays(ids: readonly string[]): Promise<void> {
    const places = new Map(ids.map(placeOf).map((place) => [`${place.day} ${place.bucket}`, place]));
    for (const [day, place] of places) {
      if (day === this.#day) continue;
      await this.#database.run(this.#statements.keepDay(place), passed);
      this.#day = day;
    }
  }

  /**
   * Removes what a failed write may have left. While the cluster does not answer, a write that may have been done is tried to be
   * removed until the deadline, and then before the next reading is kept.
   */
  async #settle(id: string, isInDoubt: boolean): Promise<void> {
    this.#doubtful.add(id);
    const deadline = performance.now() + this.#database.timeoutMs;
    do {
      try {
        return await this.#revokeOne(id);
      } catch {
        if (isInDoubt) await sleep(settleAgainMs);
      }
    } while (isInDoubt && performance.now() < deadline);
  }

  async #revoke(): Promise<void> {
    await Promise.all([...this.#doubtful].map((id) => this.#revokeOne(id)));
  }

  async #revokeOne(id: string): Promise<void> {
    const stamp = bornAt(id) + 1n;
    await this.#database.runTogether(this.#statements.remove(id, stamp), { ...passed, logged: true });
    this.#doubtful.delete(id);
    this.#head.end([id], false);
  }
}
