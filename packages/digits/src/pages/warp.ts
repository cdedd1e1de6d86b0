/** The lean, turn, stretch and bend of a hand's writing: the same for a picture's pixels and a pen's points. */
import type { Random } from '@inkwire/base';
import { between, chance } from './chance.ts';
import type { Trace } from './trace.ts';

/** Of lengths in heights. A point is first taken by the matrix `a b c d` (rows), then moved by the waves. */
export interface Warp {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** Moves a point right by its new height above the middle: verticals bend. */
  readonly sway: Wave;
  /** Moves a point down by its new place from left to right: horizontals bend. */
  readonly swell: Wave;
  /** Moves a point right by its place from left to right: one side becomes narrower than the other. */
  readonly crowd: Wave;
  /** Moves a point down by its height: the upper half becomes larger than the lower one. */
  readonly weigh: Wave;
}

/** `size × sin(pace × position + phase)` */
interface Wave {
  readonly size: number;
  readonly pace: number;
  readonly phase: number;
}

/** The lean and the breadth of a hand's digits. */
export interface Lean {
  /** The distance of the top to the right of the foot, in heights. */
  readonly lean: number;
  /** The width of digits, as a factor of MNIST's. */
  readonly aspect: number;
}

/** Any lean: most are upright, cursive hands lean to the right. */
export function drawLean(random: Random): Lean {
  const cursive = chance(random, 0.12) ? between(random, 0.1, 0.4) : 0;
  return { lean: shearSpread * random.normal() + cursive, aspect: between(random, 0.65, 1.4) };
}

/** Deviations: of leans; of one hand's from digit to digit; of the turn, radians; of a wave's size, heights. */
const shearSpread = 0.2;
const leanSpread = 0.04;
const turnSpread = (4 * Math.PI) / 180;
const waveSpread = 0.03;

/** Takes a digit as a hand of that lean may write it. */
export function drawWarp(random: Random, hand: Lean): Warp {
  const turn = turnSpread * random.normal();
  const lean = hand.lean + leanSpread * random.normal();
  const aspect = hand.aspect * between(random, 0.92, 1.08);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const wave = (): Wave => ({
    size: waveSpread * random.normal(),
    pace: between(random, 3, 7),
    phase: between(random, 0, 2 * Math.PI),
  });
  return {
    a: cos * aspect,
    b: -cos * lean - sin,
    c: sin * aspect,
    d: cos - sin * lean,
    sway: wave(),
    swell: wave(),
    crowd: wave(),
    weigh: wave(),
  };
}

export function waveAt({ size, pace, phase }: Wave, position: number): number {
  return size * Math.sin(pace * position + phase);
}

/** Takes points in heights, whose middle is at `x`, `y`. */
export function warpTrace(trace: Trace, warp: Warp, x: number, y: number): Trace {
  const result = new Float32Array(trace.length);
  for (let i = 0; i < trace.length; i += 2) {
    const [dx, dy] = [trace[i]! - x, trace[i + 1]! - y];
    const [px, py] = [warp.a * dx + warp.b * dy, warp.c * dx + warp.d * dy];
    result[i] = px + waveAt(warp.sway, py) + waveAt(warp.crowd, px);
    result[i + 1] = py + waveAt(warp.swell, px) + waveAt(warp.weigh, py);
  }
  return result;
}
