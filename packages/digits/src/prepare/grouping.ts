import {
  around,
  type Edges,
  heightOf,
  overlapOf,
  type Piece,
  sizeOf,
  strokeOf,
  widthOf,
  writingHeight,
} from './boxes.ts';
import type { Component, Labelled } from './components.ts';
import { areHalves } from './zero-halves.ts';

/** The halves of a 0 are at most this many heights wide together; two digits side by side are wider. */
const widestZero = 1.1;

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

/** The measures by which pairs of pieces are judged. */
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
    (widthOf(both) <= widestZero * heightOf(both) && areHalves(writing.picture, a, b))
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

/**
 * Joins pieces into digits, the nearest first, until no two belong together. Joined pieces may show that the writing is
 * taller than the pieces were. Then more pieces belong together.
 */
export function groupComponents({ components, ...picture }: Labelled): Group[] {
  let groups = components.map(asGroup).sort((a, b) => a.left - b.left);
  const stroke = strokeOf(groups);
  for (let height = 0, taller = writingHeight(groups); taller > height; taller = writingHeight(groups)) {
    height = taller;
    groups = joinNearest(groups, { picture, height, stroke });
  }
  return groups;
}

/** Gives all pixels of each group one label: its first. */
export function uniteLabels({ labels, lastLabel }: Labelled, groups: readonly Group[]): void {
  if (groups.every((group) => group.labels.length === 1)) return;
  const united = new Int32Array(lastLabel + 1).map((_, label) => label);
  for (const group of groups) for (const label of group.labels) united[label] = group.labels[0]!;
  for (let i = 0; i < labels.length; i++) labels[i] = united[labels[i]!]!;
}

/** Everything as one digit: of a picture so small that it can only have been cut out around one. */
export function groupAll(components: readonly Component[]): Group[] {
  return components.length === 0 ? [] : [components.map(asGroup).reduce(joined)];
}

/** The nearest of the groups after another that belongs to it. */
interface Partner {
  readonly at: number;
  readonly distance: number;
}

/**
 * Joins the nearest two groups that belong together, again and again. Groups stay in the order of their left edges: a
 * joined group takes the place of its first part. Each group has its nearest partner among those after it. After a join
 * only the groups that lost their partner, or are near the joined one, search again. So each piece costs a few comparisons,
 * unless all are in one column.
 */
function joinNearest(pieces: readonly Group[], writing: Writing): Group[] {
  const groups: (Group | undefined)[] = [...pieces];
  const partners = groups.map((_, i) => partnerOf(groups, i, writing));
  for (let i = nearestOf(partners); i >= 0; i = nearestOf(partners)) {
    const j = partners[i]!.at;
    const both = joined(groups[i]!, groups[j]!);
    groups[i] = both;
    groups[j] = undefined;
    partners[j] = undefined;
    for (let k = 0; k < j; k++) {
      const other = groups[k];
      if (!other) continue;
      const partner = partners[k]?.at;
      if (k === i || partner === i || partner === j || (k < i && distanceOf(other, both) <= writing.height))
        partners[k] = partnerOf(groups, k, writing);
    }
  }
  return groups.filter((group) => group !== undefined);
}

function partnerOf(groups: readonly (Group | undefined)[], i: number, writing: Writing): Partner | undefined {
  const group = groups[i]!;
  let nearest: Partner | undefined;
  for (let at = i + 1; at < groups.length; at++) {
    const other = groups[at];
    if (!other) continue;
    if (other.left - group.right > writing.height) break;
    const distance = distanceOf(group, other);
    if (distance > writing.height || (nearest && distance >= nearest.distance)) continue;
    if (belongTogether(group, other, writing)) nearest = { at, distance };
  }
  return nearest;
}

/** The first of those that are nearest to their partners; -1 when none has one. */
function nearestOf(partners: readonly (Partner | undefined)[]): number {
  let nearest = -1;
  let least = Infinity;
  for (const [i, partner] of partners.entries())
    if (partner && partner.distance < least) [nearest, least] = [i, partner.distance];
  return nearest;
}

/** The gap between two boxes, across and down together. */
function distanceOf(a: Edges, b: Edges): number {
  const { across, down } = overlapOf(a, b);
  return Math.max(0, -across) + Math.max(0, -down);
}
