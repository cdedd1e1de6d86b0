/**
 * The strokes of a drawing that may be one digit, by where they lie. The bar of a 7, the slash of a zero and the stem of a 4
 * are found wherever they come in time: strokes are ordered by place, cluster by cluster. Time is not used: a cost of strokes
 * that others parted in time gained nothing on pendigits.
 */
import { around, heightOf, overlapOf, widthOf, writingHeight } from '../prepare/boxes.ts';
import { groupSpan } from './cheapest-cover.ts';
import { distanceBetween, type StrokeShape } from './stroke-shape.ts';

/** Strokes that may be one digit, and what speaks against it. Lengths are over the writing's height. */
export interface CandidateGroup {
  /** Ascending places in `Candidates.order`. */
  readonly strokes: readonly number[];
  /** The gaps that a pen had to jump to join its strokes, together. */
  readonly gap: number;
  /** The width that it has beyond a digit's. */
  readonly excess: number;
  /** Its height, in the units of the strokes. */
  readonly height: number;
}

export interface Candidates {
  /** All strokes: clusters one after another, each from left to right. A group's strokes are near each other in it. */
  readonly order: readonly StrokeShape[];
  /** Each stroke alone, and at most `mostGroups` − 1 more that begin with it. */
  readonly groups: readonly CandidateGroup[];
  /**
   * The possible heights of the writing, in the units of the strokes: the tallest first. Two when strokes stand one over
   * another and touch: the rings of an 8, or two lines.
   */
  readonly heights: readonly number[];
}

/** A digit has at most this many strokes. */
const mostStrokes = 4;
/** At most this many groups begin with one stroke. */
const mostGroups = 6;
/** Pairs of strokes that are compared, over the number of strokes. */
const mostCompared = 16;
/** The furthest that strokes of a digit are apart, over the writing's height. */
const widestGap = 0.45;
/** Strokes one over another whose ink is this near may be rings of an 8, taller than the strokes of most digits. */
const touch = 0.24;
/** A group is at most this many times as tall as the writing, or as the tallest of its strokes. */
const tallest = 1.7;
/** A group is at most this many heights wide, unless one of its strokes is. */
const widest = 1.5;
/** Lower or taller than this, over the writing's height, a digit is unusual. */
const usualHeight = { least: 0.8, most: 1.7 };
/** Strokes one over another that make the writing this many times taller leave two heights possible. */
const stacked = 1.3;
/** Wider than this, over its height, a digit is unusual. */
const usualWidth = 0.85;

/**
 * The candidates of strokes whose usual size is `strokeHeight`, above 0; undefined for a tangle, in which a stroke has more
 * than 16 others about it: that is no number, and would take seconds.
 */
export function candidateGroups(
  strokes: readonly StrokeShape[],
  strokeHeight: number,
): Candidates | undefined {
  const neighbours = neighboursOf(strokes, strokeHeight);
  if (!neighbours) return undefined;
  const stackedHeight = columnHeight(strokes, neighbours);
  const height = Math.max(strokeHeight, stackedHeight);
  const heights = stackedHeight > stacked * strokeHeight ? [stackedHeight, strokeHeight] : [height];
  const order = clustersOf(strokes, neighbours).flat();
  const places = new Map(order.map((stroke, place) => [stroke, place]));
  const distances = order.map(
    (stroke) => new Map([...neighbours.get(stroke)!].map(([other, gap]) => [places.get(other)!, gap])),
  );
  const costAt = (group: CandidateGroup) => Math.min(...heights.map((each) => geometricCost(group, each)));
  const isPossible = (set: readonly number[]) =>
    isOfADigitsSize(
      set.map((place) => order[place]!),
      height,
    );
  const groups = order.flatMap((_, first) => {
    const [alone, ...others] = setsFrom(first, distances)
      .filter(isPossible)
      .map((set) => measured(set, order, distances, height));
    others.sort((a, b) => costAt(a) - costAt(b));
    return [alone!, ...others.slice(0, mostGroups - 1)];
  });
  return { order, groups, heights };
}

/**
 * The cost of each fault, beside the network's minus log probability. Found on strings made of one half of pendigits' digits,
 * by coordinate search; twice or half of any of them changes few readings.
 */
const costs = { gap: 1.5, excess: 2, lack: 20, tallness: 8 };

/** The cost of a group by its geometry, if the writing is `height` tall: 0 for one compact stroke of that height. */
export function geometricCost(group: CandidateGroup, height: number): number {
  const share = group.height / height;
  return (
    costs.gap * group.gap +
    costs.excess * group.excess +
    costs.lack * Math.max(0, usualHeight.least - share) +
    (group.strokes.length > 1 ? costs.tallness * Math.max(0, share - usualHeight.most) : 0)
  );
}

