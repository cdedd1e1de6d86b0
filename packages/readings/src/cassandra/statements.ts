import type { Statement } from './database.ts';
import type { Driver } from './driver.ts';
import { place as thePlace } from './migrations.ts';
import { bornAt, dateBytes, type Place, placeOf } from './place.ts';
import { type Entry, keptColumns, type LoadedEntry, readingColumns } from './row.ts';

/** The statements of the tables in one keyspace. Each is prepared: an unprepared number would arrive as a double. */
export class Statements {
  readonly #keyspace: string;
  readonly #date: (day: number) => unknown;

  constructor(keyspace: string, { types }: Driver) {
    this.#keyspace = keyspace;
    this.#date = (day) => types.LocalDate.fromBuffer(dateBytes(day));
  }

  keepPicture(id: string, { pictureType, picture, prepared }: Entry, stamp = bornAt(id)): Statement {
    return {
      query: `INSERT INTO ${this.#keyspace}.reading_pictures (id, type, picture, prepared) VALUES (?, ?, ?, ?) USING TIMESTAMP ?`,
      params: [id, pictureType, picture, prepared, stamp],
    };
  }

  keepDay(place: Place): Statement {
    return {
      query: `INSERT INTO ${this.#keyspace}.readings_days (place, day, bucket) VALUES (?, ?, ?)`,
      params: [thePlace, ...this.#key(place)],
    };
  }

  keep(id: string, { values }: Entry): Statement {
    const marks = ['day', 'bucket', 'id', ...keptColumns].map(() => '?').join(', ');
    return {
      query: `INSERT INTO ${this.#keyspace}.readings (day, bucket, id, ${keptColumns.join(', ')}) VALUES (${marks}) USING TIMESTAMP ?`,
      params: [...this.#key(placeOf(id)), id, ...values, bornAt(id)],
    };
  }

  /** A null is a tombstone, and needed only where a correction was left behind by a reading that was removed. */
  load(
    { id, values, corrected }: LoadedEntry,
    { stamp, hasLeft }: { readonly stamp: bigint; readonly hasLeft: boolean },
  ): Statement {
    const columns = ['day', 'bucket', 'id', ...keptColumns, 'corrected', 'corrected_at'];
    const correction = corrected ?? (hasLeft ? null : undefined);
    const correctedAt = correction === undefined ? undefined : new Date(Number(stamp / 1000n));
    return {
      query: `INSERT INTO ${this.#keyspace}.readings (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) USING TIMESTAMP ?`,
      params: [...this.#key(placeOf(id)), id, ...values, correction, correctedAt, stamp],
    };
  }

  get(id: string): Statement {
    return {
      query: `SELECT ${readingColumns}, writetime(time) AS kept_when, writetime(corrected_at) AS corrected_when FROM ${this.#keyspace}.readings WHERE day = ? AND bucket = ? AND id = ?`,
      params: [...this.#key(placeOf(id)), id],
    };
  }

  /** Readings of one partition by their ids. */
  getMany(place: Place, ids: readonly string[], columns: string): Statement {
    return {
      query: `SELECT ${columns} FROM ${this.#keyspace}.readings WHERE day = ? AND bucket = ? AND id IN ?`,
      params: [...this.#key(place), ids],
    };
  }

  picture(id: string): Statement {
    return {
      query: `SELECT type, picture, prepared FROM ${this.#keyspace}.reading_pictures WHERE id = ?`,
      params: [id],
    };
  }

  prepared(id: string): Statement {
    return { query: `SELECT prepared FROM ${this.#keyspace}.reading_pictures WHERE id = ?`, params: [id] };
  }

  /** Partitions that have readings, newest first, from the one of an id on, or after one. */
  places(from: { readonly at: Place } | { readonly after: Place } | undefined, limit: number): Statement {
    const [bound, key] =
      from === undefined
        ? ['', []]
        : 'at' in from
          ? ['AND (day, bucket) <= (?, ?)', this.#key(from.at)]
          : ['AND (day, bucket) < (?, ?)', this.#key(from.after)];
    return {
      query: `SELECT day, bucket FROM ${this.#keyspace}.readings_days WHERE place = ? ${bound} LIMIT ?`,
      params: [thePlace, ...key, limit],
    };
  }

  /** The newest readings of one partition. */
  list(place: Place, before: string | undefined, columns: string, limit: number): Statement {
    const [bound, values] = before === undefined ? ['', []] : ['AND id < ?', [before]];
    return {
      query: `SELECT ${columns} FROM ${this.#keyspace}.readings WHERE day = ? AND bucket = ? ${bound} LIMIT ?`,
      params: [...this.#key(place), ...values, limit],
    };
  }

  /** `corrected_at` is never null, so that the time of the last correction can be read also when it was taken back. */
  correct(
    id: string,
    corrected: string | null,
    at: { readonly stamp: bigint; readonly nowMs: number },
  ): Statement {
    return {
      query: `UPDATE ${this.#keyspace}.readings USING TIMESTAMP ? SET corrected = ?, corrected_at = ? WHERE day = ? AND bucket = ? AND id = ?`,
      params: [at.stamp, corrected, new Date(at.nowMs), ...this.#key(placeOf(id)), id],
    };
  }

  /** The reading and its picture, which are in two partitions. */
  remove(id: string, stamp: bigint): readonly Statement[] {
    return [
      {
        query: `DELETE FROM ${this.#keyspace}.readings USING TIMESTAMP ? WHERE day = ? AND bucket = ? AND id = ?`,
        params: [stamp, ...this.#key(placeOf(id)), id],
      },
      {
        query: `DELETE FROM ${this.#keyspace}.reading_pictures USING TIMESTAMP ? WHERE id = ?`,
        params: [stamp, id],
      },
    ];
  }

  newest(): Statement {
    return {
      query: `SELECT newest FROM ${this.#keyspace}.readings_head WHERE place = ? LIMIT 1`,
      params: [thePlace],
    };
  }

  putNewest(id: string, stamp: bigint): Statement {
    return {
      query: `UPDATE ${this.#keyspace}.readings_head USING TIMESTAMP ? SET newest = ? WHERE place = ?`,
      params: [stamp, id, thePlace],
    };
  }

  putTally(writer: string, values: readonly unknown[], stamp: bigint): Statement {
    return {
      query: `INSERT INTO ${this.#keyspace}.readings_head (place, writer, kept, removed, keeping, removing) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?`,
      params: [thePlace, writer, ...values, stamp],
    };
  }

  /** A lease of a name for so long; applied where nobody has it. */
  takeLease(name: string, holder: string, seconds: number): Statement {
    return {
      query: `UPDATE ${this.#keyspace}.readings_version USING TTL ? SET migrator = ? WHERE place = ? IF migrator = null`,
      params: [seconds, holder, name],
    };
  }

  leaseHolder(name: string): Statement {
    return {
      query: `SELECT migrator FROM ${this.#keyspace}.readings_version WHERE place = ?`,
      params: [name],
    };
  }

  endLease(name: string, holder: string): Statement {
    return {
      query: `UPDATE ${this.#keyspace}.readings_version SET migrator = null WHERE place = ? IF migrator = ?`,
      params: [name, holder],
    };
  }

  tallies(): Statement {
    return {
      query: `SELECT kept, removed, keeping, removing FROM ${this.#keyspace}.readings_head WHERE place = ?`,
      params: [thePlace],
    };
  }

  #key({ day, bucket }: Place): readonly unknown[] {
    return [this.#date(day), bucket];
  }
}
