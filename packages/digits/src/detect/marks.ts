import { DigitsError } from '../errors.ts';
import type { Edges } from '../prepare/boxes.ts';
import {
  boxUnit,
  cellSide,
  cellsWithin,
  type DetectorMaps,
  digitKinds,
  logitOf,
  markKinds,
  type Placement,
  sigmoid,
} from './detector-maps.ts';

/** A digit or separator that the detector found. */
export interface FoundMark {
  /** 0…14: an index into `0123456789.,-/:`. */
  readonly kind: number;
  /** Its CENTRE, in pixels of the plane, and its size. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0…1, of its best kind. */
  readonly score: number;
  /** [10] the logits of the ten digits at its centre. */
  readonly logits: Float32Array;
}

/** A mark that still competes with others for its ink. */
export interface Candidate extends FoundMark {
  /** By which the stronger of two is known: the score, lowered where the mark is of an unfavourable size. */
  readonly rank: number;
  /** Pixels of the plane in one pixel of the input that it was seen in: one number for each level. */
  readonly scale: number;
}

/** Ink belongs to a mark up to this share of its sides outside its box. */
export const inkReach = 0.15;
/** A peak below this score is no mark. Chosen on made-up pages: docs/figures.md. */
export const leastScore = 0.3;
/** A digit that two levels have with at least this score is one. */
const agreedScore = 0.5;
/** Of two marks the weaker goes when more than this share of the smaller box is covered by the other. */
export const mostCovered = 0.55;
/** Boxes of two levels are in the same place when they share at least this much of what they cover together. */
const leastCommon = 0.5;
/** Each level adds this share of its rank to a mark that it has as well. */
const supportShare = 0.5;
/** More marks than this are a page of something, not numbers that a person wants to have read. */
export const mostMarks = 512;
/** More peaks than this are not compared with one another: it would take as many steps as their square. */
const mostCandidates = 16 * mostMarks;
/** Heights, in pixels of the detector's input, at which it sees a digit best; from one octave beyond, a rank is halved. */
const bestHeight = { least: 16, greatest: 36 };

/**
 * The peaks of one pair of maps: cells whose best kind is above `leastScore` (default 0.3) and not below any of the
 * eight cells around. Boxes are in pixels of the plane.
 */
export function peaksOf(maps: DetectorMaps, place: Placement, least = leastScore): Candidate[] {
  const { columns, rows, heat } = maps;
  const best = bestOf(heat, columns * rows);
  const border = logitOf(least);
  const found: Candidate[] = [];
  const inner = cellsWithin(maps, place);
  for (let row = inner.top; row < inner.bottom; row++)
    for (let column = inner.left; column < inner.right; column++) {
      const cell = row * columns + column;
      if (best[cell]! > border && isPeak(best, columns, rows, column, row))
        found.push(markAt(maps, column, row, place));
    }
  return found;
}

/** For each cell the highest logit of all kinds. */
function bestOf(heat: Float32Array, cells: number): Float32Array {
  const best = heat.slice(0, cells);
  for (let kind = 1; kind < markKinds.length; kind++)
    for (let cell = 0, at = kind * cells; cell < cells; cell++, at++)
      if (heat[at]! > best[cell]!) best[cell] = heat[at]!;
  return best;
}

/** Of equal neighbours the first in reading order is the peak. */
function isPeak(best: Float32Array, columns: number, rows: number, column: number, row: number): boolean {
  const level = best[row * columns + column]!;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      const other = best[y * columns + x]!;
      const isBefore = y < row || (y === row && x < column);
      if (other > level || (other === level && isBefore)) return false;
    }
  return true;
}

function markAt({ columns, rows, heat, box }: DetectorMaps, column: number, row: number, place: Placement) {
  const cells = columns * rows;
  const cell = row * columns + column;
  let kind = 0;
  for (let k = 1; k < markKinds.length; k++)
    if (heat[k * cells + cell]! > heat[kind * cells + cell]!) kind = k;
  const score = sigmoid(heat[kind * cells + cell]!);
  const { scale, left, top } = place;
  const height = boxUnit.height * Math.exp(box[3 * cells + cell]!);
  return {
    kind,
    x: scale * (left + cellSide * (column + box[cell]!)),
    y: scale * (top + cellSide * (row + box[cells + cell]!)),
    width: scale * boxUnit.width * Math.exp(box[2 * cells + cell]!),
    height: scale * height,
    score,
    logits: Float32Array.from({ length: 10 }, (_, digit) => heat[digit * cells + cell]!),
    rank: kind < digitKinds ? score * fitness(height) : score,
    scale,
  };
}

