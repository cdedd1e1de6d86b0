import { parse, v7, validate, version } from 'uuid';

/** Whether this is an id that a reading can have: a UUIDv7 (RFC 9562, section 5.7) in lower case. */
export function isReadingId(text: string): boolean {
  return validate(text) && version(text) === 7 && text === text.toLowerCase();
}

/**
 * Returns an id greater than `newest`, and of the time `nowMs` where that allows it. While the clock stands still or
 * has stepped back, ids stay at the time of the newest and count up their 32-bit sequence; 2³² of them later they
 * borrow the next millisecond.
 */
export function nextReadingId(newest: string | undefined, nowMs: number): string {
  if (newest === undefined) return v7({ msecs: nowMs });
  const { msecs, sequence } = dissect(newest);
  if (nowMs > msecs) return v7({ msecs: nowMs });
  return sequence < 0xffff_ffff ? v7({ msecs, seq: sequence + 1 }) : v7({ msecs: msecs + 1, seq: 0 });
}

/** The milliseconds of an id. */
export function idTime(id: string): number {
  return dissect(id).msecs;
}

/** The least id that a reading of that millisecond can have: as a cursor, the place right after everything older. */
export function firstIdAt(timeMs: number): string {
  const hex = Math.trunc(timeMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The sequence lies where uuid's `v7` puts it: the 32 bits after the version, around the variant. */
function dissect(id: string): { msecs: number; sequence: number } {
  const bytes = Buffer.from(parse(id));
  const high = bytes.readUInt16BE(6) & 0x0fff;
  const low = ((bytes[8]! & 0x3f) << 14) | (bytes[9]! << 6) | (bytes[10]! >> 2);
  return { msecs: bytes.readUIntBE(0, 6), sequence: high * 2 ** 20 + low };
}
