import { expectInteger, expectNumber } from '@inkwire/base';
import type { types } from 'cassandra-driver';
import { ReadingsError } from '../errors.ts';
import {
  type NewReading,
  type OriginalPicture,
  type Reading,
  splitPrepared,
  type WholeReading,
} from '../reading.ts';
import { originalText, storedText } from '../stored-text.ts';

/** What a reading is before it has its id: its columns, and its bytes. Nothing in it is shared. */
export interface Entry {
  /** The values of `keptColumns`. */
  readonly values: readonly unknown[];
  readonly pictureType: string;
  readonly picture: Buffer;
  readonly prepared: Buffer;
}

/** A reading of another store, with its id. */
export interface LoadedEntry extends Entry {
  readonly id: string;
  readonly corrected: string | null;
}

/** A mutation may have 16 MiB, half of the server's commit log segment; the rest of it is small. */
const maxBytes = 15 * 2 ** 20;

/** The columns that a reading is kept with, after its key. */
export const keptColumns = [
  'time',
  'source',
  'text',
  'written',
  'confidence',
  'unsure',
  'digits',
  'model',
  'width',
  'height',
  'label',
  'detector',
  'cells',
] as const;

/** The columns of a whole reading, and of what a search looks at. */
export const readingColumns = ['id', ...keptColumns, 'corrected'].join(', ');
export const searchedColumns = 'id, time, text, written, corrected, unsure';

/**
 * Encodes what does not depend on the id. Throws `READINGS_TOO_LARGE`, or a RangeError for sizes that are no integers: the
 * driver would cut 3.7 to 3.
 */
export function encodeEntry(reading: NewReading, timeMs: number): Entry {
  const { picture, prepared, source, text, written = text, digits, model } = reading;
  const { label, detector, cells } = reading;
  const size = { min: 0, max: 2 ** 31 - 1 };
  const entry = {
    values: [
      new Date(timeMs),
      storedText(source),
      storedText(text),
      storedText(written),
      expectNumber('confidence', reading.confidence),
      reading.unsure,
      JSON.stringify(digits),
      storedText(model),
      expectInteger('width', reading.width, size),
      expectInteger('height', reading.height, size),
      // Absent, not null: a null is a tombstone.
      label === undefined ? undefined : storedText(label),
      detector === undefined ? undefined : storedText(detector),
      cells === undefined ? undefined : JSON.stringify(cells),
    ],
    pictureType: storedText(picture.type),
    picture: Buffer.from(picture.bytes),
    prepared: Buffer.concat(prepared),
  };
  const bytes = Math.max(
    entry.picture.length + entry.prepared.length,
    entry.values.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
      0,
    ),
  );
  if (bytes > maxBytes)
    throw new ReadingsError(
      'READINGS_TOO_LARGE',
      `Cassandra keeps readings of ${maxBytes} bytes at most, and this one has ${bytes}`,
    );
  return entry;
}

/** Encodes a reading that has its id. Throws as `encodeEntry` does. */
export function encodeLoaded(reading: WholeReading): LoadedEntry {
  const { id, time, corrected } = reading;
  return {
    ...encodeEntry(reading, Date.parse(time)),
    id,
    corrected: corrected === null ? null : storedText(corrected),
  };
}

/** The reading that an entry became. */
export function readingOf(id: string, { values }: Entry): Reading {
  const named = Object.fromEntries(keptColumns.map((name, i) => [name, values[i]]));
  return decodeRow({ id, ...named });
}

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, unknown>> | types.Row;

/**
 * Whether there is a reading in this row. A correction that arrives after a removal leaves a row with nothing else in it.
 */
export function isReading(row: Row | undefined | null): row is Row {
  return row?.time != null;
}

export function idOf(row: Row): string {
  return String(row.id);
}

export function decodeRow(row: Row): Reading {
  const text = (name: string) => originalText(row[name] as string);
  const { label, detector, cells, corrected } = row;
  return {
    id: idOf(row),
    time: (row.time as Date).toISOString(),
    source: text('source'),
    text: text('text'),
    written: text('written'),
    confidence: row.confidence as number,
    unsure: row.unsure as boolean,
    digits: JSON.parse(row.digits as string),
    model: text('model'),
    corrected: corrected == null ? null : text('corrected'),
    width: row.width as number,
    height: row.height as number,
    ...(label == null ? {} : { label: text('label') }),
    ...(detector == null ? {} : { detector: text('detector') }),
    ...(cells == null ? {} : { cells: JSON.parse(cells as string) }),
  };
}

/** The columns that a search looks at. */
export function decodeSearched(row: Row): Pick<Reading, 'text' | 'written' | 'corrected' | 'unsure'> {
  const text = (name: string) => originalText((row[name] ?? '') as string);
  return {
    text: text('text'),
    written: text('written'),
    corrected: row.corrected == null ? null : text('corrected'),
    unsure: row.unsure as boolean,
  };
}

export function decodePicture(row: Row): OriginalPicture {
  return {
    type: originalText(row.type as string),
    bytes: new Uint8Array((row.picture as Buffer | null) ?? []),
  };
}

export function decodePrepared(row: Row): Uint8Array[] {
  return splitPrepared((row.prepared as Buffer | null) ?? Buffer.alloc(0));
}