/** 1 for a digit of a favourable height, 1/2 for one that is twice as high as that or half as high, and so on. */
function fitness(height: number): number {
  if (height < bestHeight.least) return height / bestHeight.least;
  return Math.min(1, bestHeight.greatest / height);
}

/**
 * Of marks of all kinds and levels, those that share no ink (non-maximum suppression): from the highest rank down, each is kept unless a kept one
 * covers it, or is covered by it, to more than 0.55 of the smaller box. Gives them by falling rank.
 *
 * A mark is raised by every other level that has one in its place: a whole digit is seen at two or three levels, its upper
 * loop, which resembles a digit at the finest level, at that one only.
 *
 * Throws DIGITS_NONE_FOUND when more than 512 are left, or when more than 8192 compete.
 */
export function suppress(candidates: readonly Candidate[]): FoundMark[] {
  if (candidates.length > mostCandidates) throw tooMany();
  const kept: Candidate[] = [];
  for (const candidate of supported(candidates).sort((a, b) => b.rank - a.rank)) {
    if (kept.some((other) => shareCovered(candidate, other) > mostCovered)) continue;
    if (kept.length === mostMarks) throw tooMany();
    kept.push(candidate);
  }
  return kept.map(({ rank: _rank, scale: _scale, ...mark }) => mark);
}

/** The digits that two levels agree on, as the coarser one has them. None of a page full of peaks. */
export function agreedDigits(candidates: readonly Candidate[]): Candidate[] {
  const sure = candidates.filter(({ kind, score }) => kind < digitKinds && score >= agreedScore);
  if (sure.length > mostCandidates / 4) return [];
  return sure.filter((mark) =>
    sure.some((other) => other.scale < mark.scale && other.kind === mark.kind && isSamePlace(other, mark)),
  );
}

/** The candidates, each raised by half of the best that every other level has in the same place. */
function supported(candidates: readonly Candidate[]): Candidate[] {
  const byPlace = candidates.toSorted((a, b) => a.x - b.x);
  return candidates.map((candidate) => {
    const best = new Map<number, number>();
    // A box that shares half of both is at most twice as wide: its centre lies within one and a half widths.
    const reach = 1.5 * candidate.width;
    for (let i = firstFrom(byPlace, candidate.x - reach); i < byPlace.length; i++) {
      const other = byPlace[i]!;
      if (other.x > candidate.x + reach) break;
      if (other.scale === candidate.scale || other.rank <= (best.get(other.scale) ?? 0)) continue;
      if (isSamePlace(candidate, other)) best.set(other.scale, other.rank);
    }
    const support = [...best.values()].reduce((sum, rank) => sum + rank, 0);
    return { ...candidate, rank: candidate.rank + supportShare * support };
  });
}

/** The index of the first of those sorted by `x` that is not left of a place. */
function firstFrom(byPlace: readonly Candidate[], x: number): number {
  let [low, high] = [0, byPlace.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byPlace[middle]!.x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tooMany(): DigitsError {
  return new DigitsError(
    'DIGITS_NONE_FOUND',
    `No number was read: more than ${mostMarks} places in the picture resemble digits`,
  );
}

/** Where ink of a mark may lie, in pixels of the plane. */
export function inkEdges({ x, y, width, height }: Pick<FoundMark, 'x' | 'y' | 'width' | 'height'>): Edges {
  const [across, down] = [(0.5 + inkReach) * width, (0.5 + inkReach) * height];
  return { left: x - across, top: y - down, right: x + across, bottom: y + down };
}

/** Whether two boxes share at least half of what they cover together. */
function isSamePlace(a: FoundMark, b: FoundMark): boolean {
  const common = overlap(a, b);
  return common >= leastCommon * (a.width * a.height + b.width * b.height - common);
}

/** The share of the smaller box that lies in the other. */
function shareCovered(a: FoundMark, b: FoundMark): number {
  return overlap(a, b) / Math.min(a.width * a.height, b.width * b.height);
}

/** The area that two boxes share. */
function overlap(a: FoundMark, b: FoundMark): number {
  const across =
    Math.min(a.x + a.width / 2, b.x + b.width / 2) - Math.max(a.x - a.width / 2, b.x - b.width / 2);
  const down =
    Math.min(a.y + a.height / 2, b.y + b.height / 2) - Math.max(a.y - a.height / 2, b.y - b.height / 2);
  return Math.max(0, across) * Math.max(0, down);
}
