import { gzipSync, inflateSync } from 'fflate';
import { gzipInvalid, readGzipMember } from './gzip-member.ts';

/*
 * gzip in browsers, which `#gzip` in package.json chooses there: the functions of gzip.ts over fflate. fflate does
 * not say where a member ends, so it is asked twice: without its last byte, a body that is all deflate must not inflate.
 */

/** One gzip member that holds `payload`. A page has time: always compressed, whatever `mostBytes`. */
export function gzip(payload: Uint8Array, _mostBytes: number): Uint8Array {
  return gzipSync(payload, { level: 1 });
}

/** Decompresses a gzip member (RFC 1952). Throws `WIRE_INFLATED_TOO_LARGE` past `maxBytes`, else `WIRE_GZIP_INVALID`. */
export function gunzip(member: Uint8Array, maxBytes: number): Uint8Array {
  const { body, size, checksum } = readGzipMember(member, maxBytes);
  const payload = inflate(body, size);
  if (isWhole(body.subarray(0, -1), size)) throw gzipInvalid('bytes follow the member');
  if (payload.length !== size) throw gzipInvalid('the size is wrong');
  if (crc32(payload) !== checksum) throw gzipInvalid('the checksum is wrong');
  return payload;
}

/** The same in a task of its own: pages have one thread, but what waits for it gets its turn. */
export async function gunzipLater(member: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return gunzip(member, maxBytes);
}

function inflate(body: Uint8Array, size: number): Uint8Array {
  try {
    // One byte more than is claimed, or what is past it would be dropped without a word.
    return inflateSync(body, { out: new Uint8Array(size + 1) });
  } catch (error) {
    throw gzipInvalid((error as Error).message);
  }
}

function isWhole(body: Uint8Array, size: number): boolean {
  try {
    inflate(body, size);
    return body.length > 0;
  } catch {
    return false;
  }
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
