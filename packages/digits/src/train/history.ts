import type { HistoryRow } from '../evaluate/curve.ts';

const columns = ['step', 'epoch', 'loss', 'learningRate', 'train', 'validation'] as const;

/** A run's history as CSV: a header, then a row a report; accuracies are empty where they were not measured. */
export function formatHistory(history: readonly HistoryRow[]): string {
  const lines = history.map((row) => columns.map((column) => row[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** Reads what `formatHistory` wrote. */
export function parseHistory(text: string): HistoryRow[] {
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = line.split(',');
      const row = columns.map((column, i) => [column, cells[i] === '' ? undefined : Number(cells[i])]);
      return Object.fromEntries(row) as unknown as HistoryRow;
    });
}
