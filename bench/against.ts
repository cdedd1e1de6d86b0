import { median } from './report.ts';

/** What was measured of this build, and of the one that it is compared with: a number a round. */
export type Sides = readonly [ours: number[], theirs: number[]];

/** The order of the two sides in a round, which alternates: neither always runs after the other. */
export const sidesOf = (round: number): readonly (0 | 1)[] => (round % 2 ? [1, 0] : [0, 1]);

/** Cells of a table: the two medians, and the median of the rounds' ratios, which a slow moment of the machine spares. */
export function compared([ours, theirs]: Sides, digits: number): string[] {
  const ratio = median(ours.map((one, round) => one / theirs[round]!));
  return [median(ours).toFixed(digits), median(theirs).toFixed(digits), `${ratio.toFixed(3)}×`];
}
