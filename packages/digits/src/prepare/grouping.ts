import { around, heightOf, overlapOf, type Piece, sizeOf, strokeOf, widthOf, writingHeight } from './boxes.ts';
import type { Component } from './components.ts';

/** Pieces of ink taken for one digit. */
export interface Group extends Piece {
  readonly holes: number;
  /** The labels of its components. */
  readonly labels: readonly number[];
}

/** Drops what is too small beside the rest to be a part of a digit: dust, dots, the remains of a rule. */
export function dropSpecks<P extends Piece>(components: readonly P[], smallest: number): P[] {
  const height = writingHeight(components);
  const stroke = strokeOf(components);
  return components.filter(
    (piece) =>
      sizeOf(piece) >= Math.max(smallest, 0.12 * height) &&
      piece.area >= Math.max(0.4 * stroke * stroke, 0.0015 * height * height),
  );
}

const asGroup = ({ label, ...piece }: Component): Group => ({ ...piece, labels: [label] });

const joined = (a: Group, b: Group): Group => ({
  ...around([a, b]),
  area: a.area + b.area,
  outline: a.outline + b.outline,
  holes: a.holes + b.holes,
  labels: [...a.labels, ...b.labels],
});

/**
 * Whether two pieces are parts of one digit, given the height of the writing around them. Two pieces are, when
 * - one lies over or under the other and the two together are no taller than the writing (a broken stroke, the bar of a 7);
 * - a low piece lies beside the upper part of a tall one and near it (the bar of a 5 that the pen left behind);
 * - their boxes lie within each other for the most part (the two strokes of a 4).
 */
function belongTogether(a: Group, b: Group, height: number, stroke: number): boolean {
  const { across, down } = overlapOf(a, b);
  const both = joined(a, b);
  if (widthOf(both) > 1.5 * Math.max(height, heightOf(both))) return false;
  const narrower = Math.min(widthOf(a), widthOf(b));
  const lower = Math.min(heightOf(a), heightOf(b));
  const near = Math.max(1.5 * stroke, 0.15 * height);
  if (across >= 0.5 * narrower && down >= 0.5 * lower) return true;
  if (across >= 0.35 * narrower && heightOf(both) <= 1.3 * height && -down <= Math.max(near, 0.3 * height)) return true;
  if (across > 0 && -down <= near && lower < 0.5 * height && heightOf(both) <= 1.3 * height) return true;
  const [small, tall] = heightOf(a) < heightOf(b) ? [a, b] : [b, a];
  const isBar =
    heightOf(small) <= 0.45 * heightOf(tall) &&
    small.bottom <= tall.top + 0.55 * heightOf(tall) &&
    small.left >= tall.left + 0.2 * widthOf(tall) &&
    -across <= near &&
    -down <= near;
  return isBar && widthOf(both) <= 1.1 * heightOf(both);
}

/** Joins pieces into digits, the nearest first, until no two belong together. */
export function groupComponents(components: readonly Component[]): Group[] {
  const groups = components.map(asGroup).sort((a, b) => a.left - b.left);
  const stroke = strokeOf(groups);
  for (let height = writingHeight(groups); ; ) {
    const pair = nearestPair(groups, height, stroke);
    if (!pair) return groups;
    const [i, j] = pair;
    groups[i] = joined(groups[i]!, groups[j]!);
    groups.splice(j, 1);
    height = Math.max(height, writingHeight(groups));
  }
}

function nearestPair(groups: readonly Group[], height: number, stroke: number): [number, number] | undefined {
  let nearest = Infinity;
  let pair: [number, number] | undefined;
  for (let i = 0; i < groups.length; i++)
    for (let j = i + 1; j < groups.length; j++) {
      const a = groups[i]!;
      const b = groups[j]!;
      const { across, down } = overlapOf(a, b);
      if (-across > height || -down > height) continue;
      const distance = Math.max(0, -across) + Math.max(0, -down);
      if (distance < nearest && belongTogether(a, b, height, stroke)) {
        nearest = distance;
        pair = [i, j];
      }
    }
  return pair;
}
