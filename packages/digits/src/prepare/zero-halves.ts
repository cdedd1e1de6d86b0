import { type Edges, heightOf, overlapOf, widthOf } from './boxes.ts';
import type { Labelled } from './components.ts';

/** Half of a 0 is a stroke, in no more parts than this where the pen skipped. */
const mostParts = 8;

/** Pieces of ink, known by the labels of their pixels. */
interface Inked extends Edges {
  readonly labels: readonly number[];
}

/**
 * Whether two pieces side by side are the halves of a 0 that was not closed, `( )`: near each other at the top and at
 * the bottom, far apart in the middle. Two digits side by side are not: at most one end of theirs is nearer.
 */
export function areHalves(picture: Pick<Labelled, 'labels' | 'width'>, a: Inked, b: Inked): boolean {
  if (Math.max(a.labels.length, b.labels.length) > mostParts) return false;
  const [left, right] = a.left + a.right < b.left + b.right ? [a, b] : [b, a];
  const height = Math.max(left.bottom, right.bottom) - Math.min(left.top, right.top);
  const { across, down } = overlapOf(left, right);
  const width = Math.max(left.right, right.right) - Math.min(left.left, right.left);
  if (down < 0.45 * height || width > 1.7 * height || -across > 0.5 * height) return false;
  if (Math.min(widthOf(left), widthOf(right)) < 0.12 * height) return false;

  const rows = Math.min(left.bottom, right.bottom) - Math.max(left.top, right.top);
  const top = Math.max(left.top, right.top);
  const gaps = Array.from({ length: rows }, (_, k) => gapAt(picture, left, right, top + k));
  const third = Math.floor(rows / 3);
  const least = (from: number, to: number) => gaps.slice(from, to).reduce((x, y) => Math.min(x, y), Infinity);
  const ends = Math.max(least(0, third), least(rows - third, rows));
  const middle = least(Math.floor(0.4 * rows), Math.ceil(0.6 * rows));
  return (
    middle >= 0.3 * Math.min(height, heightOf(left)) && middle >= ends + 0.15 * height && ends <= 0.4 * height
  );
}

/** The paper between two pieces in a row: from the last pixel of the left one to the first of the right one. */
function gapAt(
  { labels, width }: Pick<Labelled, 'labels' | 'width'>,
  left: Inked,
  right: Inked,
  y: number,
): number {
  let from = left.right - 1;
  while (from >= left.left && !left.labels.includes(labels[y * width + from]!)) from--;
  let to = right.left;
  while (to < right.right && !right.labels.includes(labels[y * width + to]!)) to++;
  return from < left.left || to >= right.right ? Infinity : to - from - 1;
}
