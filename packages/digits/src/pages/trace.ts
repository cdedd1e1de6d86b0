/** The line that a pen's point follows: x, y of its points one after another, y downwards, in any unit. */
export type Trace = Float32Array;

/** The edges of what a set of traces covers. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of no points at all it is empty and turned inside out. */
export function extentOf(traces: readonly Trace[]): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const trace of traces)
    for (let i = 0; i < trace.length; i += 2) {
      const [x, y] = [trace[i]!, trace[i + 1]!];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  return { left, top, right, bottom };
}

/** The length of the pen's way. */
export function lengthOf(trace: Trace): number {
  let length = 0;
  for (let i = 2; i < trace.length; i += 2)
    length += Math.hypot(trace[i]! - trace[i - 2]!, trace[i + 1]! - trace[i - 1]!);
  return length;
}

/** The same way with a point at both ends, and others between them at equal distances of at most `step`. */
export function resample(trace: Trace, step: number): Trace {
  const length = lengthOf(trace);
  const spans = Math.max(1, Math.ceil(length / step));
  const result = new Float32Array(2 * spans + 2);
  result.set(trace.subarray(0, 2));
  result.set(trace.subarray(-2), 2 * spans);
  let [at, from, to] = [0, 0, 0];
  for (let k = 1; k < spans; k++) {
    const goal = (k * length) / spans;
    while (to <= goal && at + 2 < trace.length) {
      at += 2;
      from = to;
      to += Math.hypot(trace[at]! - trace[at - 2]!, trace[at + 1]! - trace[at - 1]!);
    }
    const share = Math.min(1, (goal - from) / Math.max(1e-9, to - from));
    for (const axis of [0, 1])
      result[2 * k + axis] = trace[at - 2 + axis]! + share * (trace[at + axis]! - trace[at - 2 + axis]!);
  }
  return result;
}

/** The part from one length along the way to another. */
export function sliceTrace(trace: Trace, from: number, to: number): Trace {
  const slice: number[] = [];
  let walked = 0;
  for (let i = 2; i < trace.length; i += 2) {
    const [x, y, dx, dy] = [
      trace[i - 2]!,
      trace[i - 1]!,
      trace[i]! - trace[i - 2]!,
      trace[i + 1]! - trace[i - 1]!,
    ];
    const length = Math.hypot(dx, dy);
    const [first, last] = [Math.max(0, from - walked), Math.min(length, to - walked)];
    walked += length;
    if (first > last || length === 0) continue;
    if (slice.length === 0) slice.push(x + (first / length) * dx, y + (first / length) * dy);
    slice.push(x + (last / length) * dx, y + (last / length) * dy);
  }
  return Float32Array.from(slice);
}
