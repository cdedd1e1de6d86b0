import { expectInteger } from '@inkwire/base';
import { DigitsError } from '../errors.ts';
import { around, type Edges, heightOf, sizeOf, widthOf, writingHeight } from './boxes.ts';
import type { Stroke } from './prepared.ts';

/** Limits on a drawing, checked before anything is drawn. */
export interface StrokeOptions {
  /** Default 2,000. */
  readonly maxStrokes?: number;
  /** Points of all strokes together. Default 50,000: ten minutes of writing at 90 points a second. */
  readonly maxPoints?: number;
}

/** A drawing that was checked. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  /** Edges of all points together, in the units of the strokes. */
  readonly bounds: Edges;
  /** The length of all lines together, in the units of the strokes. */
  readonly length: number;
  /** The height of the writing, in the units of the strokes. 0 when there is but one point. */
  readonly height: number;
}

/** Coordinates further out than this lose the precision that a drawing needs. */
const furthest = 1e9;
/** The line of a drawing is at most this many heights of its writing long: 500 digits. */
const longestInk = 2000;

/**
 * Checks pen strokes, which may come from a stranger as JSON.
 * Throws DIGITS_NONE_FOUND (no point), DIGITS_STROKES_TOO_MANY or DIGITS_STROKES_INVALID (which point, and why).
 */
export function checkStrokes(strokes: readonly Stroke[], options: StrokeOptions = {}): Drawing {
  const maxStrokes = expectInteger('maxStrokes', options.maxStrokes ?? 2_000, { min: 1 });
  const maxPoints = expectInteger('maxPoints', options.maxPoints ?? 50_000, { min: 1 });
  if (!Array.isArray(strokes)) throw invalid('strokes are not an array');
  if (strokes.length > maxStrokes) throw tooMany(`${strokes.length} strokes; at most ${maxStrokes} are read`);
  let points = 0;
  for (const [i, stroke] of strokes.entries()) {
    if (!Array.isArray(stroke)) throw invalid(`stroke ${i} is not an array of points`);
    points += stroke.length;
    if (points > maxPoints) throw tooMany(`more than ${maxPoints} points`);
  }
  if (points === 0) throw new DigitsError('DIGITS_NONE_FOUND', 'The drawing has no strokes');
  for (const [i, stroke] of strokes.entries())
    for (const [j, point] of stroke.entries())
      if (!isPoint(point)) throw invalid(`point ${j} of stroke ${i} is not [x, y] or [x, y, pressure 0…1]`);

  const drawn = strokes.filter((stroke) => stroke.length > 0);
  const edges = drawn.map(edgesOf);
  const height = writingHeight(edges);
  const length = drawn.reduce((sum, stroke) => sum + lengthOf(stroke), 0);
  if (length > longestInk * height && length > 0) throw tooMany('more ink than a page of digits holds');
  return { strokes: drawn, bounds: around(edges), length, height };
}

const invalid = (what: string) =>
  new DigitsError('DIGITS_STROKES_INVALID', `The strokes cannot be read: ${what}`);
const tooMany = (what: string) =>
  new DigitsError('DIGITS_STROKES_TOO_MANY', `The drawing has too much in it: ${what}`);

function isPoint(point: unknown): boolean {
  if (!Array.isArray(point) || point.length < 2 || point.length > 3) return false;
  const [x, y, pressure = 0.5] = point as unknown[];
  const isCoordinate = (value: unknown) => typeof value === 'number' && Math.abs(value) <= furthest;
  return isCoordinate(x) && isCoordinate(y) && typeof pressure === 'number' && pressure >= 0 && pressure <= 1;
}

/** Edges of a stroke's points, the pen's width not counted. */
export function edgesOf(stroke: Stroke): Edges {
  const edges = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of stroke) {
    edges.left = Math.min(edges.left, x);
    edges.right = Math.max(edges.right, x);
    edges.top = Math.min(edges.top, y);
    edges.bottom = Math.max(edges.bottom, y);
  }
  return edges;
}

/** The length of a stroke's line. */
export function lengthOf(stroke: Stroke): number {
  let length = 0;
  for (let i = 1; i < stroke.length; i++)
    length += Math.hypot(stroke[i]![0] - stroke[i - 1]![0], stroke[i]![1] - stroke[i - 1]![1]);
  return length;
}

/** The place of a drawing on a canvas: canvas = (stroke − origin) × scale. */
export interface Canvas {
  readonly originX: number;
  readonly originY: number;
  readonly scale: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Width of the pen in pixels at medium pressure. */
  readonly pen: number;
}

/** The pen is this share of the writing's height wide, which makes strokes as wide as MNIST's. */
const penShare = 0.12;

/** A canvas around a drawing at a scale, with room for the pen and a margin of a sixth of the writing's height. */
export function canvasAround({ bounds, height }: Drawing, scale: number): Canvas {
  const pen = Math.max(1, penShare * height * scale);
  const margin = Math.ceil(Math.max(4, pen + (height * scale) / 6));
  return {
    originX: bounds.left - margin / scale,
    originY: bounds.top - margin / scale,
    scale,
    width: Math.ceil(widthOf(bounds) * scale) + 2 * margin,
    height: Math.ceil(heightOf(bounds) * scale) + 2 * margin,
    pen,
  };
}

/**
 * The canvas of the picture that is kept: a pixel for a unit where that gives a longer side of 64 to 1600 pixels,
 * and scaled to 400 or 1600 where it does not.
 */
export function keptCanvas(drawing: Drawing): Canvas {
  const size = sizeOf(drawing.bounds);
  const scale = size === 0 || (size >= 64 && size <= 1600) ? 1 : (size < 64 ? 400 : 1600) / size;
  return canvasAround(drawing, scale);
}
