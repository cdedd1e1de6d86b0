import { randomUUID } from 'node:crypto';
import {
  type NewReading,
  type OriginalPicture,
  type Reading,
  splitPrepared,
  type WholeReading,
} from '../reading.ts';
import { originalText, storedText } from '../stored-text.ts';

/** What a reading is before it has its id: its row, as JSON has it, and its bytes. Nothing in it is shared. */
export interface Entry {
  readonly row: EntryRow;
  readonly picture: Uint8Array;
  readonly prepared: Uint8Array;
}

/** A reading of another store, with its id. */
export interface LoadedEntry extends Omit<Entry, 'row'> {
  readonly row: LoadedRow;
}

/** The columns of a reading that is kept, and the last 64 bits of its id. */
export interface EntryRow extends GivenRow {
  readonly tail: string;
}

/** The columns of a reading that comes with its id. */
export interface LoadedRow extends GivenRow {
  readonly id: string;
  readonly corrected: string | null;
}

/** The columns that every new row has. `statements.ts` names them to the server. */
export interface GivenRow {
  readonly time_ms: number;
  readonly source: string;
  readonly text: string;
  readonly written: string;
  readonly confidence: number;
  readonly unsure: boolean;
  readonly digits: string;
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly label: string | null;
  readonly detector: string | null;
  readonly cells: string | null;
  readonly picture_type: string;
}

/** Encodes what does not depend on the moment of the commit. */
export function encodeEntry(reading: NewReading, timeMs: number): Entry {
  const { row, ...bytes } = encodeGiven(reading, timeMs);
  return { row: { tail: newTail(), ...row }, ...bytes };
}

/** Encodes a reading that has its id. */
export function encodeLoaded(reading: WholeReading): LoadedEntry {
  const { id, time, corrected } = reading;
  const { row, ...bytes } = encodeGiven(reading, Date.parse(time));
  return { row: { id, corrected: corrected === null ? null : storedText(corrected), ...row }, ...bytes };
}

function encodeGiven(reading: NewReading, timeMs: number): Omit<Entry, 'row'> & { readonly row: GivenRow } {
  const { picture, prepared, source, text, written = text, digits, model } = reading;
  const { label, detector, cells } = reading;
  return {
    row: {
      time_ms: timeMs,
      source: storedText(source),
      text: storedText(text),
      written: storedText(written),
      confidence: reading.confidence,
      unsure: reading.unsure,
      digits: JSON.stringify(digits),
      model: storedText(model),
      width: reading.width,
      height: reading.height,
      label: label === undefined ? null : storedText(label),
      detector: detector === undefined ? null : storedText(detector),
      cells: cells === undefined ? null : JSON.stringify(cells),
      picture_type: storedText(picture.type),
    },
    picture: new Uint8Array(picture.bytes),
    prepared: Buffer.concat(prepared),
  };
}

/** The variant of RFC 9562 and 62 random bits, in hexadecimal digits: the end of a UUIDv7 as of a UUIDv4. */
function newTail(): string {
  return randomUUID().slice(19).replace('-', '');
}

/** The reading that an entry became. */
export function readingOf(id: string, { row }: Entry): Reading {
  return decodeRow([
    id,
    String(row.time_ms),
    row.source,
    row.text,
    row.written,
    String(row.confidence),
    row.unsure ? 't' : 'f',
    row.digits,
    row.model,
    null,
    String(row.width),
    String(row.height),
    row.label,
    row.detector,
    row.cells,
  ]);
}

/** The columns of a reading in the order in which `decodeRow` takes them, as text. */
export const columns = [
  'readings.id',
  '(extract(epoch FROM readings.time) * 1000)::bigint',
  'source',
  'text',
  'written',
  'confidence',
  'unsure',
  'digits',
  'model',
  'corrected',
  'width',
  'height',
  'label',
  'detector',
  'cells',
].join(', ');

/** The text of each column as the server sends it. */
export type Row = readonly (string | null)[];

export function decodeRow(row: Row): Reading {
  const [id, time, source, text, written, confidence, unsure, digits, model, corrected, width, height] =
    row as string[];
  const [label, detector, cells] = row.slice(12);
  return {
    id: id!,
    time: new Date(Number(time)).toISOString(),
    source: originalText(source!),
    text: originalText(text!),
    written: originalText(written!),
    confidence: Number(confidence),
    unsure: unsure === 't',
    digits: JSON.parse(digits!),
    model: originalText(model!),
    corrected: corrected == null ? null : originalText(corrected),
    width: Number(width),
    height: Number(height),
    ...(label == null ? {} : { label: originalText(label) }),
    ...(detector == null ? {} : { detector: originalText(detector) }),
    ...(cells == null ? {} : { cells: JSON.parse(cells) }),
  };
}

/** A picture's media type, and its bytes in Base64. */
export function decodePicture([type, bytes]: Row): OriginalPicture {
  return { type: originalText(type!), bytes: new Uint8Array(Buffer.from(bytes!, 'base64')) };
}

/** The prepared digits of a reading, one after the other in Base64. */
export function decodePrepared([base64]: Row): Uint8Array[] {
  return splitPrepared(Buffer.from(base64!, 'base64'));
}
