/** Pictures without any digit. */
import { type Colour, createLayer, drawLine, type Point, Sheet } from './canvas.ts';
import { between, type Kind, photograph, type Scene } from './kind.ts';
import { wordsOf } from './kinds-ink.ts';
import { ruling } from './kinds-paper.ts';

const nothing = { digits: '', text: '' };

function empty(
  name: string,
  strengths: readonly string[],
  draw: (scene: Scene, strength: number) => Sheet,
): Kind {
  return {
    name,
    strengths,
    draw: (scene, strength) => photograph(nothing, draw(scene, strength), scene.random, { blur: 0.6 }),
  };
}

const blank = empty('nothing: blank', ['even', 'uneven light', 'strong shadow'], ({ random }, strength) => {
  const sheet = new Sheet(360, 260, [0.95, 0.94, 0.9]);
  const [x, depth] = [between(random, 60, 300), [0, 0.25, 0.6][strength]!];
  return sheet.light((px, py) => 1 - depth / (1 + Math.exp((x - px + 0.4 * py) / 25)));
});

/** Blank paper with a pattern; it leans, which no rule of straight lines expects. */
function pattern(name: string, kind: { down?: boolean; dots?: boolean }): Kind {
  return empty(name, ['light', 'plain', 'as dark as ink'], ({ random }, strength) => {
    const sheet = new Sheet(420, 320, [0.97, 0.96, 0.93]);
    const lean = between(random, -6, 6);
    const lines = ruling(420, 320, random, { step: between(random, 14, 34), lean, ...kind });
    return sheet.ink(lines, [0.4, 0.5, 0.75], [0.25, 0.55, 0.95][strength]!);
  });
}

const words = empty('nothing: words', ['3 letters', '6 letters', '12 letters'], (scene, strength) => {
  const layer = wordsOf(scene, Math.round(between(scene.random, 28, 56)), [3, 6, 12][strength]!);
  return new Sheet(layer.width, layer.height, [0.97, 0.96, 0.93]).ink(layer, [0.15, 0.18, 0.4]);
});

const scribbles = empty('nothing: scribbles', ['a wave', 'a zigzag', 'a tangle'], ({ random }, strength) => {
  const layer = createLayer(360, 220);
  const points = Array.from({ length: [40, 14, 60][strength]! }, (_, i): Point => {
    if (strength === 0) return [40 + 7 * i, 110 + 45 * Math.sin(i / 4) + 6 * random.normal()];
    if (strength === 1) return [40 + 20 * i, i % 2 ? between(random, 30, 80) : between(random, 140, 190)];
    const angle = i * between(random, 0.5, 0.8);
    return [180 + 110 * Math.cos(angle), 110 + 70 * Math.sin(1.3 * angle)];
  });
  drawLine(layer, points, between(random, 3, 8));
  return new Sheet(360, 220, [0.97, 0.96, 0.94]).ink(layer, [0.12, 0.14, 0.3]);
});

/** Things as a camera sees them: round and square shapes with shading, one before the other, over a texture. */
const things = empty('nothing: things', ['1 thing', '3 things', '8 things'], ({ random }, strength) => {
  const [width, height] = [480, 360];
  const colour = (): Colour => [random.next(), random.next(), random.next()];
  const sheet = new Sheet(width, height, colour());
  const [fx, fy, depth] = [
    between(random, 0.02, 0.3),
    between(random, 0.02, 0.3),
    between(random, 0.02, 0.15),
  ];
  sheet.light((x, y) => 1 - depth + depth * Math.sin(fx * x) * Math.sin(fy * y + 0.02 * x));
  for (let i = 0; i < [1, 3, 8][strength]!; i++) {
    const [cx, cy, r] = [between(random, 0, width), between(random, 0, height), between(random, 20, 130)];
    const [flat, isRound, tint] = [between(random, 0.4, 1.6), random.next() < 0.6, colour()];
    sheet.paint((x, y) => {
      const [dx, dy] = [(x - cx) / r, ((y - cy) / r) * flat];
      const far = isRound ? Math.hypot(dx, dy) : Math.max(Math.abs(dx), Math.abs(dy));
      const shade = 0.65 + 0.35 * (0.5 - 0.5 * dx);
      return far < 1 ? [tint[0] * shade, tint[1] * shade, tint[2] * shade] : undefined;
    });
  }
  return sheet;
});

export const nothingKinds: readonly Kind[] = [
  blank,
  pattern('nothing: ruled', {}),
  pattern('nothing: squared', { down: true }),
  pattern('nothing: dotted', { dots: true }),
  words,
  scribbles,
  things,
];
