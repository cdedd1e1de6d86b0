import { createHash } from 'node:crypto';
import type { ReadingsQuery } from '../readings.ts';
import { containsPattern, hasTrigram } from '../stored-text.ts';
import { columns, type EntryRow, type GivenRow, type LoadedRow } from './row.ts';

/** A statement and its values. */
export interface Statement {
  /** Where it is planned once a connection: only for what is planned alike whatever the values are. */
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The types of the columns that a new reading comes with. */
const given: Readonly<Record<keyof GivenRow, string>> = {
  time_ms: 'double precision',
  source: 'text',
  text: 'text',
  written: 'text',
  confidence: 'double precision',
  unsure: 'boolean',
  digits: 'text',
  model: 'text',
  width: 'integer',
  height: 'integer',
  label: 'text',
  detector: 'text',
  cells: 'text',
  picture_type: 'text',
};

/**
 * A commit has to be on the disk before it is acknowledged, whatever the session, the role or the database say. The setting
 * holds for the one transaction, so it reaches also sessions that others use.
 */
const durable = `durable AS MATERIALIZED (
  SELECT CASE current_setting('synchronous_commit')
    WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END AS setting
)`;

/**
 * A position is a number of 60 bits that orders readings: the milliseconds, and the twelve bits that count within one. After
 * 4,096 of them it borrows the next millisecond. The id has both around its version (RFC 9562, section 6.2, method 1).
 */
const counterBits = 12;

/** SQL for the id at a position that ends in these 64 bits. */
function idAt(position: string, tail: string): string {
  const counter = `to_hex(x'7000'::bigint | (${position} & x'fff'::bigint))`;
  return `(lpad(to_hex(${position} >> ${counterBits}), 12, '0') || ${counter} || ${tail})::uuid`;
}

/** SQL for the position of an id. */
function positionOf(id: string): string {
  return `('x0' || substr(${id}::text, 1, 8) || substr(${id}::text, 10, 4) || substr(${id}::text, 16, 3))::bit(64)::bigint`;
}

/** SQL for the rows of $1, a JSON array; `own` are the columns before the given ones. The bytes of all rows are $2. */
function givenRows(own: Readonly<Record<string, string>>): string {
  const columns = {
    ...own,
    ...given,
    picture_from: 'integer',
    picture_length: 'integer',
    prepared_length: 'integer',
  };
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  return `SELECT * FROM ROWS FROM (json_to_recordset($1::json) AS (${typed.join(', ')}))
        WITH ORDINALITY AS given (${Object.keys(columns).join(', ')}, place)`;
}

/** The columns of the table of readings that are given as they are, and SQL for their values. */
const names = Object.keys(given).filter((name) => name !== 'time_ms' && name !== 'picture_type');
const keptColumns = ['time', ...names].join(', ');
const keptValues = [
  "timestamptz 'epoch' + time_ms * interval '1 millisecond'",
  ...names.map((name) => (name === 'digits' || name === 'cells' ? `${name}::json` : name)),
].join(', ');
const pictureValues = `picture_type, substr($2::bytea, picture_from + 1, picture_length),
        substr($2::bytea, picture_from + picture_length + 1, prepared_length)`;

/** The statement of `keep`. To plan it takes a quarter of the time of a commit of 16, so each connection prepares it once. */
function keepText(schema: string): string {
  return `
    WITH ${durable},
    given AS MATERIALIZED (
      ${givenRows({ tail: 'text' })}
    ),
    head AS (
      UPDATE ${schema}.readings_head
      SET position = greatest(position + 1, $3::bigint << ${counterBits}) + (SELECT count(*) FROM given) - 1
      FROM durable RETURNING position
    ),
    placed AS MATERIALIZED (
      SELECT given.*, head.position - (SELECT count(*) FROM given) + place AS position FROM given, head
    ),
    numbered AS MATERIALIZED (
      SELECT placed.*, ${idAt('position', 'tail')} AS id FROM placed
    ),
    kept AS (
      INSERT INTO ${schema}.readings (id, ${keptColumns}) SELECT id, ${keptValues} FROM numbered
    ),
    pictures AS (
      INSERT INTO ${schema}.reading_pictures (id, type, picture, prepared)
      SELECT id, ${pictureValues} FROM numbered
    )
    SELECT id FROM numbered ORDER BY place`;
}

/** The statement of `load`: no two rows may have the same id. It answers the ids that were not there. */
function loadText(schema: string): string {
  return `
    WITH ${durable},
    given AS MATERIALIZED (
      ${givenRows({ id: 'uuid', corrected: 'text' })}
    ),
    head AS (
      UPDATE ${schema}.readings_head SET position = greatest(position, (SELECT max(${positionOf('id')}) FROM given))
      FROM durable RETURNING position
    ),
    kept AS (
      INSERT INTO ${schema}.readings (id, corrected, ${keptColumns})
      SELECT id, corrected, ${keptValues} FROM given, head ON CONFLICT (id) DO NOTHING RETURNING id
    ),
    pictures AS (
      INSERT INTO ${schema}.reading_pictures (id, type, picture, prepared)
      SELECT id, ${pictureValues} FROM given JOIN kept USING (id)
    )
    SELECT id FROM kept`;
}

/** The statements of the tables in one schema. All text values are in their stored form. */
export class Statements {
  readonly #schema: string;
  readonly #keep: { readonly name: string; readonly text: string };
  readonly #load: { readonly name: string; readonly text: string };

  /** `schema` is a quoted identifier. */
  constructor(schema: string) {
    this.#schema = schema;
    this.#keep = named(keepText(schema));
    this.#load = named(loadText(schema));
  }

