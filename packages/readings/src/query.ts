import { expectInteger } from '@inkwire/base';
import { ReadingsError } from './errors.ts';
import type { Reading } from './reading.ts';
import { isReadingId } from './reading-id.ts';
import type { ReadingsPage, ReadingsQuery } from './readings.ts';

const defaultLimit = 50;
/** The most readings in one page. */
const maxLimit = 1000;

/** Gathers one page from readings that come newest first, already older than `query.before`. */
export async function gatherPage(
  newestFirst: AsyncIterable<Reading> | Iterable<Reading>,
  query: ReadingsQuery,
): Promise<ReadingsPage> {
  const limit = expectLimit(query.limit);
  const readings: Reading[] = [];
  for await (const reading of newestFirst) {
    if (!matches(reading, query)) continue;
    // One more than was asked for is the only proof that there is a next page.
    if (readings.length === limit) return { readings, next: readings[limit - 1]!.id };
    readings.push(reading);
  }
  return { readings, next: null };
}

/** Whether a reading is one that a query asks for. */
export function matches(
  reading: Pick<Reading, 'text' | 'written' | 'corrected' | 'unsure'>,
  { text, unsure }: ReadingsQuery,
): boolean {
  if (unsure !== undefined && reading.unsure !== unsure) return false;
  if (text === undefined) return true;
  const { text: read, written, corrected } = reading;
  return [read, written, corrected].some((each) => each?.includes(text));
}

/** Returns the number of readings in a page. Throws a RangeError for one out of bounds. */
export function expectLimit(limit = defaultLimit): number {
  return expectInteger('limit', limit, { min: 1, max: maxLimit });
}

/** Returns the cursor, which is the id of a reading. Throws `READINGS_CURSOR_INVALID` for anything else. */
export function expectCursor(before: string | undefined): string | undefined {
  if (before === undefined || isReadingId(before)) return before;
  throw new ReadingsError('READINGS_CURSOR_INVALID', 'The cursor `before` is not one that a list gave');
}
