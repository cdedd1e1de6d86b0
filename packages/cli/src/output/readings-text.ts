/** Kept readings as people read them in a terminal. */
import type { Reading } from '@inkwire/readings';
import { printable } from './printable.ts';
import { formatTable } from './text-table.ts';

const columns = [
  { title: 'TIME' },
  { title: 'TEXT' },
  { title: 'CONFIDENCE', align: 'right' },
  { title: '' },
  { title: 'CORRECTED' },
  { title: 'SOURCE' },
  { title: 'ID' },
] as const;

/** A table with one line for each reading, times as on the machine's clock; a sentence when there are none. */
export function formatReadings(readings: readonly Reading[]): string {
  if (readings.length === 0) return 'Nothing has been kept yet\n';
  const rows = readings.map(({ id, time, source, written, confidence, unsure, corrected }) => [
    localTime(new Date(time)),
    printable(written.replaceAll('\n', ' / ')),
    confidence.toFixed(4),
    unsure ? 'unsure' : '',
    printable((corrected ?? '').replaceAll('\n', ' / ')),
    printable(source),
    id,
  ]);
  return formatTable(columns, rows);
}

function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