/** For each place those of its neighbours, and how far away they are. */
type Distances = readonly ReadonlyMap<number, number>[];

type Neighbours = ReadonlyMap<StrokeShape, ReadonlyMap<StrokeShape, number>>;

/** For each stroke those that may be of the same digit, and how far away they are. */
function neighboursOf(strokes: readonly StrokeShape[], height: number): Neighbours | undefined {
  const neighbours = new Map(strokes.map((stroke) => [stroke, new Map<StrokeShape, number>()]));
  const sorted = strokes.toSorted((a, b) => a.left - b.left);
  const reach = widestGap * height;
  let compared = 0;
  for (const [i, a] of sorted.entries())
    for (let j = i + 1; j < sorted.length; j++) {
      const b = sorted[j]!;
      if (b.left > a.right + reach) break;
      const { across, down } = overlapOf(a, b);
      if (-across > reach || -down > reach) continue;
      if (++compared > mostCompared * strokes.length) return undefined;
      const distance = distanceBetween(a, b);
      const isNear = isOfADigitsSize([a, b], height)
        ? distance <= reach
        : isStacked(a, b) && distance <= touch * height;
      if (!isNear) continue;
      neighbours.get(a)!.set(b, distance);
      neighbours.get(b)!.set(a, distance);
    }
  return neighbours;
}

const isStacked = (a: StrokeShape, b: StrokeShape) =>
  overlapOf(a, b).across >= 0.5 * Math.min(widthOf(a), widthOf(b));

/** The height of the writing as strokes that stand one over another show it: of an 8 of two rings it is both. */
function columnHeight(strokes: readonly StrokeShape[], neighbours: Neighbours): number {
  return writingHeight(
    strokes.map((stroke) => {
      const others = [...neighbours.get(stroke)!.keys()].filter((other) => isStacked(stroke, other));
      const { top, bottom } = around([stroke, ...others]);
      return { left: 0, top, right: 0, bottom };
    }),
  );
}

function isOfADigitsSize(strokes: readonly StrokeShape[], height: number): boolean {
  if (strokes.length === 1) return true;
  const box = around(strokes);
  const high = Math.max(height, ...strokes.map(heightOf));
  const wide = Math.max(...strokes.map(widthOf));
  return heightOf(box) <= tallest * high && widthOf(box) <= Math.max(widest * height, 1.1 * wide);
}

/** Strokes that are joined by neighbours, from left to right. */
function clustersOf(strokes: readonly StrokeShape[], neighbours: Neighbours): StrokeShape[][] {
  const seen = new Set<StrokeShape>();
  const clusters: StrokeShape[][] = [];
  for (const start of strokes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const cluster = [start];
    for (const stroke of cluster)
      for (const other of neighbours.get(stroke)!.keys())
        if (!seen.has(other)) {
          seen.add(other);
          cluster.push(other);
        }
    clusters.push(cluster.sort((a, b) => middleOf(a) - middleOf(b) || a.top - b.top));
  }
  return clusters;
}

const middleOf = ({ left, right }: StrokeShape) => (left + right) / 2;

/** The place `first` alone, then sets of up to `mostStrokes` places that are joined by neighbours, begin with `first`, and lie within `groupSpan`. */
function setsFrom(first: number, distances: Distances): number[][] {
  const found = new Map<string, number[]>([[`${first}`, [first]]]);
  for (const set of found.values()) {
    if (set.length === mostStrokes) continue;
    for (const place of set)
      for (const other of distances[place]!.keys()) {
        if (other <= first || other >= first + groupSpan || set.includes(other)) continue;
        const larger = [...set, other].sort((a, b) => a - b);
        found.set(`${larger}`, larger);
      }
  }
  return [...found.values()];
}

function measured(
  places: readonly number[],
  order: readonly StrokeShape[],
  distances: Distances,
  height: number,
): CandidateGroup {
  const strokes = places.map((place) => order[place]!);
  const box = around(strokes);
  const gaps = gapsBetween(places, (a, b) => distances[a]!.get(b) ?? Infinity);
  return {
    strokes: places,
    gap: gaps / height,
    excess:
      strokes.length === 1 ? 0 : Math.max(0, widthOf(box) / Math.max(height, heightOf(box)) - usualWidth),
    height: heightOf(box),
  };
}

/** The length of the shortest tree over places (Prim). */
function gapsBetween(places: readonly number[], distance: (a: number, b: number) => number): number {
  const [start, ...rest] = places;
  const joined = [start!];
  let total = 0;
  while (rest.length > 0) {
    let [least, at] = [Infinity, 0];
    for (const [i, place] of rest.entries())
      for (const other of joined) {
        const gap = distance(other, place);
        if (gap < least) [least, at] = [gap, i];
      }
    total += least;
    joined.push(...rest.splice(at, 1));
  }
  return total;
}
