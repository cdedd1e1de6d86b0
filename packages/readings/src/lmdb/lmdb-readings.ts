import { setImmediate } from 'node:timers/promises';
import { type Clock, Owner, systemClock } from '@inkwire/base';
import { CommitQueue, type DataFile } from '@inkwire/lmdb';
import type { Database } from 'lmdb';
import { ReadingsError } from '../errors.ts';
import { expectCursor, gatherPage } from '../query.ts';
import {
  expectLoadable,
  expectWhole,
  type NewReading,
  type OriginalPicture,
  type Reading,
  type WholeReading,
} from '../reading.ts';
import { isReadingId, nextReadingId } from '../reading-id.ts';
import type { Readings, ReadingsPage, ReadingsQuery } from '../readings.ts';
import { type LmdbErrors, lmdbErrors } from './lmdb-errors.ts';
import {
  correctRecord,
  decodePicture,
  decodePrepared,
  decodeRecord,
  type Entry,
  encodeEntry,
} from './record.ts';
import { openReadingsFile, type Store } from './store.ts';

/** The place of the readings. */
export interface LmdbReadingsOptions {
  /** Holds `data.mdb` and `lock.mdb`; created when absent. */
  readonly directory: string;
  readonly clock?: Clock;
}

/** Readings that are read between two turns of the event loop while searching or streaming: about a millisecond. */
const chunkSize = 256;

/** Few enough not to keep the first one waiting, enough to make a flush cheap for each. */
const maxWritesInCommit = 64;

/**
 * Opens readings kept in a directory by LMDB. A commit is on the disk (fdatasync) before `keep` resolves, so what is
 * acknowledged survives `kill -9` and, on a disk that honours flushes, a power cut. Several processes of one machine
 * may open the same directory.
 *
 * Throws `READINGS_UNWRITABLE`, `READINGS_FULL`, `READINGS_DAMAGED` or `READINGS_FOREIGN`.
 */
export async function openLmdbReadings(options: LmdbReadingsOptions): Promise<Readings> {
  const { directory, clock = systemClock } = options;
  const errors = lmdbErrors(directory);
  return new LmdbReadings(await openReadingsFile(directory, errors), errors, clock);
}

const bytesOf = ({ picture, prepared }: Entry): number => picture.length + prepared.length;

class LmdbReadings extends Owner implements Readings {
  readonly #file: DataFile<Store>;
  readonly #store: Store;
  readonly #errors: LmdbErrors;
  readonly #clock: Clock;
  readonly #commits: CommitQueue<void>;
  /** The greatest id given out here, which may have been removed since. */
  #newest: string | undefined;

