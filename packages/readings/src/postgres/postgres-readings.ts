import { type Clock, expectNumber, Owner, sleep, systemClock, UnderWay } from '@inkwire/base';
import { createPgPool, type PgClient, type PgConnectionOptions, type PgPool } from '@inkwire/pool/pg';
import { ReadingsError } from '../errors.ts';
import { expectCursor, expectLimit } from '../query.ts';
import {
  expectLoadable,
  expectWhole,
  type NewReading,
  type OriginalPicture,
  type Reading,
  type WholeReading,
} from '../reading.ts';
import { isReadingId } from '../reading-id.ts';
import type { Readings, ReadingsPage, ReadingsQuery } from '../readings.ts';
import { storedText } from '../stored-text.ts';
import { answer, Database, transact } from './database.ts';
import { KeepQueue } from './keep-queue.ts';
import { isCurrent, migrate } from './migrations.ts';
import { isInDoubt, postgresError } from './postgres-errors.ts';
import { expectWritable } from './rights.ts';
import {
  decodePicture,
  decodePrepared,
  decodeRow,
  type Entry,
  encodeEntry,
  encodeLoaded,
  type LoadedEntry,
  readingOf,
} from './row.ts';
import { placeBytes, type Statement, Statements } from './statements.ts';

/** The database of the readings: one of `pool` and `connection`. */
export interface PostgresReadingsOptions {
  /** A pool that somebody else closes, such as one with a lease. */
  readonly pool?: PgPool;
  /** A URL, or what `pg.Client` takes, for a pool of its own. */
  readonly connection?: PgConnectionOptions;
  /** The connections of a pool of its own. Default: at most 10. */
  readonly limits?: { readonly min?: number; readonly max: number };
  /** The schema of the tables. Default `inkwire`. */
  readonly schema?: string;
  /** Whether the tables may be made where there are none. Default true. */
  readonly create?: boolean;
  /** How long the database may take to answer one call. Default 30,000, at least 1. */
  readonly timeoutMs?: number;
  /** How long the database may take to answer the first time, migrations aside. Default 10,000, at least 1. */
  readonly openTimeoutMs?: number;
  readonly clock?: Clock;
}

/** Readings that are fetched at once while streaming. */
const chunkSize = 256;

/** Between two attempts to learn what became of a commit whose connection was lost. */
const settleAgainMs = 100;

/**
 * Opens readings kept in a PostgreSQL database, and makes or migrates their tables. `keep` resolves when the database has
 * committed to its disk. Several processes may open the same schema.
 *
 * Throws `READINGS_UNREACHABLE`, `READINGS_REFUSED`, `READINGS_OVERLOADED`, `READINGS_UNWRITABLE`, `READINGS_FOREIGN`,
 * `READINGS_MISSING` unless tables may be made, or `POOL_DRIVER_MISSING`.
 */
export async function openPostgresReadings(options: PostgresReadingsOptions): Promise<Readings> {
  const { connection, create = true, clock = systemClock } = options;
  const schema = quotedSchema(options.schema ?? 'inkwire');
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 30_000, { min: 1 });
  const openTimeoutMs = expectNumber('openTimeoutMs', options.openTimeoutMs ?? 10_000, { min: 1 });
  if ((options.pool === undefined) === (connection === undefined))
    throw new TypeError('Expected one of `pool` and `connection`');
  const own = connection === undefined ? undefined : ownPool(connection, options.limits, openTimeoutMs);
  const pool = own ?? options.pool!;
  const statements = new Statements(schema);
  try {
    const opening = new Database(pool, openTimeoutMs);
    if (!(await opening.use((client) => isCurrent(client, schema))))
      await pool.use((client) => migrate(client, schema, { mayCreate: create }), {
        timeoutMs: openTimeoutMs,
      });
    const newest = await opening.use(async (client) => {
      await expectWritable(client, schema);
      const [align, newest] = statements.align();
      await answer(client, align!);
      return (await answer(client, newest!))[0]![0]!;
    });
    return new PostgresReadings({ database: new Database(pool, timeoutMs), own, statements, newest, clock });
  } catch (error) {
    await own?.destroy();
    throw postgresError(error);
  }
}

