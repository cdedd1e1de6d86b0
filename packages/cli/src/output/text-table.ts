/** A column of a table for people. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right. Default left. */
  readonly align?: 'left' | 'right';
}

/** Rows of cells as lines of aligned columns, two spaces apart, titles first; no line ends in a space. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => width(cells[at] ?? ''))));
  const format = (cells: readonly string[]) =>
    columns.map(({ align }, at) => pad(cells[at] ?? '', widths[at]!, align)).join('  ');
  return lines.map((cells) => `${format(cells).trimEnd()}\n`).join('');
}

function pad(cell: string, columns: number, align: Column['align']): string {
  const space = ' '.repeat(columns - width(cell));
  return align === 'right' ? space + cell : cell + space;
}

/** Columns of a terminal: wide characters of East Asia take two (Unicode Standard Annex 11, roughly). */
function width(cell: string): number {
  let columns = 0;
  for (const character of cell) {
    if (/\p{Mark}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}
