/**
 * Outliers: pictures of other things than digits, for training. A model that was trained on digits alone finds one in
 * everything. So every batch contains outliers, whose target is all ten digits with equal probability (Hendrycks, Mazeika and
 * Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019).
 *
 * Half are drawn with a pen and prepared as a person's strokes are: scribbles, shapes, and letters and signs that cannot be
 * taken for a digit (no O, l, S or Z). Half are made of training digits: one over another, or two squeezed into one place, as
 * a wrong cut between digits leaves them.
 */
import { createRandom, type Random } from '@inkwire/base';
import { digitBytes, type LabelledSet, pictureSide } from '../data/labelled-set.ts';
import { prepareStrokes, type Stroke } from '../prepare/index.ts';

/** The label of an outlier. */
export const outlierLabel = 255;

type Points = [number, number][];

/** Signs on a grid of 4 × 6, a stroke of points `xy` after another. */
const signs = [
  '06 20 46/14 34', // A
  '40 00 06 46/03 33', // E
  '40 00 06/03 33', // F
  '00 06/40 46/03 43', // H
  '00 06/40 03 46', // K
  '06 00 23 40 46', // M
  '06 00 46 40', // N
  '06 00 30 41 32 03/23 46', // R
  '00 16 22 36 40', // W
  '00 46/40 06', // X
  '00 06/04 13 33 44 46', // h
  '00 06/05 14 36/04 31', // k
  '02 06/03 12 23 26/23 32 43 46', // m
  '12 16/13 22 32 43 46', // n
  '02 16 23 36 42', // w
  '13 22 32 43 44 34 24 14 15 26 36 45', // e
  '23 33 44 45 36 26 15 14 23/43 46', // a
  '00 06/00 20 42 44 26 06', // D with its corners
  '20 26/03 43', // +
  '02 42/04 44', // =
  '10 16/30 36/02 42/04 44', // #
  '23 13/00 40 46 06 00/32 33/12 13/15 25 35', // a face
  '20 26/02 44/42 04', // *
  '20 46 06 20', // a triangle
  '16 26 15 24 34 45 36 06', // a knot
  '00 40 46 06 00/00 46', // a crossed box
].map((sign) =>
  sign
    .split('/')
    .map((stroke) => stroke.split(' ').map(([x, y]): [number, number] => [Number(x), Number(y)])),
);

const kinds: readonly ((random: Random) => Points[])[] = [
  walk,
  walk,
  zigzag,
  zigzag,
  loops,
  crossing,
  star,
  sign,
  sign,
  sign,
];

/** A pen that wanders, turning a little or a lot. */
function walk(random: Random): Points[] {
  const [turn, length] = [0.3 + 2 * random.next(), 60 + random.below(120)];
  let [x, y, heading, bend] = [50, 50, 2 * Math.PI * random.next(), 0];
  const points: Points = [[x, y]];
  while (points.length < length) {
    bend = 0.5 * bend + (random.next() - 0.5) * turn;
    heading += bend;
    if (x < 0 || x > 100 || y < 0 || y > 130) heading = Math.atan2(65 - y, 50 - x) + (random.next() - 0.5);
    points.push([(x += 5 * Math.cos(heading)), (y += 5 * Math.sin(heading))]);
  }
  return [points];
}

/** To and fro, across or down. */
function zigzag(random: Random): Points[] {
  const turns = 5 + random.below(20);
  const [width, jitter] = [30 + 100 * random.next(), 5 + 30 * random.next()];
  return turned(random, [
    Array.from({ length: turns }, (_, i) => [
      (i * width) / turns + (jitter * random.next()) / 3,
      (i % 2 ? 0 : 90) + jitter * random.next(),
    ]),
  ]);
}

