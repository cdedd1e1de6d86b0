/** Lines with gaps: dashes, or a pen that fails here and there. Lengths are in heights of a digit. */
import type { Random } from '@inkwire/base';
import { between, chance } from './chance.ts';
import { lengthOf, sliceTrace, type Trace } from './trace.ts';

/** The pattern of a broken line. */
export interface Breaks {
  /** Bare paper between two pieces of line, each time somewhere between the two. */
  readonly gap: readonly [number, number];
  /** Line between two gaps. */
  readonly dash: readonly [number, number];
}

/** Dashes of even length, or gaps far apart. */
export function drawBreaks(random: Random): Breaks {
  if (chance(random, 0.4)) {
    const [dash, gap] = [between(random, 0.12, 0.25), between(random, 0.03, 0.055)];
    return { gap: [0.8 * gap, 1.2 * gap], dash: [0.8 * dash, 1.2 * dash] };
  }
  return { gap: [0.02, 0.09], dash: [0.3, between(random, 0.6, 1.8)] };
}

/** Breaks traces for a pen of a width: its round ends reach into a gap, which is therefore left larger. */
export function breakTraces(
  traces: readonly Trace[],
  { gap, dash }: Breaks,
  random: Random,
  penWidth: number,
): Trace[] {
  return traces.flatMap((trace) => {
    const length = lengthOf(trace);
    const pieces: Trace[] = [];
    for (let from = 0; from < length; ) {
      const to = from + between(random, ...dash);
      pieces.push(sliceTrace(trace, from, Math.min(length, to)));
      from = to + between(random, ...gap) + penWidth;
    }
    return pieces;
  });
}
