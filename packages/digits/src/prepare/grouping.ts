import {
  around,
  heightOf,
  overlapOf,
  type Piece,
  sizeOf,
  strokeOf,
  widthOf,
  writingHeight,
} from './boxes.ts';
import type { Component, Labelled } from './components.ts';
import { areHalves } from './halves.ts';

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

/** What pairs of pieces are judged by. */
interface Writing {
  readonly picture: Pick<Labelled, 'labels' | 'width'>;
  /** Height of the writing and width of its strokes, in pixels. */
  readonly height: number;
  readonly stroke: number;
}

/** Whether two pieces are parts of one digit. */
function belongTogether(a: Group, b: Group, writing: Writing): boolean {
  const both = around([a, b]);
  if (widthOf(both) > 1.5 * Math.max(writing.height, heightOf(both))) return false;
  return (
    areStacked(a, b, writing) ||
    isBarOfFive(a, b, writing) ||
    areStrokesOfFour(a, b, writing) ||
    areHalves(writing.picture, a, b)
  );
}

/**
 * One within the other, or one over the other: a broken stroke, the bar of a 7, the two rings of an 8. Together they
 * are no taller than the writing, unless they all but touch.
 */
function areStacked(a: Group, b: Group, { height, stroke }: Writing): boolean {
  const { across, down } = overlapOf(a, b);
  const narrower = Math.min(widthOf(a), widthOf(b));
  const lower = Math.min(heightOf(a), heightOf(b));
  const fits = heightOf(around([a, b])) <= 1.3 * height;
  if (across >= 0.5 * narrower && down >= 0.5 * lower) return true;
  if (across >= 0.5 * narrower && -down <= stroke) return true;
  if (across >= 0.35 * narrower && -down <= Math.max(1.5 * stroke, 0.3 * height)) return fits;
  return across > 0 && lower < 0.5 * height && -down <= Math.max(1.5 * stroke, 0.15 * height) && fits;
}

/** A low piece beside the upper half of a tall one, to its right and near it: the bar of a 5, drawn last. */
function isBarOfFive(a: Group, b: Group, { height, stroke }: Writing): boolean {
  const { across, down } = overlapOf(a, b);
  const near = Math.max(1.5 * stroke, 0.15 * height);
  const [bar, body] = heightOf(a) < heightOf(b) ? [a, b] : [b, a];
  const both = around([a, b]);
  return (
    heightOf(bar) <= 0.45 * heightOf(body) &&
    bar.bottom <= body.top + 0.55 * heightOf(body) &&
    bar.left >= body.left + 0.2 * widthOf(body) &&
    -across <= near &&
    -down <= near &&
    widthOf(both) <= 1.1 * heightOf(both)
  );
}

/** An L and, at its right end, a narrow stem that begins and ends lower: a 4 whose strokes do not meet. */
function areStrokesOfFour(a: Group, b: Group, { stroke }: Writing): boolean {
  const [corner, stem] = a.left < b.left ? [a, b] : [b, a];
  const both = around([a, b]);
  return (
    -overlapOf(a, b).across <= 0.6 * stroke &&
    stem.top >= corner.top + 0.2 * heightOf(corner) &&
    stem.top <= corner.bottom &&
    stem.bottom >= corner.bottom &&
    widthOf(stem) <= 0.6 * heightOf(stem) &&
    widthOf(both) <= 0.9 * heightOf(both)
  );
}

/** Joins pieces into digits, the nearest first, until no two belong together. */
export function groupComponents({ components, ...picture }: Labelled): Group[] {
  const groups = components.map(asGroup).sort((a, b) => a.left - b.left);
  const stroke = strokeOf(groups);
  for (let height = writingHeight(groups); ; height = Math.max(height, writingHeight(groups))) {
    const pair = nearestPair(groups, { picture, height, stroke });
    if (!pair) return groups;
    const [i, j] = pair;
    groups[i] = joined(groups[i]!, groups[j]!);
    groups.splice(j, 1);
  }
}

/** Everything as one digit: of a picture so small that it can only have been cut out around one. */
export function groupAll(components: readonly Component[]): Group[] {
  return components.length === 0 ? [] : [components.map(asGroup).reduce(joined)];
}

function nearestPair(groups: readonly Group[], writing: Writing): [number, number] | undefined {
  let nearest = Infinity;
  let pair: [number, number] | undefined;
  for (const [i, a] of groups.entries())
    for (let j = i + 1; j < groups.length; j++) {
      const b = groups[j]!;
      const { across, down } = overlapOf(a, b);
      const distance = Math.max(0, -across) + Math.max(0, -down);
      if (distance > writing.height || distance >= nearest || !belongTogether(a, b, writing)) continue;
      nearest = distance;
      pair = [i, j];
    }
  return pair;
}