function ownPool(
  connection: PgConnectionOptions,
  limits: PostgresReadingsOptions['limits'],
  openTimeoutMs: number,
): PgPool {
  return createPgPool({
    name: 'readings',
    connection,
    limits: { min: limits?.min ?? 0, max: limits?.max ?? 10 },
    openTimeoutMs,
  });
}

/** The schema as SQL names it. PostgreSQL would cut a longer name without a word. */
function quotedSchema(schema: string): string {
  const bytes = Buffer.byteLength(schema);
  if (bytes < 1 || bytes > 63 || schema.includes('\0'))
    throw new RangeError(`Expected \`schema\` to be a name of 1 to 63 bytes, got \`${schema}\``);
  return `"${schema.replaceAll('"', '""')}"`;
}

interface Parts {
  readonly database: Database;
  /** The pool that was made for it. */
  readonly own: PgPool | undefined;
  readonly statements: Statements;
  /** An id before all that are given from now on. */
  readonly newest: string;
  readonly clock: Clock;
}

class PostgresReadings extends Owner implements Readings {
  readonly #database: Database;
  readonly #own: PgPool | undefined;
  readonly #statements: Statements;
  readonly #clock: Clock;
  readonly #underWay = new UnderWay();
  readonly #keeping: KeepQueue<Entry>;
  readonly #loading: KeepQueue<LoadedEntry, boolean>;
  /** The end of the last write to a reading, by its id. */
  readonly #writes = new Map<string, Promise<unknown>>();
  /** Readings whose commit may or may not have been, by the tail of their id. */
  readonly #doubtful = new Set<string>();
  #newest: string;

  constructor({ database, own, statements, newest, clock }: Parts) {
    super('readings');
    this.#database = database;
    this.#own = own;
    this.#statements = statements;
    this.#newest = newest;
    this.#clock = clock;
    this.#keeping = new KeepQueue((entries) => this.#commit(entries), database.timeoutMs);
    this.#loading = new KeepQueue((entries) => this.#load(entries), database.timeoutMs);
  }

