import { type Clock, Owner, UnderWay, within } from '@inkwire/base';
import type { Client } from 'cassandra-driver';
import { expectCursor, expectLimit, matches } from '../query.ts';
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
import type { Database, Statement } from './database.ts';
import { shutDown } from './driver.ts';
import type { Gate } from './gate.ts';
import { Head } from './head.ts';
import { Keeper } from './keeper.ts';
import { Loader } from './loader.ts';
import { latestOf } from './place.ts';
import {
  decodePicture,
  decodePrepared,
  decodeRow,
  decodeSearched,
  encodeEntry,
  encodeLoaded,
  idOf,
  isReading,
  type Row,
  readingColumns,
  searchedColumns,
} from './row.ts';
import { rowsOf } from './rows-of.ts';
import { Scan } from './scan.ts';
import type { Statements } from './statements.ts';

interface Parts {
  readonly client: Client;
  readonly gate: Gate;
  readonly database: Database;
  readonly statements: Statements;
  readonly searchMs: number;
  readonly clock: Clock;
}

/** Readings that are fetched at once while streaming, and while searching. */
const chunkSize = 256;
const searchedAtOnce = 1000;

/** The most readings that one search goes through. */
const maxSearched = 250_000;

export class CassandraReadings extends Owner implements Readings {
  readonly #client: Client;
  readonly #gate: Gate;
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #searchMs: number;
  readonly #clock: Clock;
  readonly #scan: Scan;
  readonly #head: Head;
  readonly #keeper: Keeper;
  readonly #loader: Loader;
  readonly #underWay = new UnderWay();
  /** The end of the last write to a reading, by its id. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor({ client, gate, database, statements, searchMs, clock }: Parts) {
    super('readings');
    this.#client = client;
    this.#gate = gate;
    this.#database = database;
    this.#statements = statements;
    this.#searchMs = searchMs;
    this.#clock = clock;
    this.#scan = new Scan(database, statements);
    this.#head = new Head(database, statements, clock);
    this.#keeper = new Keeper({ database, statements, head: this.#head, clock });
    this.#loader = new Loader({ database, statements, head: this.#head, clock });
  }

  async keep(reading: NewReading): Promise<Reading> {
    this.expectOpen();
    expectWhole(reading);
    const entry = encodeEntry(reading, this.#clock.now());
    return this.#underWay.run((signal) => this.#inside(signal, () => this.#keeper.keep(entry)));
  }

  async load(reading: WholeReading): Promise<boolean> {
    this.expectOpen();
    expectLoadable(reading);
    const entry = encodeLoaded(reading);
    return this.#inOrder(entry.id, () => this.#inside(undefined, () => this.#loader.load(entry)));
  }

  async get(id: string): Promise<Reading | undefined> {
    const row = await this.#find(id, (id) => this.#statements.get(id));
    return isReading(row) ? decodeRow(row) : undefined;
  }

  async picture(id: string): Promise<OriginalPicture | undefined> {
    const row = await this.#find(id, (id) => this.#statements.picture(id));
    return row && decodePicture(row);
  }

  async prepared(id: string): Promise<Uint8Array[] | undefined> {
    const row = await this.#find(id, (id) => this.#statements.prepared(id));
    return row && decodePrepared(row);
  }

  async list(query: ReadingsQuery = {}): Promise<ReadingsPage> {
    this.expectOpen();
    const limit = expectLimit(query.limit);
    const before = expectCursor(query.before);
    const isSearch = query.unsure !== undefined || (query.text ?? '') !== '';
    return this.#underWay.run(
      (signal) =>
        isSearch ? this.#search({ ...query, limit, before, signal }) : this.#page(limit, before, signal),
      { signal: query.signal },
    );
  }

  async correct(id: string, text: string | null): Promise<Reading | undefined> {
    const corrected = text === null ? null : storedText(text);
    return this.#write(id, async (row) => {
      if (row === undefined) return undefined;
      const nowMs = this.#clock.now();
      await this.#database.run(this.#statements.correct(id, corrected, { stamp: this.#after(row), nowMs }));
      return decodeRow({ ...row, corrected });
    });
  }

  async remove(id: string): Promise<boolean> {
    const isRemoved = await this.#write(id, async (row) => {
      // Perhaps an earlier call was told of a failure, and did it.
      if (row === undefined) this.#head.endRemoving(id);
      else {
        await this.#head.beginRemoving(id);
        await this.#database.runTogether(this.#statements.remove(id, this.#after(row)), { logged: true });
        this.#head.endRemoving(id);
        // It is announced already, so `count` finds out.
        await this.#head.flush().catch(() => {});
      }
      return row !== undefined;
    });
    return isRemoved ?? false;
  }

  /** A chunk at a time, each a query of its own: a consumer that is slow holds nothing. What is kept meanwhile has greater ids. */
  async *all({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<Reading> {
    this.expectOpen();
    const chunks = this.#scan.chunks({ columns: readingColumns, limit: chunkSize, signal });
    for (;;) {
      const chunk = await this.#underWay.run((own) => within(chunks.next(), { signal: own }), { signal });
      if (chunk.done) return;
      for (const row of chunk.value) {
        signal?.throwIfAborted();
        yield decodeRow(row);
      }
      this.expectOpen();
    }
  }

  async count(): Promise<number> {
    this.expectOpen();
    return this.#underWay.run(async (signal) => {
      const { sum, keeping, removing } = await this.#head.tally();
      const there = await this.#existing([...keeping, ...removing], signal);
      const kept = [...keeping].filter((id) => there.has(id)).length;
      const removed = [...removing].filter((id) => !keeping.has(id) && !there.has(id)).length;
      return Number(sum) + kept - removed;
    });
  }

