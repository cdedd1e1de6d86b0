import { crc32 } from 'node:zlib';
import {
  type NewReading,
  type OriginalPicture,
  preparedBytes,
  type Reading,
  splitPrepared,
} from '../reading.ts';

/**
 * The format on disk, version 1, is the names and shapes here; `record.test.ts` holds them to golden bytes.
 *
 *     readings   id → JSON: the reading without its id, and {picture: {type, crc32}, prepared: {crc32}}
 *     pictures   id → the picture as it arrived
 *     prepared   id → 784 bytes for each digit, one after the other
 *     about      "format" → "inkwire readings 1"
 *
 * Records from before readings had `written` are read with `text` in its place.
 *
 * LMDB has no checksums of its own. The CRCs detect a picture that the disk has changed.
 */
export const format = 'inkwire readings 1';

type Stored = Omit<Reading, 'id' | 'written'> & {
  readonly written?: string;
  readonly picture: { readonly type: string; readonly crc32: number };
  readonly prepared: { readonly crc32: number };
};

/** The three values that are put under one id. */
export interface Entry {
  readonly record: string;
  readonly picture: Uint8Array;
  readonly prepared: Uint8Array;
}

/** Encodes what does not depend on the moment of keeping, outside of any transaction. Nothing in it is shared. */
export function encodeEntry(reading: NewReading, time: string, corrected: string | null = null): Entry {
  const { picture, prepared: digits, ...rest } = reading;
  const prepared = Buffer.concat(digits);
  const bytes = new Uint8Array(picture.bytes);
  const stored: Stored = {
    time,
    ...rest,
    corrected,
    picture: { type: picture.type, crc32: crc32(bytes) },
    prepared: { crc32: crc32(prepared) },
  };
  return { record: JSON.stringify(stored), picture: bytes, prepared };
}

/** Throws a SyntaxError when the record is not JSON. */
export function decodeRecord(id: string, record: string): Reading {
  const { picture: _picture, prepared: _prepared, ...reading } = JSON.parse(record) as Stored;
  return { id, ...reading, written: reading.written ?? reading.text };
}

/** The same record with another correction. */
export function correctRecord(record: string, corrected: string | null): string {
  return JSON.stringify({ ...(JSON.parse(record) as Stored), corrected });
}

/** Undefined when the bytes are not those that were kept. */
export function decodePicture(record: string, bytes: Uint8Array): OriginalPicture | undefined {
  const { picture } = JSON.parse(record) as Stored;
  return crc32(bytes) === picture.crc32 ? { type: picture.type, bytes: new Uint8Array(bytes) } : undefined;
}

/** Undefined when the bytes are not those that were kept. */
export function decodePrepared(record: string, bytes: Uint8Array): Uint8Array[] | undefined {
  const { prepared, digits } = JSON.parse(record) as Stored;
  if (crc32(bytes) !== prepared.crc32 || bytes.length !== digits.length * preparedBytes) return undefined;
  return splitPrepared(bytes);
}
