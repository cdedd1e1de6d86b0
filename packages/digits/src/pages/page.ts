/**
 * Made-up pages to train the detector on: digits and separators in lines, columns and boxes, at places that are known,
 * among other writing, on paper of many kinds, as a camera sees them.
 */
import type { Random } from '@inkwire/base';
import { cellSide } from '../detect/detector-maps.ts';
import { normalise } from '../detect/normalise.ts';
import { photograph } from './camera.ts';
import { between, chance, scaled } from './chance.ts';
import type { GlyphSource } from './glyphs.ts';
import { type Coverage, inkLevel } from './ink.ts';
import type { Mark, PageSize } from './mark.ts';
import { type BaseLine, drawPattern, drawRules, drawSheet } from './paper.ts';
import { placeThings } from './things.ts';
import { writeCleanPage, writePage } from './write-page.ts';
import type { Writing } from './written-page.ts';

/** A page and what stands on it. Sides are multiples of 8. */
export interface MadeUpPage {
  readonly width: number;
  readonly height: number;
  /** [height × width], as a camera sees it: 0 = black, 1 = white. */
  readonly levels: Float32Array;
  /** [height × width], normalised: ink is positive. */
  readonly plane: Float32Array;
  readonly marks: readonly Mark[];
  /** [height / 4 × width / 4]: 1 = ink of a mark, 2 = other writing, 0 = neither. */
  readonly writing: Uint8Array;
  /** Whether every digit of which something is seen is a mark: none is cut by the edge, or of an unfit size. */
  readonly isComplete: boolean;
}

/** Makes up a page. The same random numbers give the same page. */
export function drawPage(glyphs: GlyphSource, random: Random, size: PageSize): MadeUpPage {
  const { width, height } = size;
  const writing = writePage(glyphs, random, size);
  const ink = chance(random, 0.75) ? between(random, 0.45, 0.95) : scaled(random, 0.07, 0.45);
  const levels = drawSheet(random, width, height, ink);
  if (chance(random, writing.marks.length === 0 ? 0.35 : 0.05)) placeThings(random, levels, width, height);
  printOn(levels, random, size, writing.line, ink);
  for (const layer of writing.under) darken(levels, layer, ink * layer.darkness);
  layInk(levels, writing, random, ink);
  photograph(random, levels, width, height, ink);
  return pageOf(writing, levels, size);
}

/** Makes up a page of white paper with nothing but numbers in dark ink: most pictures that people take are no harder. */
export function drawCleanPage(glyphs: GlyphSource, random: Random, size: PageSize): MadeUpPage {
  const writing = writeCleanPage(glyphs, random, size);
  const levels = new Float32Array(size.width * size.height).fill(between(random, 0.85, 1));
  layInk(levels, writing, random, between(random, 0.6, 0.95));
  return pageOf(writing, levels, size);
}

function pageOf(writing: Writing, levels: Float32Array, size: PageSize): MadeUpPage {
  const { width, height } = size;
  return {
    width,
    height,
    levels,
    plane: normalise(levels, width, height),
    marks: writing.marks,
    writing: writingMap(writing, size),
    isComplete: writing.isComplete,
  };
}

/** Patterns and rules, printed as dark as a share of the ink. */
function printOn(
  plane: Float32Array,
  random: Random,
  { width, height }: PageSize,
  line: BaseLine,
  ink: number,
): void {
  if (chance(random, 0.35))
    darken(plane, drawPattern(random, width, height), ink * scaled(random, 0.04, 0.6));
  if (chance(random, 0.45))
    darken(plane, drawRules(random, width, height, line), ink * scaled(random, 0.1, 1.1));
}

function darken(plane: Float32Array, { coverage }: Coverage, by: number): void {
  for (let i = 0; i < plane.length; i++) plane[i]! *= 1 - Math.min(0.97, by) * coverage[i]!;
}

/** Ink varies along its stroke, as of a ball-point or a pencil, and from one writer's pen to another's. */
function layInk(plane: Float32Array, { marked, other, unfit }: Writing, random: Random, ink: number): void {
  const grain = chance(random, 0.4) ? between(random, 0, 0.5) : 0;
  const otherInk = chance(random, 0.7) ? ink : Math.min(0.95, ink * between(random, 0.5, 1.6));
  for (let i = 0; i < plane.length; i++) {
    const digits = Math.max(marked.coverage[i]!, unfit?.coverage[i] ?? 0);
    const covered = Math.max(ink * digits, otherInk * other.coverage[i]!);
    if (covered > 0) plane[i]! *= 1 - covered * (grain === 0 ? 1 : 1 - grain * random.next());
  }
}

function writingMap({ marked, other }: Writing, { width, height }: PageSize): Uint8Array {
  const columns = width / cellSide;
  const map = new Uint8Array(columns * (height / cellSide));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const at = Math.floor(y / cellSide) * columns + Math.floor(x / cellSide);
      if (marked.coverage[i]! > inkLevel) map[at] = 1;
      else if (other.coverage[i]! > inkLevel && map[at] === 0) map[at] = 2;
    }
  return map;
}
