import { digitKinds, markKinds } from '../detect/detector-maps.ts';
import type { PlacedMark } from './lines.ts';

/** A slash is this much taller than the digits beside it; a stroke that is not is a 1. */
const slashHeight = 1.15;
/** The largest distance of a slash from its digits, over their height. */
const slashReach = 1.5;
/** The kind of a slash. */
export const slash = markKinds.indexOf('/');

/**
 * Slashes stand between two digits and are taller than both. Others are the leaning 1 of many hands: with the detector of a
 * trial a tenth of the amounts on real cheques began with one.
 */
export function withoutLoneSlashes<M extends PlacedMark>(marks: readonly M[]): M[] {
  const digits = marks.filter(({ kind }) => kind < digitKinds);
  const isBeside = (mark: M, digit: M, side: number) => {
    const gap = side * (digit.x - mark.x);
    const reach = slashReach * Math.max(mark.height, digit.height);
    return gap > 0 && gap < reach && Math.abs(digit.y - mark.y) < 0.6 * Math.max(mark.height, digit.height);
  };
  return marks.map((mark) => {
    if (mark.kind !== slash) return mark;
    const beside = [-1, 1].map((side) => digits.filter((digit) => isBeside(mark, digit, side)));
    const tallest = Math.max(...beside.flat().map(({ height }) => height));
    if (beside.every((some) => some.length > 0) && mark.height >= slashHeight * tallest) return mark;
    return { ...mark, kind: 1 };
  });
}
