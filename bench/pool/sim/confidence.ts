/** A mean over independent runs and half the width of its 95 % confidence interval. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number;
}

/** Student's t, two-sided 95 %, for 1 … 30 degrees of freedom. */
const studentT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The estimate from one number a run, two runs at least; independent replications (Law, "Simulation Modeling", 9.4). */
export function estimate(runs: readonly number[]): Estimate {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  const variance = runs.reduce((sum, run) => sum + (run - mean) ** 2, 0) / (runs.length - 1);
  const t = studentT[runs.length - 2] ?? 1.96;
  return { mean, halfWidth: t * Math.sqrt(variance / runs.length) };
}