  async keep(reading: NewReading): Promise<Reading> {
    this.expectOpen();
    expectWhole(reading);
    const entry = encodeEntry(reading, this.#clock.now());
    return readingOf(await this.#underWay.track(this.#keeping.add(entry)), entry);
  }

  async load(reading: WholeReading): Promise<boolean> {
    this.expectOpen();
    expectLoadable(reading);
    return this.#underWay.track(this.#loading.add(encodeLoaded(reading)));
  }

  async get(id: string): Promise<Reading | undefined> {
    return this.#find(id, () => this.#statements.get(id), decodeRow);
  }

  async picture(id: string): Promise<OriginalPicture | undefined> {
    return this.#find(id, () => this.#statements.picture(id), decodePicture);
  }

  async prepared(id: string): Promise<Uint8Array[] | undefined> {
    return this.#find(id, () => this.#statements.prepared(id), decodePrepared);
  }

  async list(query: ReadingsQuery = {}): Promise<ReadingsPage> {
    const limit = expectLimit(query.limit);
    const before = expectCursor(query.before);
    // One more than was asked for is the only proof that there is a next page.
    const rows = await this.#read(this.#statements.list({ ...query, before }, limit + 1), query.signal);
    const readings = rows.slice(0, limit).map(decodeRow);
    return { readings, next: rows.length > limit ? readings.at(-1)!.id : null };
  }

  async correct(id: string, text: string | null): Promise<Reading | undefined> {
    const corrected = text === null ? null : storedText(text);
    const [row] = await this.#write(id, () => this.#statements.correct(id, corrected));
    return row && decodeRow(row);
  }

  async remove(id: string): Promise<boolean> {
    return (await this.#write(id, () => this.#statements.remove(id))).length > 0;
  }

  /** A page at a time: a consumer that is slow holds no connection. What is kept meanwhile has greater ids. */
  async *all({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<Reading> {
    let before: string | undefined;
    do {
      const rows = await this.#read(this.#statements.list({ before }, chunkSize), signal);
      for (const row of rows) {
        signal?.throwIfAborted();
        yield decodeRow(row);
      }
      before = rows.length < chunkSize ? undefined : rows.at(-1)![0]!;
    } while (before !== undefined);
  }

  async count(): Promise<number> {
    const [row] = await this.#read(this.#statements.count());
    return Number(row![0]);
  }

  protected override async drain(): Promise<void> {
    await this.#underWay.drained();
    await this.#own?.close();
  }

  /** Readings that wait are rejected and reading ends; a commit that is under way ends by itself. */
  protected override async abort(error: Error): Promise<void> {
    this.#keeping.abort(error);
    this.#loading.abort(error);
    await this.#underWay.abort(error);
    await this.#own?.destroy(error);
  }

  async #read(statement: Statement, signal?: AbortSignal): Promise<readonly (readonly (string | null)[])[]> {
    this.expectOpen();
    return this.#underWay.run((own) => this.#database.run(statement, own), { signal });
  }

  async #find<T>(
    id: string,
    statement: () => Statement,
    decode: (row: readonly (string | null)[]) => T,
  ): Promise<T | undefined> {
    this.expectOpen();
    const [row] = isReadingId(id) ? await this.#read(statement()) : [];
    return row && decode(row);
  }

  /** Writes to one reading wait for each other, so that they happen in the order in which they were asked for. */
  async #write(id: string, statement: () => Statement): Promise<readonly (readonly (string | null)[])[]> {
    this.expectOpen();
    if (!isReadingId(id)) return [];
    const before = this.#writes.get(id);
    const writing = (async () => {
      await before?.catch(() => {});
      return this.#database.run(statement());
    })();
    this.#writes.set(id, writing);
    try {
      return await this.#underWay.track(writing);
    } finally {
      if (this.#writes.get(id) === writing) this.#writes.delete(id);
    }
  }

  async #commit(entries: readonly Entry[]): Promise<readonly string[]> {
    let mayBeKept = false;
    try {
      return await this.#database.use(async (client) => {
        await this.#revoke(client);
        mayBeKept = true;
        const rows = await answer(client, this.#keepStatement(entries));
        if (rows.length < entries.length)
          throw new ReadingsError('READINGS_DAMAGED', 'The table readings_head has lost its row');
        const ids = rows.map(([id]) => id!);
        this.#newest = ids.at(-1)!;
        return ids;
      });
    } catch (error) {
      if (mayBeKept && isInDoubt(error)) await this.#settle(entries);
      throw postgresError(error);
    }
  }

  #keepStatement(entries: readonly Entry[]): Statement {
    const { rows, bytes } = placeBytes(entries);
    return this.#statements.keep(rows, bytes, Math.max(...rows.map(({ time_ms }) => time_ms)));
  }

  /** Says of each entry whether it was kept: of two with one id, the first is. */
  async #load(entries: readonly LoadedEntry[]): Promise<readonly boolean[]> {
    const first = new Map(entries.toReversed().map((entry) => [entry.row.id, entry]));
    const { rows, bytes } = placeBytes([...first.values()]);
    const kept = new Set((await this.#database.run(this.#statements.load(rows, bytes))).map(([id]) => id));
    return entries.map((entry) => first.get(entry.row.id) === entry && kept.has(entry.row.id));
  }

  /**
   * A commit whose connection was lost may have been: nobody heard the answer. Its readings are removed before their `keep`
   * rejects; if the database does not answer in time, before the next reading is kept.
   */
  async #settle(entries: readonly Entry[]): Promise<void> {
    for (const { row } of entries) this.#doubtful.add(row.tail);
    const deadline = performance.now() + this.#database.timeoutMs;
    while (this.#doubtful.size > 0 && performance.now() < deadline) {
      try {
        await this.#database.use((client) => this.#revoke(client));
      } catch {
        await sleep(settleAgainMs);
      }
    }
  }

  async #revoke(client: PgClient): Promise<void> {
    if (this.#doubtful.size === 0) return;
    const tails = [...this.#doubtful];
    await transact(client, async () => {
      for (const statement of this.#statements.revoke(tails, this.#newest)) await answer(client, statement);
    });
    for (const tail of tails) this.#doubtful.delete(tail);
  }
}