  constructor(file: DataFile<Store>, errors: LmdbErrors, clock: Clock) {
    super('readings');
    this.#file = file;
    this.#store = file.databases;
    this.#errors = errors;
    this.#clock = clock;
    this.#commits = new CommitQueue({
      committer: file.committer,
      begin: () => {},
      isOwnFailure: (error) => error instanceof ReadingsError,
      explain: (error, bytes) => errors.explain(error, bytes),
      maxOperations: maxWritesInCommit,
    });
  }

  async keep(reading: NewReading): Promise<Reading> {
    expectWhole(reading);
    const now = this.#clock.now();
    const entry = encodeEntry(reading, new Date(now).toISOString());
    return this.#write(() => {
      const id = this.#nextId(now);
      this.#put(id, entry);
      return decodeRecord(id, entry.record);
    }, bytesOf(entry));
  }

  async load(reading: WholeReading): Promise<boolean> {
    expectLoadable(reading);
    const { id, time, corrected, ...given } = reading;
    const entry = encodeEntry(given, time, corrected);
    return this.#write(() => {
      if (this.#store.readings.doesExist(id)) return false;
      this.#put(id, entry);
      if (id > (this.#newest ?? '')) this.#newest = id;
      return true;
    }, bytesOf(entry));
  }

  async get(id: string): Promise<Reading | undefined> {
    return this.#read(() => this.#find(id, decodeRecord));
  }

  async picture(id: string): Promise<OriginalPicture | undefined> {
    return this.#read(() => this.#blob(id, this.#store.pictures, decodePicture));
  }

  async prepared(id: string): Promise<Uint8Array[] | undefined> {
    return this.#read(() => this.#blob(id, this.#store.prepared, decodePrepared));
  }

  async list(query: ReadingsQuery = {}): Promise<ReadingsPage> {
    return gatherPage(this.#newestFirst(expectCursor(query.before), query.signal), query);
  }

  async correct(id: string, text: string | null): Promise<Reading | undefined> {
    return this.#write(() =>
      this.#find(id, (id, record) => {
        const corrected = correctRecord(record, text);
        void this.#store.readings.put(id, corrected);
        return decodeRecord(id, corrected);
      }),
    );
  }

  async remove(id: string): Promise<boolean> {
    return this.#write(() => {
      if (this.#find(id, () => true) === undefined) return false;
      void this.#store.readings.remove(id);
      void this.#store.pictures.remove(id);
      void this.#store.prepared.remove(id);
      return true;
    });
  }

  all(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<Reading> {
    return this.#newestFirst(undefined, options.signal);
  }

  async count(): Promise<number> {
    return this.#read(() => (this.#store.readings.getStats() as { readonly entryCount: number }).entryCount);
  }

  protected override async drain(): Promise<void> {
    await this.#commits.idle();
    await this.#file.close();
  }

  protected override abort(error: Error): Promise<void> | void {
    this.#commits.abort(error);
    return super.abort(error);
  }

  #put(id: string, { record, picture, prepared }: Entry): void {
    void this.#store.readings.put(id, record);
    void this.#store.pictures.put(id, picture);
    void this.#store.prepared.put(id, prepared);
  }

  /** Runs inside the transaction, so that another process that keeps readings here cannot come in between. */
  #nextId(now: number): string {
    const [stored] = this.#store.readings.getKeys({ reverse: true, limit: 1 });
    const newest = stored !== undefined && stored > (this.#newest ?? '') ? stored : this.#newest;
    this.#newest = nextReadingId(newest, now);
    return this.#newest;
  }

  async #write<T>(write: () => T, bytes = 0): Promise<T> {
    this.expectOpen();
    return this.#commits.add(write, bytes);
  }

  #read<T>(read: () => T): T {
    this.expectOpen();
    try {
      return read();
    } catch (error) {
      throw this.#errors.from(error);
    }
  }

  /** Applies `decode` to the record of that id. A record that cannot be decoded is `READINGS_DAMAGED`. */
  #find<T>(id: string, decode: (id: string, record: string) => T): T | undefined {
    const record = isReadingId(id) ? this.#store.readings.get(id) : undefined;
    return record === undefined ? undefined : this.#decode(() => decode(id, record));
  }

  #blob<T>(
    id: string,
    database: Database<Uint8Array, string>,
    decode: (record: string, bytes: Uint8Array) => T | undefined,
  ): T | undefined {
    return this.#find(id, (id, record) => {
      const bytes = database.get(id);
      const decoded = bytes && decode(record, bytes);
      if (decoded === undefined) throw this.#errors.of('damaged');
      return decoded;
    });
  }

  #decode<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (error instanceof SyntaxError) throw this.#errors.of('damaged', error);
      throw error;
    }
  }

  /** A chunk a turn, each with a read transaction of its own: a slow consumer never pins old pages in the file. */
  async *#newestFirst(before: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<Reading> {
    let start = before;
    for (;;) {
      signal?.throwIfAborted();
      const chunk = this.#read(() => this.#chunk(start));
      yield* chunk;
      if (chunk.length < chunkSize) return;
      start = chunk.at(-1)!.id;
      await setImmediate();
    }
  }

  #chunk(before: string | undefined): Reading[] {
    const range = this.#store.readings.getRange({
      reverse: true,
      limit: chunkSize,
      ...(before === undefined ? {} : { start: before, exclusiveStart: true }),
    });
    return Array.from(range, ({ key, value }) => this.#decode(() => decodeRecord(key, value)));
  }
}
