/** The classic experiment: how many processes each of four clients runs. */
export const sevenLoads: readonly (readonly number[])[] = [
  [15, 30, 80, 150],
  [130, 20, 70, 100],
  [60, 150, 100, 20],
  [90, 40, 170, 30],
  [40, 70, 150, 80],
  [130, 30, 50, 110],
  [150, 30, 70, 120],
];

/** The capacities at which they run: enough for every row, and too little for any. */
export const capacities = [400, 200, 100] as const;

/** The needs in proportion, but `total` together. */
export function scaledTo(total: number, needs: readonly number[]): readonly number[] {
  const sum = needs.reduce((all, need) => all + need, 0);
  return needs.map((need) => (need * total) / sum);
}
