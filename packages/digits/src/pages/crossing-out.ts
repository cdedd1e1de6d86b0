/** The ways in which people cross out their writing. */
import type { Random } from '@inkwire/base';
import { between, oneOf } from './chance.ts';
import { drawScaled } from './draw-traces.ts';
import type { Coverage } from './ink.ts';
import { drawPen, type Nib } from './pen.ts';
import type { Trace } from './trace.ts';

/** Ink to lie on the middle of writing of a width and height (pixels), by any of the ways. */
export function drawCrossingOut(random: Random, width: number, height: number, nib: Nib): Coverage {
  const way = oneOf(random, [strike, cross, star, zigzag, hatching, bars, scribble]);
  return drawScaled(way(random, width / height + 0.2), drawPen(random, nib, height, 0.2), height);
}

/** All ways are given the width in heights and draw from 0 to 1 downwards. */
type Way = (random: Random, width: number) => Trace[];

const cross: Way = (random, width) => {
  const off = () => between(random, -0.12, 0.12);
  return [
    Float32Array.of(off(), off(), width + off(), 1 + off()),
    Float32Array.of(width + off(), off(), off(), 1 + off()),
  ];
};

/** One line, longer at both sides than the bar of a 7. */
const strike: Way = (random, width) => {
  const y = between(random, 0.35, 0.65);
  const before = between(random, 0.12, 0.4);
  return [Float32Array.of(-before, y + 0.05 * random.normal(), width + before, y + 0.05 * random.normal())];
};

/** A cross, and a line or two more through its middle. */
const star: Way = (random, width) => {
  const off = () => between(random, -0.12, 0.12);
  const across = Float32Array.of(off(), 0.5 + off(), width + off(), 0.5 + off());
  const down = Float32Array.of(width / 2 + off(), off(), width / 2 + off(), 1 + off());
  return [...cross(random, width), ...oneOf(random, [[across], [down], [across, down]])];
};

const zigzag: Way = (random, width) => {
  const turns = 4 + random.below(5);
  const points = Array.from({ length: turns }, (_, k) => [
    k % 2 === 0 ? between(random, -0.1, 0.1) : width + between(random, -0.1, 0.1),
    k / (turns - 1) + between(random, -0.08, 0.08),
  ]);
  return [Float32Array.from(points.flat())];
};

/** Up and down from left to right, close or far apart. */
const hatching: Way = (random, width) => {
  const turns = 5 + random.below(10);
  const points = Array.from({ length: turns }, (_, k) => [
    (width * k) / (turns - 1) + 0.04 * random.normal(),
    k % 2 === 0 ? between(random, -0.1, 0.2) : between(random, 0.8, 1.1),
  ]);
  return [Float32Array.from(points.flat())];
};

/** Two to four lines from side to side: a single one, if it is short, makes a slashed zero or a crossed seven. */
const bars: Way = (random, width) =>
  Array.from({ length: 2 + random.below(3) }, () => {
    const y = between(random, 0.15, 0.85);
    return Float32Array.of(
      between(random, -0.2, 0.1),
      y,
      width + between(random, -0.1, 0.2),
      y + 0.15 * random.normal(),
    );
  });

/** Loops from left to right. */
const scribble: Way = (random, width) => {
  const [loops, radius] = [2 + random.below(4), between(random, 0.25, 0.5)];
  const steps = 14 * loops;
  const points = Array.from({ length: steps }, (_, k) => {
    const angle = (2 * Math.PI * k) / 14;
    return [
      (width * k) / steps + 0.4 * radius * Math.cos(angle) + 0.02 * random.normal(),
      0.5 + radius * Math.sin(angle) + 0.03 * random.normal(),
    ];
  });
  return [Float32Array.from(points.flat())];
};