  /**
   * Keeps several readings in one transaction of one round trip. Whoever holds the row of the head keeps; the others wait for
   * the commit. So ids grow in the order of the commits. The server needs nothing from the client until it has
   * committed: a client that is paused does not stop the others.
   *
   * $1 the rows as a JSON array, $2 their pictures and prepared digits one after the other, $3 the clock.
   */
  keep(rows: readonly Placed<EntryRow>[], bytes: Uint8Array, nowMs: number): Statement {
    return { ...this.#keep, values: [JSON.stringify(rows), bytes, nowMs] };
  }

  /**
   * Keeps readings with their ids where there are none of them, in the turn of `keep`: ids that are given afterwards are
   * greater.
   */
  load(rows: readonly Placed<LoadedRow>[], bytes: Uint8Array): Statement {
    return { ...this.#load, values: [JSON.stringify(rows), bytes] };
  }

  /**
   * Puts the head after every id that is there, as after a copy that somebody has loaded, and returns an id that is below all
   * that are given from then on.
   */
  align(): readonly Statement[] {
    const newest = `(SELECT ${positionOf('id')} FROM ${this.#schema}.readings ORDER BY id DESC LIMIT 1)`;
    return [
      {
        text: `WITH ${durable} UPDATE ${this.#schema}.readings_head SET position = ${newest} FROM durable WHERE position < ${newest}`,
        values: [],
      },
      {
        text: `SELECT ${idAt('position', "repeat('0', 16)")} FROM ${this.#schema}.readings_head`,
        values: [],
      },
    ];
  }

  /**
   * Removes readings of which only the end of the id is known, among those after an id. Waits for a session that may still be
   * keeping them.
   */
  revoke(tails: readonly string[], afterId: string): readonly Statement[] {
    return [
      { text: `SELECT FROM ${this.#schema}.readings_head FOR UPDATE`, values: [] },
      {
        text: `
          WITH ${durable},
          gone AS (
            DELETE FROM ${this.#schema}.readings USING durable
            WHERE id > $2 AND replace(substr(id::text, 20), '-', '') = ANY ($1::text[]) RETURNING id
          )
          DELETE FROM ${this.#schema}.reading_pictures WHERE id IN (SELECT id FROM gone)`,
        values: [tails, afterId],
      },
    ];
  }

  get(id: string): Statement {
    return { text: `SELECT ${columns} FROM ${this.#schema}.readings WHERE id = $1`, values: [id] };
  }

  picture(id: string): Statement {
    return {
      text: `SELECT type, encode(picture, 'base64') FROM ${this.#schema}.reading_pictures WHERE id = $1`,
      values: [id],
    };
  }

  prepared(id: string): Statement {
    return {
      text: `SELECT encode(prepared, 'base64') FROM ${this.#schema}.reading_pictures WHERE id = $1`,
      values: [id],
    };
  }

  /** The newest readings that a query asks for. */
  list({ before, text, unsure }: ReadingsQuery, limit: number): Statement {
    const values: unknown[] = [];
    const conditions: string[] = [];
    const value = (one: unknown) => `$${values.push(one)}`;
    if (before !== undefined) conditions.push(`id < ${value(before)}`);
    if (unsure !== undefined) conditions.push(unsure ? 'unsure' : 'NOT unsure');
    if (text !== undefined && text !== '') {
      // Under another collation than the index has, the planner cannot take the index. Both compare bytes.
      const searched = hasTrigram(text) ? 'search' : 'search COLLATE "POSIX"';
      conditions.push(`${searched} LIKE ${value(containsPattern(text))}`);
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    return {
      text: `SELECT ${columns} FROM ${this.#schema}.readings ${where} ORDER BY id DESC LIMIT ${value(limit)}`,
      values,
    };
  }

  correct(id: string, text: string | null): Statement {
    return {
      text: `
        WITH ${durable}
        UPDATE ${this.#schema}.readings SET corrected = $2 FROM durable WHERE id = $1 RETURNING ${columns}`,
      values: [id, text],
    };
  }

  remove(id: string): Statement {
    return {
      text: `
        WITH ${durable},
        gone AS (DELETE FROM ${this.#schema}.readings USING durable WHERE id = $1 RETURNING id),
        pictures AS (DELETE FROM ${this.#schema}.reading_pictures WHERE id IN (SELECT id FROM gone))
        SELECT id FROM gone`,
      values: [id],
    };
  }

  count(): Statement {
    return { text: `SELECT kept FROM ${this.#schema}.readings_count`, values: [] };
  }
}

/** Sessions may be shared with other schemas and versions, whose statements are not the same. */
function named(text: string): { readonly name: string; readonly text: string } {
  return { name: `inkwire_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text };
}

/** A row, and the places of its bytes among those of all rows. */
export type Placed<Row> = Row & {
  readonly picture_from: number;
  readonly picture_length: number;
  readonly prepared_length: number;
};

/** Puts the bytes of all entries one after the other, and says in each row where its own are. */
export function placeBytes<Row>(
  entries: readonly { readonly row: Row; readonly picture: Uint8Array; readonly prepared: Uint8Array }[],
): { readonly rows: Placed<Row>[]; readonly bytes: Buffer } {
  let from = 0;
  const rows = entries.map(({ row, picture, prepared }) => {
    const places = {
      picture_from: from,
      picture_length: picture.length,
      prepared_length: prepared.length,
    };
    from += picture.length + prepared.length;
    return { ...row, ...places };
  });
  return { rows, bytes: Buffer.concat(entries.flatMap(({ picture, prepared }) => [picture, prepared])) };
}
