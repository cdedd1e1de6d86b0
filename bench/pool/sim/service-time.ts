import type { Random } from '@inkwire/base';

/** How long queries take. All have the same mean, so that only the spread differs. */
export const serviceShapes = ['constant', 'exponential', 'heavy'] as const;
export type ServiceShape = (typeof serviceShapes)[number];

/** A way to draw how long the next query takes, in milliseconds. */
export type ServiceTime = (random: Random) => number;

/** The heavy tail: Pareto with this exponent, cut off at this multiple of the smallest; squared variation 9.9. */
const tail = { exponent: 1.5, longest: 1_000 };

/** Draws service times of the given shape and mean. */
export function createServiceTime(shape: ServiceShape, meanMs: number): ServiceTime {
  if (shape === 'constant') return () => meanMs;
  if (shape === 'exponential') return (random) => -meanMs * Math.log(1 - random.next());
  return boundedPareto(meanMs);
}

/** Bounded Pareto by inversion (Harchol-Balter, "Performance Modeling and Design of Computer Systems", 2013, 20.5). */
function boundedPareto(meanMs: number): ServiceTime {
  const { exponent, longest } = tail;
  const cut = longest ** -exponent;
  const meanOfUnit = ((exponent / (exponent - 1)) * (1 - longest ** (1 - exponent))) / (1 - cut);
  const shortestMs = meanMs / meanOfUnit;
  return (random) => shortestMs * (1 - random.next() * (1 - cut)) ** (-1 / exponent);
}
