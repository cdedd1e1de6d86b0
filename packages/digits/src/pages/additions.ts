/** Strokes that some hands add to a digit: a bar to a 7, a slash to a 0, a foot and a flag to a 1. */
import type { Random } from '@inkwire/base';
import { between, chance } from './chance.ts';
import { extentOf, lengthOf, type Trace } from './trace.ts';

/** The share of the digits that get an addition, of those that could have one. */
const share = 0.3;

/** The traces of a digit, in heights, sometimes with an addition. */
export function addStrokes(traces: readonly Trace[], digit: number, random: Random): readonly Trace[] {
  const addition = additions.get(digit);
  if (!addition || !chance(random, share)) return traces;
  return [...traces, ...addition(traces, random)];
}

const additions = new Map<number, (traces: readonly Trace[], random: Random) => Trace[]>([
  [0, slash],
  [1, footAndFlag],
  [7, bar],
]);

/** From the upper right to the lower left, a little beyond the ring. */
function slash(traces: readonly Trace[], random: Random): Trace[] {
  const { left, top, right, bottom } = extentOf(traces);
  const beyond = () => between(random, -0.1, 0.1);
  return [Float32Array.of(right + beyond(), top + beyond(), left + beyond(), bottom + beyond())];
}

/** Of a plain stroke only: a 1 with a flag may have its ends anywhere. */
function footAndFlag(traces: readonly Trace[], random: Random): Trace[] {
  const [stem] = traces;
  if (traces.length !== 1 || !stem || !isStraight(stem)) return [];
  const down = stem[1]! < stem.at(-1)!;
  const [topX, topY, footX, footY] = down
    ? [stem[0]!, stem[1]!, stem.at(-2)!, stem.at(-1)!]
    : [stem.at(-2)!, stem.at(-1)!, stem[0]!, stem[1]!];
  const rise = between(random, -0.02, 0.02);
  const [before, after] = [between(random, 0.1, 0.25), between(random, 0.1, 0.25)];
  const foot = Float32Array.of(footX - before, footY + rise, footX + after, footY - rise);
  const flag = Float32Array.of(
    topX,
    topY,
    topX - between(random, 0.12, 0.3),
    topY + between(random, 0.12, 0.4),
  );
  return [[foot], [flag], [foot, flag]][random.below(3)]!;
}

function isStraight(trace: Trace): boolean {
  const across = Math.hypot(trace.at(-2)! - trace[0]!, trace.at(-1)! - trace[1]!);
  return lengthOf(trace) < 1.06 * across;
}

/** Across the stem, at about half its height or lower. */
function bar(traces: readonly Trace[], random: Random): Trace[] {
  const { top, bottom } = extentOf(traces);
  const y = top + (bottom - top) * between(random, 0.4, 0.72);
  const x = columnAt(traces, y);
  const [before, after] = [between(random, 0.14, 0.26), between(random, 0.14, 0.26)];
  const rise = between(random, -0.03, 0.1);
  return [Float32Array.of(x - before, y + rise, x + after, y - rise)];
}

/** The x of the point that is nearest to a height. */
function columnAt(traces: readonly Trace[], y: number): number {
  let [nearest, x] = [Infinity, 0];
  for (const trace of traces)
    for (let i = 0; i < trace.length; i += 2) {
      const distance = Math.abs(trace[i + 1]! - y);
      if (distance < nearest) [nearest, x] = [distance, trace[i]!];
    }
  return x;
}
