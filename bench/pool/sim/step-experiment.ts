import { type ArmName, armNames, arms } from './arms.ts';
import { run } from './run.ts';
import { responseCurve, settlingMs } from './settling.ts';
import { step, stepMs } from './traces.ts';

/** Mean response over time, and when it was back to normal. */
export interface StepResponse {
  /** One number a window; undefined where nothing was answered. */
  readonly curve: readonly (number | undefined)[];
  readonly settledAfterMs: number;
}

/** Width of a window of the curve, in milliseconds. */
export const windowMs = 10;

/** Moves the load of the first client to the last and watches what becomes of the answers, the mean over the seeds. */
export async function stepResponses(
  connectMs: number,
  seeds: readonly number[],
): Promise<Readonly<Record<ArmName, StepResponse>>> {
  const responses: [ArmName, StepResponse][] = [];
  for (const name of armNames) {
    const runs = [];
    for (const seed of seeds) {
      const options = { ...step, loop: 'open', capacity: 100, connectMs, windowMs, seed } as const;
      runs.push((await run({ ...options, createArm: arms[name] })).windows);
    }
    const curve = responseCurve(runs);
    const settledAfterMs = settlingMs(curve, { stepMs, untilMs: step.durationMs, windowMs });
    responses.push([name, { curve, settledAfterMs }]);
  }
  return Object.fromEntries(responses) as Record<ArmName, StepResponse>;
}
