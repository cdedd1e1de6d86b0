import { median } from './report.ts';

/** What was measured of this build, and of the one that it is compared with: a number a round. */
export type Sides = readonly [ours: number[], theirs: number[]];

/** The order of the two sides in a round, which alternates: neither always runs after the other. */
export const sidesOf = (round: number): readonly (0 | 1)[] => (round % 2 ? [1, 0] : [0, 1]);

/** Cells of a table: the two medians, and their ratio. */
export function compared(sides: Sides, digits: number): string[] {
  const [ours, theirs] = [median(sides[0]), median(sides[1])];
  return [ours.toFixed(digits), theirs.toFixed(digits), `${(ours / theirs).toFixed(3)}×`];
}
