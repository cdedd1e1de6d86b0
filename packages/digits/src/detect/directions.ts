/** In which direction a picture is read. */
import type { FoundMark } from './marks.ts';
import type { Plane } from './plane.ts';

/** By how many degrees a picture is turned clockwise before it is read. */
export type Direction = 0 | 90 | 180 | 270;

/** The directions that are tried when the upright reading is weak: scans lie upside down more often than sideways. */
export const otherDirections: readonly Direction[] = [180, 90, 270];

/** Below this mean score of its digits a reading is weak. */
const weakScore = 0.7;
/** Above this share of unread ink a reading is weak, whatever the score. */
const weakUnread = 0.4;
/** Another direction must be better by this factor, and good for this much at least. */
const margin = { factor: 1.15, least: 0.4 };

/** The reading in one direction. */
export interface Attempt {
  readonly marks: readonly FoundMark[];
  /** 0…1: the share of the marks' ink that is in no box. */
  readonly unread: number;
}

/** Whether a reading is so poor that the picture may lie in another direction. */
export function isWeak({ marks, unread }: Attempt): boolean {
  const digits = marks.filter(({ kind }) => kind < 10);
  if (digits.length === 0) return true;
  const mean = digits.reduce((sum, { score }) => sum + score, 0) / digits.length;
  return mean < weakScore || unread > weakUnread;
}

/**
 * The quality of a reading, 0…1: the mean score of its digits, less the share of ink that was not read. The sum would favour
 * the wrong direction, in which digits fall into many doubtful pieces.
 */
export function worthOf({ marks, unread }: Attempt): number {
  const digits = marks.filter(({ kind }) => kind < 10);
  if (digits.length === 0) return 0;
  return ((1 - unread) * digits.reduce((sum, { score }) => sum + score, 0)) / digits.length;
}

/**
 * Whether a reading in another direction is plainly better than the upright one. A single digit never is: a weak 6 may
 * well be a 9, and people hold single digits upright.
 */
export function isBetter(attempt: Attempt, upright: Attempt): boolean {
  const digits = attempt.marks.filter(({ kind }) => kind < 10).length;
  if (digits < 2) return false;
  return worthOf(attempt) > Math.max(margin.least, margin.factor * worthOf(upright));
}

/** The plane turned clockwise. */
export function turned(plane: Plane, direction: Direction): Plane {
  const { width, height, data } = plane;
  if (direction === 0) return plane;
  if (direction === 180) return { width, height, data: data.slice().reverse() };
  const result = new Float32Array(data.length);
  // A column becomes a row: read from its lower end for 90°, from its upper end for 270°.
  const [start, step] = direction === 90 ? [(height - 1) * width, -width] : [0, width];
  for (let row = 0, i = 0; row < width; row++) {
    let at = start + (direction === 90 ? row : width - 1 - row);
    for (let column = 0; column < height; column++, i++, at += step) result[i] = data[at]!;
  }
  return { width: height, height: width, data: result };
}

/** The place of a point of a turned plane in the plane before it was turned, which was `width` × `height`. */
export function turnBack(
  [x, y]: readonly [number, number],
  direction: Direction,
  width: number,
  height: number,
): readonly [number, number] {
  if (direction === 90) return [y, height - x];
  if (direction === 180) return [width - x, height - y];
  if (direction === 270) return [width - y, x];
  return [x, y];
}
