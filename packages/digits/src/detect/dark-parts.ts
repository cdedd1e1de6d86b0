/** Dark parts of a page whose ink is dark: a header, a display, a shadow. Writing in them is light. */
import { cellSide } from './detector-maps.ts';
import type { Plane } from './plane.ts';
import type { WritingMap } from './unread.ts';

/** Side of the blocks in which a part is dark or not, in pixels. */
const blockSide = 16;
/** A part is dark when its mean level is below this share of the paper's. */
const darkShare = 0.5;
/** The share of blocks that are lighter than the paper's level. */
const paperShare = 0.2;
/** Fewer dark blocks than this, as a share of all, are no part of a page: thick ink, a staple. */
const leastPart = 0.03;

/** Blocks of a plane, [rows × columns]: 1 = dark. */
export interface DarkParts {
  readonly columns: number;
  readonly rows: number;
  readonly isDark: Uint8Array;
}

/** The dark parts of a plane; undefined where there are none worth a look. */
export function darkPartsOf({ width, height, data }: Plane): DarkParts | undefined {
  const columns = Math.floor(width / blockSide);
  const rows = Math.floor(height / blockSide);
  if (columns * rows === 0) return undefined;
  const means = new Float32Array(columns * rows);
  for (let y = 0; y < rows * blockSide; y++)
    for (let x = 0; x < columns * blockSide; x++)
      means[Math.floor(y / blockSide) * columns + Math.floor(x / blockSide)]! += data[y * width + x]!;
  const paper = means.toSorted()[Math.floor((1 - paperShare) * (means.length - 1))]!;
  const isDark = Uint8Array.from(means, (mean) => (mean < darkShare * paper ? 1 : 0));
  const count = isDark.reduce((sum, dark) => sum + dark, 0);
  return count >= leastPart * isDark.length ? { columns, rows, isDark } : undefined;
}

/** What of a map of writing lies in dark parts. */
export function withinDark(map: WritingMap, { columns, rows, isDark }: DarkParts): WritingMap {
  const blockOf = (cell: number, edge: number, blocks: number) =>
    Math.max(0, Math.min(blocks - 1, Math.floor((map.scale * (edge + cellSide * (cell + 0.5))) / blockSide)));
  const kinds = map.kinds.map((kind, i) => {
    if (kind === 0) return 0;
    const column = blockOf(i % map.columns, map.left, columns);
    const row = blockOf(Math.floor(i / map.columns), map.top, rows);
    return isDark[row * columns + column] === 1 ? kind : 0;
  });
  return { ...map, kinds };
}