/** A spring of round or flat loops, wide apart or over one another. */
function loops(random: Random): Points[] {
  const [count, step, wide, high] = [
    3 + 6 * random.next(),
    7 * random.next(),
    5 + 30 * random.next(),
    15 + 30 * random.next(),
  ];
  const points: Points = [];
  for (let t = 0; t < count * 2 * Math.PI; t += 0.25)
    points.push([t * step + wide * Math.cos(t), high * Math.sin(t) + 3 * random.normal()]);
  return turned(random, [points]);
}

function crossing(random: Random): Points[] {
  return Array.from({ length: 4 + random.below(12) }, () => [
    [100 * random.next(), 100 * random.next()],
    [100 * random.next(), 100 * random.next()],
  ]);
}

/** A star of five to ten points, the line of which crosses itself. */
function star(random: Random): Points[] {
  const corners = 5 + random.below(6);
  const points = Array.from({ length: corners }, (_, i): [number, number] => {
    const [angle, radius] = [(4 * Math.PI * i) / corners, 25 + 25 * random.next()];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return turned(random, [[...points, points[0]!]]);
}

/** A letter or sign as an unsteady hand writes it. */
function sign(random: Random): Points[] {
  const strokes = signs[random.below(signs.length)]!;
  const [slant, wide, shake] = [
    0.5 * (random.next() - 0.5),
    0.7 + 0.6 * random.next(),
    1 + 4 * random.next(),
  ];
  return strokes.map((stroke) =>
    stroke.map(([x, y]): [number, number] => [
      wide * (15 * x - 15 * slant * y) + shake * random.normal(),
      15 * y + shake * random.normal(),
    ]),
  );
}

function turned(random: Random, strokes: Points[]): Points[] {
  const angle = 2 * Math.PI * random.next();
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return strokes.map((stroke) =>
    stroke.map(([x, y]): [number, number] => [cos * x - sin * y, sin * x + cos * y]),
  );
}

/** `count` pictures that are no digits, [count, 784], labelled `outlierLabel`; the same seed gives the same ones. */
export function drawOutliers(count: number, digits: LabelledSet, seed: number): LabelledSet {
  const random = createRandom(seed);
  const images = new Uint8Array(count * digitBytes);
  for (let i = 0; i < count; ) {
    const pictures = i % 2 === 0 ? drawn(random) : [composed(digits, random)];
    for (const pixels of pictures) if (i < count) images.set(pixels, i++ * digitBytes);
  }
  return { name: 'outliers', count, images, labels: new Uint8Array(count).fill(outlierLabel) };
}

function drawn(random: Random): Uint8Array[] {
  const strokes: Stroke[] = kinds[random.below(kinds.length)]!(random);
  return prepareStrokes(strokes)
    .lines.flat(2)
    .map(({ pixels }) => pixels)
    .slice(0, 1);
}

/** Two digits, of which neither hides in the other. */
function composed(digits: LabelledSet, random: Random): Uint8Array {
  for (;;) {
    const [a, b] = [0, 0].map(() => {
      const at = random.below(digits.count) * digitBytes;
      return digits.images.subarray(at, at + digitBytes);
    });
    if (random.next() < 0.5) return squeezed(a!, b!);
    if (alone(a!, b!) > 0.4 && alone(b!, a!) > 0.4) return a!.map((ink, p) => Math.max(ink, b![p]!));
  }
}

/** The share of a picture's ink where another has none. */
function alone(picture: Uint8Array, other: Uint8Array): number {
  const ink = (p: number) => picture[p]! > 127;
  const pixels = Array.from(picture.keys()).filter(ink);
  return pixels.filter((p) => other[p]! < 128).length / Math.max(1, pixels.length);
}

/** Two digits side by side in the place of one: each the middle 20 columns at half their width. */
function squeezed(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(digitBytes);
  for (let row = 0; row < pictureSide; row++) {
    for (let column = 0; column < 20; column++) {
      const [from, x] = column < 10 ? [a, 2 * column] : [b, 2 * column - 20];
      const at = row * pictureSide + 4 + x;
      out[row * pictureSide + 4 + column] = Math.max(from[at]!, from[at + 1]!);
    }
  }
  return out;
}
