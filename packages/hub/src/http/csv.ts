import { csvRecord } from '@inkwire/base';
import type { Reading } from '@inkwire/readings';

const columns = [
  'id',
  'time',
  'source',
  'text',
  'corrected',
  'confidence',
  'unsure',
  'label',
  'model',
  'written',
] as const satisfies readonly (keyof Reading)[];

/** Records gathered into one piece of the stream. */
const recordsInChunk = 200;

/** The readings as CSV (RFC 4180), a bounded piece at a time: no faster than it is taken. */
export async function* toCsv(readings: AsyncIterable<Reading>): AsyncGenerator<string> {
  let chunk = csvRecord(columns);
  let gathered = 0;
  for await (const reading of readings) {
    chunk += csvRecord(columns.map((column) => reading[column] ?? ''));
    if (++gathered % recordsInChunk > 0) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
