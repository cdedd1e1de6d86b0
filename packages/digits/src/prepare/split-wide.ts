import { heightOf, strokeOf, widthOf } from './boxes.ts';
import type { Component, Labelled } from './components.ts';
import { areHalves } from './zero-halves.ts';

/** A piece is cut when it is wider than this many heights: hardly any single digit is. */
export const widestDigit = 1.25;
/** A cut crosses at most this many stroke widths of ink, once: a touch, not a bar. */
const thickestTouch = 1.7;
/** Each side of a cut is at least this wide, in heights of the piece… */
const narrowestSide = 0.3;
/** …and at least this tall. */
const lowestSide = 0.6;
/** All boxes that are searched for a cut hold at most this many times the picture: those of digits hardly overlap. */
const mostSearched = 16;

/**
 * Cuts digits that touch: a piece much wider than a digit is parted along the path from top to bottom that crosses
 * least ink, diagonal steps allowed (drop-fall, Congedo et al. 1995, as a shortest path). Nothing is read here, so a cut
 * is made only where the shape alone says so; a piece that cannot be cut plainly stays whole. Relabels the cut pixels.
 */
export function splitWide(labelled: Labelled): Labelled {
  const components: Component[] = [];
  const waiting = [...labelled.components];
  const stroke = strokeOf(labelled.components);
  let { lastLabel } = labelled;
  let remaining = mostSearched * labelled.labels.length;
  for (let piece = waiting.pop(); piece; piece = waiting.pop()) {
    const isSearched = isWide(piece, stroke) && (remaining -= widthOf(piece) * heightOf(piece)) >= 0;
    const sides = isSearched ? cut(labelled, piece, stroke, lastLabel + 1) : undefined;
    if (sides) {
      waiting.push(...sides);
      lastLabel++;
    } else components.push(piece);
  }
  return { ...labelled, lastLabel, components };
}

function isWide(piece: Component, stroke: number): boolean {
  return widthOf(piece) > widestDigit * heightOf(piece) && heightOf(piece) > 3 * stroke;
}

function cut(labelled: Labelled, piece: Component, stroke: number, label: number): Component[] | undefined {
  const path = leastInkPath(labelled, piece);
  if (!path || path.ink > thickestTouch * stroke) return undefined;
  relabelRight(labelled, piece, path.columns, piece.label, label);
  const sides = [measureSide(labelled, piece, piece.label), measureSide(labelled, piece, label)] as const;
  const areTall = sides.every((side) => heightOf(side) >= lowestSide * heightOf(piece));
  const [left, right] = sides.map((side) => ({ ...side, labels: [side.label] }));
  if (areTall && !areHalves(labelled, left!, right!)) return [...sides];
  relabelRight(labelled, piece, path.columns, label, piece.label);
  return undefined;
}

/** Gives a piece's pixels right of a path another label. */
function relabelRight(
  { labels, width }: Labelled,
  { left, top, right, bottom }: Component,
  columns: Int32Array,
  from: number,
  to: number,
): void {
  for (let y = top; y < bottom; y++)
    for (let x = Math.max(left, columns[y - top]!); x < right; x++)
      if (labels[y * width + x] === from) labels[y * width + x] = to;
}

/** The path from top to bottom that crosses least ink: its column in each row of the piece, and the ink it crosses. */
function leastInkPath(
  { labels, width }: Labelled,
  piece: Component,
): { columns: Int32Array; ink: number } | undefined {
  const rows = heightOf(piece);
  const margin = Math.round(narrowestSide * rows);
  const columns = widthOf(piece) - 2 * margin;
  if (columns < 1) return undefined;
  const x0 = piece.left + margin;
  const cost = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const ink = labels[(piece.top + y) * width + x0 + x] === piece.label ? 1 : 0;
      let best = 0;
      if (y > 0) {
        const above = (y - 1) * columns + x;
        best = cost[above]!;
        // Leaning costs a little, so that paths through paper stay upright.
        if (x > 0) best = Math.min(best, cost[above - 1]! + 0.05);
        if (x + 1 < columns) best = Math.min(best, cost[above + 1]! + 0.05);
      }
      cost[y * columns + x] = best + ink;
    }
  const last = (rows - 1) * columns;
  let end = 0;
  for (let x = 1; x < columns; x++) {
    const gain = cost[last + end]! - cost[last + x]!;
    const nearer = Math.abs(x - columns / 2) < Math.abs(end - columns / 2);
    if (gain > 0.5 || (nearer && gain > -0.5)) end = x;
  }
  const path = new Int32Array(rows);
  let ink = 0;
  for (let y = rows - 1, x = end; y >= 0; y--) {
    path[y] = x0 + x;
    if (labels[(piece.top + y) * width + x0 + x] === piece.label) ink++;
    if (y === 0) break;
    const above = (y - 1) * columns + x;
    const left = x > 0 ? cost[above - 1]! + 0.05 : Infinity;
    const right = x + 1 < columns ? cost[above + 1]! + 0.05 : Infinity;
    if (left < cost[above]! && left <= right) x--;
    else if (right < cost[above]!) x++;
  }
  return { columns: path, ink };
}

/** A side of a cut piece. Its outline and its holes are its share of the whole one's: the cut itself is short. */
function measureSide({ labels, width }: Labelled, piece: Component, label: number): Component {
  const side = { label, left: piece.right, top: piece.bottom, right: 0, bottom: 0, area: 0 };
  for (let y = piece.top; y < piece.bottom; y++)
    for (let x = piece.left; x < piece.right; x++) {
      if (labels[y * width + x] !== label) continue;
      side.area++;
      if (x < side.left) side.left = x;
      if (x >= side.right) side.right = x + 1;
      if (y < side.top) side.top = y;
      side.bottom = y + 1;
    }
  const share = side.area / piece.area;
  return { ...side, outline: piece.outline * share, holes: piece.holes * share };
}
