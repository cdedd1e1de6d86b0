/**
 * The place of a reading follows from its id, a UUIDv7 that begins with 48 bits of milliseconds: the day, and the ten
 * minutes of that day, 0 … 143. One partition has what was kept in ten minutes. A hundred readings a second make 40 MB of it, and
 * newest first is one partition after the other. Days and buckets without readings are in no table, so they cost nothing.
 */
export interface Place {
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly bucket: number;
}

const dayMs = 86_400_000;
const bucketMs = 600_000;
const epochDay = 2 ** 31;

export function placeOf(id: string): Place {
  const ms = millisecondsOf(id);
  return { day: Math.floor(ms / dayMs), bucket: Math.floor((ms % dayMs) / bucketMs) };
}

/**
 * The write timestamp, in microseconds, of everything that a reading is kept with. It follows from the id and not from a
 * clock: what corrects or removes the reading has a greater one, whatever clock it sees.
 */
export function bornAt(id: string): bigint {
  return BigInt(millisecondsOf(id)) * 1000n;
}

/**
 * The write timestamp of an id as the newest one. Of two ids the greater has a timestamp that is not less, and where they are
 * equal, Cassandra takes the greater value: so the column becomes the greatest that anybody wrote, in whatever order.
 */
export function newestAt(id: string): bigint {
  const sequence = Number.parseInt(id.slice(15, 18), 16);
  return bornAt(id) + BigInt(Math.floor((sequence * 1000) / 0x1000));
}

/** The later of two write timestamps; `Math.max` takes none. */
export function latestOf(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** A day as CQL's `date` has it: unsigned 32 bits, with 1970 in their middle. The driver's own constructors take local time or text. */
export function dateBytes(day: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(day + epochDay);
  return bytes;
}

export function dayOf(date: { toBuffer(): Buffer }): number {
  return date.toBuffer().readUInt32BE() - epochDay;
}

function millisecondsOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
