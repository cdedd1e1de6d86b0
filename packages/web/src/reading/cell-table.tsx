import type { ReadCells } from '@inkwire/wire/hub';
import { words } from '../words/language.ts';

/** The grid that was found in a picture, with what stands in each cell. */
export function CellTable({ cells }: { cells: ReadCells }) {
  return (
    <div class="cell-table">
      <table aria-label={words.value.reading.cells(cells.rows, cells.columns)}>
        <tbody>
          {cells.texts.map((row, y) => (
            <tr key={y}>
              {row.map((text, x) => (
                <td key={x}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
