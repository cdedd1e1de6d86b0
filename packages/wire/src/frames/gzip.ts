import { constants, crc32, deflateRawSync, gzipSync, inflateRaw, inflateRawSync } from 'node:zlib';
import { gzipInvalid, readGzipMember } from './gzip-member.ts';

/*
 * gzip in Node. What compressing costs on the event loop (processor time of one core, best of many): at level 1 JSON
 * takes 30 µs and 6.4 ms a MiB, noise 20 ms a MiB; stored blocks, which are a checksum and a copy, 7 µs and 0.9 ms a MiB.
 * So what would not shrink is stored, and so is what would hold everyone else up, unless only compression makes it fit.
 */

/** Above this, compressing would hold the event loop for more than about 6 ms: stored blocks instead. */
const storeAbove = 1024 * 1024;
/** From here on it is worth looking whether the payload shrinks at all. */
const probeAbove = 16 * 1024;
const probeBytes = 2 * 1024;
const gzipOverheadBytes = 64;

/** One gzip member that holds `payload`: compressed where that is quick or needed to stay within `mostBytes`. */
export function gzip(payload: Uint8Array, mostBytes: number): Uint8Array {
  const stored = isStored(payload, mostBytes);
  return gzipSync(payload, {
    level: stored ? constants.Z_NO_COMPRESSION : constants.Z_BEST_SPEED,
    chunkSize: Math.max(
      1024,
      stored ? payload.length + (payload.length >> 10) + gzipOverheadBytes : payload.length >> 1,
    ),
  });
}

function isStored(payload: Uint8Array, mostBytes: number): boolean {
  if (payload.length <= probeAbove || payload.length + (payload.length >> 10) + gzipOverheadBytes > mostBytes)
    return false;
  return payload.length > storeAbove || isNoise(payload);
}

function isNoise(payload: Uint8Array): boolean {
  const middle = payload.length >> 1;
  const probe = payload.subarray(middle, middle + probeBytes);
  return deflateRawSync(probe, { level: constants.Z_BEST_SPEED }).length > 0.95 * probeBytes;
}

/**
 * Decompresses a gzip member (RFC 1952). Throws `WIRE_INFLATED_TOO_LARGE` past `maxBytes`, before memory is taken, and
 * `WIRE_GZIP_INVALID` unless `member` is exactly one sound member.
 */
export function gunzip(member: Uint8Array, maxBytes: number): Uint8Array {
  const { body, size, checksum } = readGzipMember(member, maxBytes);
  try {
    return checked(inflateRawSync(body, inflateOptions(size)) as unknown as Inflated, body, size, checksum);
  } catch (error) {
    throw invalid(error);
  }
}

/** The same in another thread. */
export function gunzipLater(member: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const { body, size, checksum } = readGzipMember(member, maxBytes);
    inflateRaw(body, inflateOptions(size), (error, result) => {
      try {
        if (error) throw error;
        resolve(checked(result as unknown as Inflated, body, size, checksum));
      } catch (error) {
        reject(invalid(error));
      }
    });
  });
}

/** The answer of zlib with `info: true`. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

// One byte more than is claimed, so that zlib is never left without room and takes a second chunk.
const inflateOptions = (size: number) => ({
  info: true,
  chunkSize: Math.max(64, size + 1),
  maxOutputLength: Math.max(1, size),
});

function checked({ buffer, engine }: Inflated, body: Uint8Array, size: number, checksum: number): Uint8Array {
  if (engine.bytesWritten !== body.length) throw gzipInvalid('bytes follow the member');
  if (buffer.length !== size) throw gzipInvalid('the size is wrong');
  if (crc32(buffer) !== checksum) throw gzipInvalid('the checksum is wrong');
  return buffer;
}

function invalid(error: unknown): Error {
  const { code, message } = error as Error & { code?: string };
  if (code?.startsWith('WIRE_')) return error as Error;
  return code === 'ERR_BUFFER_TOO_LARGE' ? gzipInvalid('the size is wrong') : gzipInvalid(message);
}
