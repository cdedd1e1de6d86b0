import type { Database } from './database.ts';
import { dayOf, type Place, placeOf } from './place.ts';
import { idOf, isReading, type Row } from './row.ts';
import type { Statements } from './statements.ts';

export interface ScanOptions {
  /** Only what has a smaller id. */
  readonly before?: string | undefined;
  readonly columns: string;
  /** How many rows are fetched at once from one partition. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Partitions that are looked up at once, and at most read at once where each has little. */
const placesLimit = 128;
const maxAhead = 8;

/** One query's answer, and whether its partition may have more. */
interface Fetched {
  readonly rows: readonly Row[];
  readonly last: string | undefined;
}

/**
 * Goes through the readings, newest first, a chunk at a time and only as far as it is asked for. Partitions come in the order of time,
 * so one after the other is enough. Where they have little, the next ones are read ahead, up to eight at once.
 */
export class Scan {
  readonly #database: Database;
  readonly #statements: Statements;

  constructor(database: Database, statements: Statements) {
    this.#database = database;
    this.#statements = statements;
  }

  async *chunks(options: ScanOptions): AsyncGenerator<readonly Row[], void, undefined> {
    let ahead = 1;
    for await (const places of this.#places(options)) {
      for (let at = 0; at < places.length; ) {
        const some = places.slice(at, at + ahead);
        const firsts = await Promise.all(some.map((place) => this.#fetch(place, options.before, options)));
        let hadMore = false;
        for (const [i, first] of firsts.entries()) {
          yield first.rows;
          for (let { last } = first; last !== undefined; ) {
            hadMore = true;
            const more: Fetched = await this.#fetch(some[i]!, last, options);
            yield more.rows;
            last = more.last;
          }
        }
        at += some.length;
        ahead = hadMore ? 1 : Math.min(2 * ahead, maxAhead);
      }
    }
  }

  async *#places({ before, signal }: ScanOptions): AsyncGenerator<readonly Place[], void, undefined> {
    let from: Parameters<Statements['places']>[0] =
      before === undefined ? undefined : { at: placeOf(before) };
    for (;;) {
      const { rows } = await this.#database.run(this.#statements.places(from, placesLimit), {
        signal,
        fetchSize: placesLimit,
      });
      const places = rows.map(({ day, bucket }) => ({ day: dayOf(day), bucket }));
      yield places;
      if (places.length < placesLimit) return;
      from = { after: places.at(-1)! };
    }
  }

  async #fetch(
    place: Place,
    before: string | undefined,
    { columns, limit, signal }: ScanOptions,
  ): Promise<Fetched> {
    const within = before !== undefined && isIn(before, place) ? before : undefined;
    const statement = this.#statements.list(place, within, columns, limit);
    const result = await this.#database.run(statement, { signal, fetchSize: limit });
    const mayHaveMore = result.rows.length === limit || result.pageState != null;
    return {
      rows: result.rows.filter(isReading),
      last: mayHaveMore && result.rows.length > 0 ? idOf(result.rows.at(-1)!) : undefined,
    };
  }
}

function isIn(id: string, { day, bucket }: Place): boolean {
  const place = placeOf(id);
  return place.day === day && place.bucket === bucket;
}
