import type { Window } from './recorder.ts';

/** Mean response of each window over several runs; undefined where nothing was answered. */
export function responseCurve(runs: readonly (readonly (Window | undefined)[])[]): (number | undefined)[] {
  const length = Math.max(...runs.map((run) => run.length));
  return Array.from({ length }, (_, at) => {
    const sum = { responseMs: 0, answers: 0 };
    for (const run of runs) {
      sum.responseMs += run[at]?.responseMs ?? 0;
      sum.answers += run[at]?.answers ?? 0;
    }
    return sum.answers === 0 ? undefined : sum.responseMs / sum.answers;
  });
}

/** A curve has settled when it stays below this multiple of the level that it ends at, for so many milliseconds. */
const settled = { below: 1.2, forMs: 250 };

/**
 * How long after `stepMs` the curve has settled, in milliseconds. The level that it ends at is the mean of the last third
 * before `untilMs`. Infinity for one that never does, or whose end is not where it began.
 */
export function settlingMs(
  curve: readonly (number | undefined)[],
  {
    stepMs,
    untilMs,
    windowMs,
  }: { readonly stepMs: number; readonly untilMs: number; readonly windowMs: number },
): number {
  const part = (fromMs: number, toMs: number) =>
    curve
      .slice(Math.round(fromMs / windowMs), Math.round(toMs / windowMs))
      .filter((level) => level !== undefined);
  const meanOf = (levels: readonly number[]) => levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const level = meanOf(part(stepMs + (2 * (untilMs - stepMs)) / 3, untilMs));
  if (level > settled.below * meanOf(part(stepMs / 2, stepMs))) return Number.POSITIVE_INFINITY;
  for (let fromMs = stepMs; fromMs + settled.forMs <= untilMs; fromMs += windowMs)
    if (part(fromMs, fromMs + settled.forMs).every((each) => each <= settled.below * level))
      return fromMs - stepMs;
  return Number.POSITIVE_INFINITY;
}
