/** Paper: its light, grain and print, before anybody writes on it. Planes are [height × width], 0 = black, 1 = white. */
import type { Random } from '@inkwire/base';
import { between, chance, nearlyNormal, scaled } from './chance.ts';
import { type Coverage, createCanvas, drawLine } from './ink.ts';

/**
 * A sheet without lines: its colour, uneven light, grain, and sometimes a shadow. The grain is never so strong that ink of
 * that darkness (0…1) could not be read.
 */
export function drawSheet(random: Random, width: number, height: number, ink: number): Float32Array {
  const plane = new Float32Array(width * height).fill(between(random, 0.5, 1));
  if (chance(random, 0.6))
    addNoise(random, plane, width, height, between(random, 40, 120), scaled(random, 0.02, 0.2));
  if (chance(random, 0.5))
    addNoise(random, plane, width, height, scaled(random, 1, 8), ink * scaled(random, 0.01, 0.22));
  if (chance(random, 0.14)) addShadow(random, plane, width, height);
  return plane;
}

/** Smooth noise: random levels every `size` pixels, linear between them. */
function addNoise(
  random: Random,
  plane: Float32Array,
  width: number,
  height: number,
  size: number,
  deviation: number,
): void {
  const columns = Math.ceil(width / size) + 2;
  const rows = Math.ceil(height / size) + 2;
  const levels = Float32Array.from({ length: columns * rows }, () => deviation * nearlyNormal(random));
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / size);
    const fy = y / size - row;
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / size);
      const fx = x / size - column;
      const i = row * columns + column;
      const above = levels[i]! + fx * (levels[i + 1]! - levels[i]!);
      const below = levels[i + columns]! + fx * (levels[i + columns + 1]! - levels[i + columns]!);
      plane[y * width + x]! += above + fy * (below - above);
    }
  }
}

/** A straight border beyond which everything is darker: the shadow of a hand, a fold, the edge of a table. */
function addShadow(random: Random, plane: Float32Array, width: number, height: number): void {
  const angle = between(random, 0, 2 * Math.PI);
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const border =
    Math.abs(nx) * width * between(random, 0.25, 0.5) + Math.abs(ny) * height * between(random, 0.25, 0.5);
  const soft = scaled(random, 0.7, 30);
  const dark = between(random, 0.15, 0.9);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const beyond = nx * (x - width / 2) + ny * (y - height / 2) - border;
      plane[y * width + x]! *= 1 - dark / (1 + Math.exp(-beyond / soft));
    }
}

/** One period of a sine in steps, for patterns: three times as fast as Math.sin. */
const steps = 1024;
const sine = Float32Array.from({ length: steps }, (_, i) => Math.sin((2 * Math.PI * i) / steps));
const sineOf = (turns: number): number => sine[(turns * steps) & (steps - 1)]!;

/**
 * A pattern as on cheques and forms: one to three families of wavy lines, or a screen of dots. Coverage up to 1; how dark
 * it is printed is the caller's choice.
 */
export function drawPattern(random: Random, width: number, height: number): Coverage {
  const canvas = createCanvas(width, height);
  const dots = chance(random, 0.25);
  const families = dots ? 2 : 1 + random.below(3);
  for (let family = 0; family < families; family++)
    addWaves(random, canvas, dots && family > 0 ? 'times' : 'over');
  return canvas;
}

function addWaves(random: Random, { width, height, coverage }: Coverage, mode: 'over' | 'times'): void {
  const angle = between(random, 0, Math.PI);
  const period = scaled(random, 2.5, 14);
  const [ax, ay] = [Math.cos(angle) / period, Math.sin(angle) / period];
  const bend = angle + between(random, 0.6, 2.5);
  const waves = scaled(random, 15, 120);
  const [bx, by] = [Math.cos(bend) / waves, Math.sin(bend) / waves];
  const swing = chance(random, 0.75) ? between(random, 0, 3) : 0;
  const [phase, bendPhase] = [random.next(), random.next()];
  const thin = between(random, -0.2, 0.85);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bent = sineOf(bx * x + by * y + bendPhase + 8) * swing;
      const level = (sineOf(ax * x + ay * y + bent + phase + 64) - thin) / (1 - thin);
      const i = y * width + x;
      const clipped = Math.min(1, Math.max(0, level));
      if (mode === 'over') coverage[i] = Math.max(coverage[i]!, clipped);
      else coverage[i]! *= clipped;
    }
}

