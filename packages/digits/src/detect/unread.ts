/** The share of the writing that the detector sees and that was not read. */
import type { Edges } from '../prepare/boxes.ts';
import { cellSide, cellsWithin, type DetectorMaps, type Placement } from './detector-maps.ts';
import { edgesOf } from './mark-crop.ts';
import { type FoundMark, inkEdges } from './marks.ts';

/** Cells of an input that the detector calls writing, in the frame of the plane. */
export interface WritingMap extends Omit<Placement, 'inner'> {
  readonly columns: number;
  readonly rows: number;
  /** [rows × columns]: 1 = ink of a mark, 2 = other writing, 0 = neither, or seen by a neighbour. */
  readonly kinds: Uint8Array;
}

/** Writing beside what was read. */
export interface Unread {
  /** 0…1: of the cells with a mark's ink, the share that lies in no mark's box. 0 when there is no ink. */
  readonly marks: number;
  /** Cells of other writing (letters, crossings-out) for each cell with a mark's ink. */
  readonly others: number;
  /** 0…1: of all cells with a mark's ink, the share that lies in parts of the picture that were not read at all. */
  readonly elsewhere: number;
}

/** Keeps of an input's maps where writing is: where a logit is above 0, the greater of the two. */
export function writingOf(maps: DetectorMaps, place: Placement): WritingMap {
  const { columns, rows, writing } = maps;
  const { scale, left, top } = place;
  const kinds = new Uint8Array(columns * rows);
  const inner = cellsWithin(maps, place);
  for (let row = inner.top; row < inner.bottom; row++)
    for (let column = inner.left; column < inner.right; column++) {
      const cell = row * columns + column;
      const ink = writing[cell]!;
      const other = writing[columns * rows + cell]!;
      if (Math.max(ink, other) > 0) kinds[cell] = ink >= other ? 1 : 2;
    }
  return { scale, left, top, columns, rows, kinds };
}

/**
 * The share of the writing on a plane that was not read. Each level sees writing of its own size best, so only the levels
 * count at which a mark was of a height that the detector knows (12…44 pixels), or all when there is no mark; the greatest
 * share of them is given. `elsewhere` is writing of which nothing was read.
 */
export function unreadOf(
  maps: readonly WritingMap[],
  marks: readonly FoundMark[],
  elsewhere: readonly WritingMap[] = [],
): Unread {
  const result = { marks: 0, others: 0, elsewhere: 0 };
  const scales = new Set(maps.map(({ scale }) => scale));
  for (const scale of scales) {
    const isSeen = marks.some(({ height }) => height >= 12 * scale && height <= 44 * scale);
    if (!isSeen && marks.length > 0) continue;
    const ofScale = (all: readonly WritingMap[]) => all.filter((map) => map.scale === scale);
    const count = countCells(ofScale(maps), marks);
    const { ink } = countCells(ofScale(elsewhere), []);
    result.marks = Math.max(result.marks, count.unread / Math.max(1, count.ink));
    result.others = Math.max(result.others, count.others / Math.max(1, count.ink));
    result.elsewhere = Math.max(result.elsewhere, ink / Math.max(1, count.ink + ink));
  }
  return result;
}

/** Of the writing in a digit's box at most this share is other writing; with more it is a letter, or crossed out. */
const mostOther = 0.35;
/** The height in pixels at which the detector sees a mark best. */
const bestHeight = 26;

/** Whether most of the writing in a mark's box is other writing, by the level at which the mark is seen best. */
export function isOtherWriting(mark: FoundMark, maps: readonly WritingMap[]): boolean {
  const distances = maps.map(({ scale }) => Math.abs(Math.log(mark.height / scale / bestHeight)));
  const nearest = Math.min(...distances);
  let [ink, other] = [0, 0];
  for (const [i, map] of maps.entries()) {
    if (distances[i] !== nearest) continue;
    const under = cellsUnder(map, edgesOf(mark));
    for (let row = under.top; row < under.bottom; row++)
      for (let column = under.left; column < under.right; column++) {
        const kind = map.kinds[row * map.columns + column]!;
        if (kind === 1) ink++;
        else if (kind === 2) other++;
      }
  }
  return other > mostOther * (ink + other);
}

function countCells(maps: readonly WritingMap[], marks: readonly FoundMark[]) {
  const count = { ink: 0, unread: 0, others: 0 };
  for (const map of maps) {
    const covered = coveredCells(map, marks);
    map.kinds.forEach((kind, cell) => {
      if (kind === 1) {
        count.ink++;
        if (covered[cell] === 0) count.unread++;
      } else if (kind === 2 && covered[cell] === 0) count.others++;
    });
  }
  return count;
}

/** The cells of a map over any part of which an area of the plane lies. */
function cellsUnder({ scale, left, top, columns, rows }: WritingMap, area: Edges): Edges {
  const cellAt = (at: number, edge: number) => (at / scale - edge) / cellSide;
  return {
    left: Math.max(0, Math.floor(cellAt(area.left, left))),
    top: Math.max(0, Math.floor(cellAt(area.top, top))),
    right: Math.min(columns, Math.ceil(cellAt(area.right, left))),
    bottom: Math.min(rows, Math.ceil(cellAt(area.bottom, top))),
  };
}

/** [rows × columns] 1 where a mark's box, or 15 % around it, lies over any part of the cell. */
function coveredCells(map: WritingMap, marks: readonly FoundMark[]): Uint8Array {
  const { columns, rows } = map;
  const covered = new Uint8Array(columns * rows);
  for (const mark of marks) {
    const { left, top, right, bottom } = cellsUnder(map, inkEdges(mark));
    if (right <= left) continue;
    for (let row = top; row < bottom; row++) covered.fill(1, row * columns + left, row * columns + right);
  }
  return covered;
}
