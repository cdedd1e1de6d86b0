/*
 * The form on the disk, `inkwire tables 1`. Numbers are big-endian.
 *
 *     values     name                            → 00 value            a key that never expires
 *                                                  01 u64 time, value   one that does, milliseconds since 1970
 *     expiring   u64 time, name                  → 00                   one for each key that expires
 *     tables     u16 length of table, table      → f64 keys
 *     about      format                          → "inkwire tables 1"
 *                totals                          → f64 keys, f64 bytes
 *                time                            → f64                  expiry's time never goes back behind it
 *
 *     name       u16 length of table, table, key                        all text in UTF-8
 *
 * `value` is the protobuf message `Value` as it stands on the wire. The names of one table lie together, and 0xff, which
 * UTF-8 has not, ends them.
 */
export const format = 'inkwire tables 1';

/** A key of `values`; of `tables` when it ends with the table; of the end of a table. One object is enough, used again. */
export interface Name {
  table: string;
  key: string;
}

/** LMDB's keys of a 4-KiB page hold so many bytes; eight are for the time in `expiring`, two for the length. */
export const maxNameBytes = 1978 - 8 - 2;

const encoder = new TextEncoder();

/** Writes text in UTF-8; answers where it ends. Most is ASCII and short, for which a loop is fastest. */
function writeText(text: string, target: Uint8Array, at: number): number {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      const { written } = encoder.encodeInto(text.slice(i), target.subarray(at + i));
      return at + i + written;
    }
    target[at + i] = code;
  }
  return at + length;
}

/** Writes the length and the text of a table. */
function writeTable(table: string, target: Uint8Array, at: number): number {
  const end = writeText(table, target, at + 2);
  target[at] = (end - at - 2) >> 8;
  target[at + 1] = (end - at - 2) & 0xff;
  return end;
}

/** A name where lmdb-js's types expect bytes: `nameEncoder` takes both. */
export const asKey = (name: Name): Uint8Array => name as unknown as Uint8Array;

/** Names as lmdb-js writes them. */
export const nameEncoder = {
  writeKey(name: Name | Uint8Array, target: Uint8Array, at: number): number {
    if (name instanceof Uint8Array) {
      target.set(name, at);
      return at + name.length;
    }
    return writeText(name.key, target, writeTable(name.table, target, at));
  },
  readKey(source: Uint8Array, start: number, end: number): Uint8Array {
    return Uint8Array.prototype.slice.call(source, start, end);
  },
};

const room = new Uint8Array(8 + 2 + 3 * 2 ** 16 + 3 * 2 ** 21);

/** The bytes of a name. */
export function nameBytes({ table, key }: Name): Uint8Array {
  return room.slice(0, writeText(key, room, writeTable(table, room, 0)));
}

/** The bounds of a table's names: the first, and the one after the last. */
export function tableBounds(table: string): { readonly start: Uint8Array; readonly end: Uint8Array } {
  const length = writeTable(table, room, 0);
  room[length] = 0xff;
  return { start: room.slice(0, length), end: room.slice(0, length + 1) };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The key in a name of a table whose names begin with `prefix` bytes. */
export function keyOf(name: Uint8Array, prefix: number): string {
  return strict.decode(name.subarray(prefix));
}

/** The table and the key of a name. */
export function parseName(name: Uint8Array): Name {
  const end = 2 + ((name[0]! << 8) | name[1]!);
  return { table: strict.decode(name.subarray(2, end)), key: strict.decode(name.subarray(end)) };
}

/** Bytes in front of a value. */
export const headBytes = (expiresAt: number): number => (expiresAt === 0 ? 1 : 9);

/** Writes what stands in front of a value. */
export function writeHead(expiresAt: number, target: Uint8Array, at: number): void {
  target[at] = expiresAt === 0 ? 0 : 1;
  if (expiresAt !== 0) writeTime(expiresAt, target, at + 1);
}

/** The time at which a record expires; 0 for never. */
export function expiryOf(record: Uint8Array): number {
  return record[0] === 0 ? 0 : readTime(record, 1);
}

function writeTime(time: number, target: Uint8Array, at: number): void {
  const view = new DataView(target.buffer, target.byteOffset + at, 8);
  view.setUint32(0, Math.floor(time / 2 ** 32));
  view.setUint32(4, time >>> 0);
}

export function readTime(source: Uint8Array, at: number): number {
  const view = new DataView(source.buffer, source.byteOffset + at, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

/** A key of `expiring`. */
export function expiringKey(time: number, name: Uint8Array): Uint8Array {
  const key = new Uint8Array(8 + name.length);
  writeTime(time, key, 0);
  key.set(name, 8);
  return key;
}

/** A value of numbers. */
export function encodeNumbers(...numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(8 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeDoubleBE(number, 8 * i);
  return bytes;
}

export function decodeNumbers(bytes: Uint8Array | undefined, count: number): number[] {
  if (bytes === undefined) return new Array<number>(count).fill(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8 * count);
  return Array.from({ length: count }, (_, i) => view.getFloat64(8 * i));
}