  protected override async drain(): Promise<void> {
    await this.#underWay.drained();
    await shutDown(this.#client);
  }

  /** Calls that wait are rejected and reading ends; a group that is being written ends by itself. */
  protected override async abort(error: Error): Promise<void> {
    this.#keeper.abort(error);
    this.#loader.abort(error);
    await this.#underWay.abort(error);
    await shutDown(this.#client);
  }

  async #find(id: string, statement: (id: string) => Statement): Promise<Row | undefined> {
    this.expectOpen();
    if (!isReadingId(id)) return undefined;
    return this.#underWay.run(async (signal) => {
      return (await this.#database.run(statement(id), { signal })).first() ?? undefined;
    });
  }

  /** Does what has a place of its own in the gate. */
  async #inside<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#gate.enter(signal);
    try {
      return await work();
    } finally {
      this.#gate.leave();
    }
  }

  /** `write` gets the row of the reading, undefined where there is none. Undefined for what is no id. */
  async #write<T>(id: string, write: (row: Row | undefined) => Promise<T>): Promise<T | undefined> {
    this.expectOpen();
    if (!isReadingId(id)) return undefined;
    return this.#inOrder(id, async () => {
      const row = (await this.#database.run(this.#statements.get(id))).first();
      return write(isReading(row) ? row : undefined);
    });
  }

  /** Writes to one reading wait for each other, so that they happen in the order in which they were asked for. */
  async #inOrder<T>(id: string, write: () => Promise<T>): Promise<T> {
    const before = this.#writes.get(id);
    const writing = (async () => {
      await before?.catch(() => {});
      return write();
    })();
    this.#writes.set(id, writing);
    try {
      return await this.#underWay.track(writing);
    } finally {
      if (this.#writes.get(id) === writing) this.#writes.delete(id);
    }
  }

  /** A write timestamp after all that the row was written with: the clock of whoever wrote it may be ahead of this one. */
  #after(row: Row): bigint {
    const now = BigInt(Math.floor(this.#clock.now())) * 1000n;
    return latestOf(now, 1n + latestOf(row.kept_when as bigint, (row.corrected_when as bigint | null) ?? 0n));
  }

  async #page(limit: number, before: string | undefined, signal: AbortSignal): Promise<ReadingsPage> {
    const rows: Row[] = [];
    // One more than was asked for is the only proof that there is a next page.
    const options = { columns: readingColumns, limit: limit + 1, before, signal };
    for await (const chunk of this.#scan.chunks(options)) if (rows.push(...chunk) > limit) break;
    const readings = rows.slice(0, limit).map(decodeRow);
    return { readings, next: rows.length > limit ? readings.at(-1)!.id : null };
  }

  /**
   * Goes through a few columns of everything, and then fetches what it has found. It ends by itself, with what it has found so
   * far and the place at which it goes on: after its time, or so many readings.
   */
  async #search({
    limit,
    before,
    signal,
    ...query
  }: ReadingsQuery & { readonly limit: number; readonly signal: AbortSignal }): Promise<ReadingsPage> {
    const deadline = this.#clock.monotonic() + this.#searchMs;
    const found: string[] = [];
    let searched = 0;
    let next: string | null = null;
    const options = { columns: searchedColumns, limit: searchedAtOnce, before, signal };
    search: for await (const chunk of this.#scan.chunks(options)) {
      for (const row of chunk) {
        if (!matches(decodeSearched(row), query)) continue;
        if (found.length === limit) {
          next = found.at(-1)!;
          break search;
        }
        found.push(idOf(row));
      }
      searched += chunk.length;
      if (chunk.length > 0 && (searched >= maxSearched || this.#clock.monotonic() >= deadline)) {
        next = idOf(chunk.at(-1)!);
        break;
      }
    }
    const rows = await this.#rowsOf(found, readingColumns, signal);
    return {
      readings: found
        .map((id) => rows.get(id))
        .filter(isReading)
        .map(decodeRow),
      next,
    };
  }

  async #existing(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Row>> {
    return this.#rowsOf(ids, 'id, time', signal);
  }

  async #rowsOf(
    ids: readonly string[],
    columns: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Row>> {
    const parts = { database: this.#database, statements: this.#statements };
    const rows = await rowsOf(parts, ids, columns, { signal });
    return new Map([...rows].filter(([, row]) => isReading(row)));
  }
}
