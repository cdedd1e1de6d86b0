import { heightOf, type Piece, sizeOf, strokeOf, widthOf } from './boxes.ts';
import type { Group } from './grouping.ts';

/** 0 up to `from`, 1 from `to` on, straight between. */
const ramp = (value: number, from: number, to: number) =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));

/**
 * The unlikeness of a piece of ink to a digit by its shape alone, 0…1. A digit is a line of less than six times its
 * height (an 8 has four), with at most two holes and perhaps a slip of the pen, thinner than a third of its height,
 * and not much wider than high.
 */
function oddness(group: Group): number {
  const size = sizeOf(group);
  const stroke = strokeOf([group]);
  const length = stroke === 0 ? 0 : group.area / stroke / size;
  return Math.max(
    ramp(length, 5, 8),
    ramp(group.holes, 3, 7),
    ramp(stroke / size, 0.36, 0.5),
    ramp(widthOf(group) / Math.max(1, heightOf(group)), 1.6, 2.6),
  );
}

/** Facts about a picture's ink, besides the groups. */
export interface InkFacts {
  /** Pieces that were dropped as specks. */
  readonly specks: number;
  /** Pixels of ink that are not plainly ink, over those that are: the greys of a photograph. */
  readonly doubt: number;
  /** Length of the line that drew the ink, in pixels; 0 when that is not known. */
  readonly lineLength: number;
}

/**
 * 0…1: how much the ink resembles something other than a few handwritten digits. A page has many pieces, a face has
 * greys and blots, a scribble too much line and too many holes. Each doubt alone is enough, so they join as
 * independent ones do: 1 − ∏(1 − doubt).
 */
export function clutterOf(groups: readonly Group[], { specks, doubt, lineLength }: InkFacts): number {
  if (groups.length === 0) return 0;
  const area = groups.reduce((sum: number, piece: Piece) => sum + piece.area, 0);
  const odd = groups.reduce((sum, group) => sum + oddness(group) * group.area, 0) / area;
  const doubts = [
    odd,
    ramp(groups.length, 40, 120),
    ramp(specks / groups.length, 10, 40) * ramp(specks, 60, 200),
    ramp(doubt, 1.2, 3),
    // Ink over ink shows in the line only: of 3,747 digits of pendigits' first half none has more than 5 times its size.
    ramp(lineLength / groups.reduce((sum, group) => sum + sizeOf(group), 0), 5, 8),
  ];
  return 1 - doubts.reduce((product, one) => product * (1 - one), 1);
}
