import { WireError } from '../errors.ts';

/*
 * A gzip member (RFC 1952 §2.3), read by hand because zlib would go on to a second member and pass over what follows:
 *
 *     1f 8b 08 flags mtime×4 xfl os │ extra? │ name? │ comment? │ header CRC? │ deflate … │ CRC-32 │ ISIZE
 */

const headerBytes = 10;
const trailerBytes = 8;
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
/** Deflate packs at most 258 bytes into 2 bits. */
const mostInflation = 1032;

/** Inflating fewer bytes than this costs less than another thread's, or another task's, help. */
const laterAbove = 128 * 1024;

/** The size that `member` claims to inflate to; 0 when it is too short for a claim. */
export function claimedBytes(member: Uint8Array): number {
  const at = member.length - 4;
  if (at < 0) return 0;
  return member[at + 3]! * 2 ** 24 + ((member[at + 2]! << 16) | (member[at + 1]! << 8) | member[at]!);
}

/** Whether `member` claims to inflate to so much that it is for `gunzipLater`. */
export function gunzipsLater(member: Uint8Array): boolean {
  return claimedBytes(member) >= laterAbove;
}

/** The parts of a member that are needed to inflate and check it. */
export interface GzipMember {
  /** Deflate's bytes, and whatever else stands before the trailer. */
  readonly body: Uint8Array;
  /** The inflated length that the trailer states. */
  readonly size: number;
  readonly checksum: number;
}

/** Throws `WIRE_GZIP_INVALID`, and `WIRE_INFLATED_TOO_LARGE` for a member that says that it is more than `maxBytes`. */
export function readGzipMember(member: Uint8Array, maxBytes: number): GzipMember {
  const end = member.length - trailerBytes;
  const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
  if (end < headerBytes) throw gzipInvalid('it is cut off');
  if (view.getUint16(0) !== 0x1f8b || member[2] !== 8) throw gzipInvalid('it does not begin as one');
  const at = headerEnd(member, view, end);
  const size = view.getUint32(end + 4, true);
  if (size > maxBytes) throw inflatedTooLarge(size, maxBytes);
  if (size > mostInflation * (end - at)) throw gzipInvalid('the size is wrong');
  return { body: member.subarray(at, end), size, checksum: view.getUint32(end, true) };
}

function headerEnd(member: Uint8Array, view: DataView, end: number): number {
  const flags = member[3]!;
  if (flags & flag.reserved) throw gzipInvalid('a reserved flag is set');
  let at = headerBytes;
  if (flags & flag.extra) at += 2 + view.getUint16(at, true);
  if (flags & flag.name) at = afterZero(member, at);
  if (flags & flag.comment) at = afterZero(member, at);
  if (flags & flag.headerCrc) at += 2;
  if (at > end) throw gzipInvalid('its header is cut off');
  return at;
}

function afterZero(member: Uint8Array, from: number): number {
  const zero = from <= member.length ? member.indexOf(0, from) : -1;
  if (zero < 0) throw gzipInvalid('its header is cut off');
  return zero + 1;
}

export const gzipInvalid = (why: string) => new WireError('WIRE_GZIP_INVALID', `Not one gzip member: ${why}`);

export const inflatedTooLarge = (size: number, limit: number) =>
  new WireError(
    'WIRE_INFLATED_TOO_LARGE',
    `A frame that inflates to ${size} bytes is above the limit of ${limit}`,
  );
