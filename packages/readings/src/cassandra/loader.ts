import { type Clock, sleep } from '@inkwire/base';
import { ReadingsError } from '../errors.ts';
import { overloadError } from './cassandra-errors.ts';
import type { Database } from './database.ts';
import type { Head } from './head.ts';
import { KeepQueue } from './keep-queue.ts';
import { Lease } from './lease.ts';
import { bornAt, latestOf, placeOf } from './place.ts';
import { isReading, type LoadedEntry } from './row.ts';
import { rowsOf } from './rows-of.ts';
import type { Statements } from './statements.ts';
import { passed, type WriterParts } from './writer-parts.ts';

const takeAgainMs = 50;

/** How far the write timestamps of attempts lie after this clock, in microseconds: 1 ms, a minute, a day, a century. */
const aheadBy = [1_000n, 60_000_000n, 86_400_000_000n, 3_155_760_000_000_000n] as const;

type Result = PromiseSettledResult<boolean>;

/**
 * Loads readings of other stores in groups, one after the other, and one process at a time: whether there is a reading of an id
 * has to be true until it is written.
 *
 *     lease ─▶ which are there ─▶ announced in the head, with days ─▶ pictures ─▶ rows ─▶ read back ─▶ counted ─▶ lease ended
 *
 * A load that failed may be done nevertheless. Its id stays announced, so `count` finds out, and it may be repeated.
 */
export class Loader {
  readonly #parts: WriterParts;
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #head: Head;
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #queue: KeepQueue<LoadedEntry, readonly Result[], boolean>;
  #aborted: Error | undefined;

  constructor(parts: WriterParts) {
    const { database, statements, head, clock } = parts;
    this.#parts = parts;
    this.#database = database;
    this.#statements = statements;
    this.#head = head;
    this.#clock = clock;
    // Longer than all the statements of a group, each of which has a deadline.
    const seconds = Math.max(60, Math.ceil((6 * database.timeoutMs) / 1000));
    this.#lease = new Lease(parts, { name: 'loading', seconds });
    this.#queue = new KeepQueue({
      place: (entries) => this.#load(entries),
      write: async (_, results) => results,
    });
  }

  /** Of one id there is one call at a time. */
  load(entry: LoadedEntry): Promise<boolean> {
    return this.#queue.add(entry);
  }

  /** Rejects those whose group has not begun. */
  abort(error: Error): void {
    this.#aborted = error;
    this.#queue.abort(error);
  }

  async #load(entries: readonly LoadedEntry[]): Promise<readonly Result[]> {
    await this.#takeLease();
    try {
      const ids = entries.map(({ id }) => id);
      const found = await rowsOf(this.#parts, ids, 'id, time, writetime(corrected) AS left_when', passed);
      const absent = entries.filter(({ id }) => !isReading(found.get(id)));
      // A correction that arrived after its reading was removed.
      const left = new Map(Array.from(found, ([id, row]) => [id, row.left_when as bigint | null]));
      const results = await this.#write(absent, left);
      return ids.map((id) => results.get(id) ?? { status: 'fulfilled', value: false });
    } finally {
      // It ends by itself, only later.
      await this.#lease.end(passed).catch(() => {});
    }
  }

  async #takeLease(): Promise<void> {
    const deadline = performance.now() + 1000 * this.#lease.seconds;
    while (!(await this.#lease.take(passed))) {
      if (this.#aborted) throw this.#aborted;
      if (performance.now() > deadline) throw overloadError('another process loads readings');
      await sleep(takeAgainMs);
    }
  }

  async #write(
    entries: readonly LoadedEntry[],
    left: ReadonlyMap<string, bigint | null>,
  ): Promise<ReadonlyMap<string, Result>> {
    if (entries.length === 0) return new Map();
    const ids = entries.map(({ id }) => id);
    const announced = await this.#head.announced(passed);
    const own = ids.filter((id) => !announced.has(id));
    const last = ids.toSorted().at(-1)!;
    await Promise.all([this.#head.begin(own, last, passed), this.#keepDays(ids)]);
    const results = new Map<string, Result>();
    let rest = entries;
    const now = BigInt(Math.floor(this.#clock.now())) * 1000n;
    for (const ahead of [undefined, ...aheadBy]) {
      const stampOf = (id: string) => {
        const first = latestOf(bornAt(id), 1n + (left.get(id) ?? 0n));
        return ahead === undefined ? first : latestOf(now, first) + ahead;
      };
      rest = await this.#attempt(rest, { stampOf, left, results });
      if (rest.length === 0) break;
    }
    for (const { id } of rest)
      results.set(
        id,
        rejected(new ReadingsError('READINGS_FAILED', `The reading ${id} was removed too late`)),
      );
    this.#head.end(
      own.filter((id) => results.get(id)?.status === 'fulfilled'),
      true,
    );
    // They are announced already, so `count` finds out.
    await this.#head.flush(passed).catch(() => {});
    return results;
  }

  /**
   * Writes readings, and returns those that are not there after it: they were removed before, with a timestamp that is
   * not less, by whoever's clock.
   */
  async #attempt(
    entries: readonly LoadedEntry[],
    {
      stampOf,
      left,
      results,
    }: {
      readonly stampOf: (id: string) => bigint;
      readonly left: ReadonlyMap<string, bigint | null>;
      readonly results: Map<string, Result>;
    },
  ): Promise<readonly LoadedEntry[]> {
    const written: LoadedEntry[] = [];
    await Promise.all(
      entries.map(async (entry) => {
        const stamp = stampOf(entry.id);
        const hasLeft = left.has(entry.id);
        try {
          await this.#database.run(this.#statements.keepPicture(entry.id, entry, stamp), passed);
          await this.#database.run(this.#statements.load(entry, { stamp, hasLeft }), passed);
          written.push(entry);
        } catch (error) {
          results.set(entry.id, rejected(error));
        }
      }),
    );
    const ids = written.map(({ id }) => id);
    const there = await rowsOf(this.#parts, ids, 'id, time', passed);
    const isThere = ({ id }: LoadedEntry) => isReading(there.get(id));
    for (const { id } of written.filter(isThere)) results.set(id, { status: 'fulfilled', value: true });
    return written.filter((entry) => !isThere(entry));
  }

  async #keepDays(ids: readonly string[]): Promise<void> {
    const places = new Map(ids.map(placeOf).map((place) => [`${place.day} ${place.bucket}`, place]));
    await Promise.all(
      Array.from(places.values(), (place) => this.#database.run(this.#statements.keepDay(place), passed)),
    );
  }
}

function rejected(reason: unknown): Result {
  return { status: 'rejected', reason };
}