/** A line of writing, as far as rules follow it: they run along `angle` through the foot of the digits. */
export interface BaseLine {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly digitHeight: number;
}

/** Ruled, squared or dotted paper, boxes of a form, a comb, an underline, a margin: lines that are printed or drawn. */
export function drawRules(random: Random, width: number, height: number, line: BaseLine): Coverage {
  const canvas = createCanvas(width, height);
  const along = chance(random, 0.7) ? line.angle + 0.01 * random.normal() : 0.02 * random.normal();
  const pitch = line.digitHeight * scaled(random, 0.35, 2.5);
  const thickness = scaled(random, 0.4, 2.6);
  const kind = random.next();
  if (kind < 0.3) addRules(random, canvas, line, along, pitch, thickness);
  else if (kind < 0.55) {
    addRules(random, canvas, line, along, pitch, thickness);
    addRules(random, canvas, line, along + Math.PI / 2, pitch, thickness);
  } else if (kind < 0.63) addDots(random, canvas, line, along, pitch);
  else if (kind < 0.83) addBoxes(random, canvas, line, along, thickness);
  else addUnderlines(random, canvas, line, along, thickness);
  if (chance(random, 0.1)) addRules(random, canvas, line, along + Math.PI / 2, 3 * width, thickness);
  return canvas;
}

const far = 400;

function addRules(
  random: Random,
  canvas: Coverage,
  { x, y }: BaseLine,
  angle: number,
  pitch: number,
  thickness: number,
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const count = Math.ceil(240 / Math.max(4, pitch));
  const first = chance(random, 0.5) ? 0 : random.next();
  for (let k = -count; k <= count; k++) {
    const [cx, cy] = [x - sin * pitch * (k + first), y + cos * pitch * (k + first)];
    drawLine(canvas, [cx - far * cos, cy - far * sin], [cx + far * cos, cy + far * sin], thickness);
  }
}

function addDots(random: Random, canvas: Coverage, { x, y }: BaseLine, angle: number, pitch: number): void {
  const spacing = Math.max(4, pitch);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const radius = scaled(random, 1, 2.5);
  const count = Math.ceil(120 / spacing);
  for (let row = -count; row <= count; row++)
    for (let column = -count; column <= count; column++) {
      const px = x + spacing * (column * cos - row * sin);
      const py = y + spacing * (column * sin + row * cos);
      drawLine(canvas, [px, py], [px + 0.1, py], radius);
    }
}

/** Boxes side by side around the writing: a form's, a comb's (without a top), a grid's of several rows. */
function addBoxes(
  random: Random,
  canvas: Coverage,
  { x, y, digitHeight }: BaseLine,
  angle: number,
  thickness: number,
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const height = digitHeight * between(random, 0.9, 2);
  const width = height * between(random, 0.5, 1.4);
  const sunk = digitHeight * between(random, -0.1, 0.4);
  const comb = chance(random, 0.3);
  const rows = chance(random, 0.35) ? 3 : 1;
  const columns = Math.ceil(canvas.width / width) + 2;
  const first = between(random, -1, 1) - columns / 2;
  const point = (column: number, row: number): [number, number] => {
    const [dx, dy] = [(first + column) * width, sunk - row * height];
    return [x + cos * dx - sin * dy, y + sin * dx + cos * dy];
  };
  const lowest = rows === 1 ? 0 : -1;
  for (let row = lowest; row <= rows - 1; row++)
    drawLine(canvas, point(0, row), point(columns, row), thickness);
  if (!comb) drawLine(canvas, point(0, rows), point(columns, rows), thickness);
  const top = comb ? rows - 1 + between(random, 0.15, 0.5) : rows;
  for (let column = 0; column <= columns; column++)
    drawLine(canvas, point(column, lowest), point(column, top), thickness);
}

function addUnderlines(
  random: Random,
  canvas: Coverage,
  { x, y, digitHeight }: BaseLine,
  angle: number,
  thickness: number,
): void {
  const tilt = angle + 0.03 * random.normal();
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  for (let k = chance(random, 0.25) ? 2 : 1; k > 0; k--) {
    const drop = digitHeight * between(random, -0.05, 0.35);
    const [left, right] = [between(random, -90, 0), between(random, 20, 90)];
    drawLine(
      canvas,
      [x + left * cos - drop * sin, y + left * sin + drop * cos],
      [x + right * cos - drop * sin, y + right * sin + drop * cos],
      thickness,
    );
  }
}
