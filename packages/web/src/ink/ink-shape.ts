import type { InkPoint, Stroke } from './stroke.ts';

/**
 * The shape of a stroke.
 *
 * The points are joined by quadratic curves through the middles of neighbours (a point is the handle, never a corner).
 * The line's radius follows the pen: its pressure where it has one, otherwise its speed, since a quick hand draws a
 * thin line. Radii only look back, so ink that is down does not change while the rest of the stroke is drawn.
 * The shape is a chain of capsules: the hull of two neighbouring circles, all wound the same way, filled as one path.
 */
export interface Capsule {
  readonly x0: number;
  readonly y0: number;
  readonly r0: number;
  readonly x1: number;
  readonly y1: number;
  readonly r1: number;
}

interface Sample {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Of the nominal radius: what a feather touch leaves, and what is added for full pressure. */
const [lightest, pressed] = [0.45, 1.0];
/** Of the nominal radius: what a resting finger leaves, and how much of it full speed takes away. */
const [resting, hurried] = [1.18, 0.55];
/** Sheet units a millisecond at which a hand counts as hurried. */
const hurriedSpeed = 2.4;
/** The part of the way to its new radius that the line moves at each point. */
const responsiveness = 0.28;
/** Of the radius: the length of a curve between two samples. */
const sampleSpacing = 0.5;

/** The shape of a stroke; a tap is a dot. Empty for a stroke without points. */
export function capsulesOf(stroke: Stroke): Capsule[] {
  const samples = samplesOf(stroke);
  const [first] = samples;
  if (!first) return [];
  if (samples.length === 1) return [capsule(first, first)];
  return samples.slice(1).map((sample, index) => capsule(samples[index]!, sample));
}

/** The nominal radius at each point. */
export function radiiOf({ points, width }: Stroke): number[] {
  const half = width / 2;
  let radius = 0;
  return points.map((point, index) => {
    const previous = points[index - 1];
    const target =
      half * (point.pressure === undefined ? bySpeed(point, previous) : lightest + pressed * point.pressure);
    radius = index === 0 ? target * 0.85 : radius + (target - radius) * responsiveness;
    return radius;
  });
}

function bySpeed(point: InkPoint, previous: InkPoint | undefined): number {
  if (!previous) return resting;
  const elapsedMs = Math.max(1, point.time - previous.time);
  const speed = Math.hypot(point.x - previous.x, point.y - previous.y) / elapsedMs;
  return resting - hurried * Math.min(1, speed / hurriedSpeed);
}

function samplesOf(stroke: Stroke): Sample[] {
  const radii = radiiOf(stroke);
  const pen = stroke.points.map(({ x, y }, index): Sample => ({ x, y, radius: radii[index]! }));
  const [first, second] = pen;
  if (!first || !second) return pen;
  const samples = [first];
  let from = middle(first, second);
  samples.push(from);
  for (let index = 1; index < pen.length - 1; index++) {
    const to = middle(pen[index]!, pen[index + 1]!);
    curve(samples, from, pen[index]!, to);
    from = to;
  }
  samples.push(pen.at(-1)!);
  return samples;
}

/** Adds the samples of the quadratic curve after `from`, up to and including `to`. */
function curve(samples: Sample[], from: Sample, handle: Sample, to: Sample): void {
  const length =
    Math.hypot(handle.x - from.x, handle.y - from.y) + Math.hypot(to.x - handle.x, to.y - handle.y);
  const steps = Math.min(64, Math.max(1, Math.ceil(length / Math.max(0.5, handle.radius * sampleSpacing))));
  for (let step = 1; step <= steps; step++) {
    const t = step / steps;
    const mix = (a: number, b: number, c: number): number =>
      (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c;
    samples.push({
      x: mix(from.x, handle.x, to.x),
      y: mix(from.y, handle.y, to.y),
      radius: mix(from.radius, handle.radius, to.radius),
    });
  }
}

const middle = (a: Sample, b: Sample): Sample => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
  radius: (a.radius + b.radius) / 2,
});

const capsule = (a: Sample, b: Sample): Capsule => ({
  x0: a.x,
  y0: a.y,
  r0: a.radius,
  x1: b.x,
  y1: b.y,
  r1: b.radius,
});

/** Adds one capsule to a path, anticlockwise angles growing, so that the union of many fills without holes. */
export function traceCapsule(
  path: Pick<Path2D, 'arc' | 'moveTo' | 'closePath'>,
  { x0, y0, r0, x1, y1, r1 }: Capsule,
): void {
  const distance = Math.hypot(x1 - x0, y1 - y0);
  if (distance <= Math.abs(r1 - r0)) {
    const [x, y, r] = r0 > r1 ? [x0, y0, r0] : [x1, y1, r1];
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
    path.closePath();
    return;
  }
  const direction = Math.atan2(y1 - y0, x1 - x0);
  const tangent = Math.acos((r0 - r1) / distance);
  path.moveTo(x0 + r0 * Math.cos(direction + tangent), y0 + r0 * Math.sin(direction + tangent));
  path.arc(x0, y0, r0, direction + tangent, direction - tangent + 2 * Math.PI);
  path.arc(x1, y1, r1, direction - tangent, direction + tangent);
  path.closePath();
}
