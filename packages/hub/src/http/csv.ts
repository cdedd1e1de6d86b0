import type { Reading } from '@inkwire/readings';

type Field = string | number | boolean;

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
] as const satisfies readonly (keyof Reading)[];

/** Records gathered into one piece of the stream. */
const recordsInChunk = 200;

/** The readings as CSV (RFC 4180), a bounded piece at a time: no faster than it is taken. */
export async function* toCsv(readings: AsyncIterable<Reading>): AsyncGenerator<string> {
  let chunk = record(columns);
  let gathered = 0;
  for await (const reading of readings) {
    chunk += record(columns.map((column) => reading[column] ?? ''));
    if (++gathered % recordsInChunk > 0) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function record(fields: readonly Field[]): string {
  return `${fields.map((field) => (typeof field === 'string' ? quote(disarm(field)) : String(field))).join(',')}\r\n`;
}

/** A spreadsheet takes a field that begins so for a formula (OWASP, "CSV Injection"); an apostrophe makes it text. */
function disarm(field: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(field) ? `'${field}` : field;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
