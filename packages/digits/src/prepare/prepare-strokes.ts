import sharp from 'sharp';
import { around, heightOf, sizeOf, widthOf } from './boxes.ts';
import { drawStrokes } from './draw-strokes.ts';
import { cutDigit, emptyPicture, findDigits, findGroups, type InkPicture } from './find-digits.ts';
import { type Grey, inverted } from './grey.ts';
import type { Group } from './grouping.ts';
import { maskAt } from './ink-mask.ts';
import type { PreparedDigit, PreparedPicture, Stroke } from './prepared.ts';
import { widestDigit } from './split-wide.ts';
import {
  type Canvas,
  canvasAround,
  checkStrokes,
  type Drawing,
  edgesOf,
  keptCanvas,
  type StrokeOptions,
} from './strokes.ts';

/** The writing is drawn this tall, in pixels, to be cropped and reduced afterwards… */
const drawnHeight = 96;
/** …or less tall, so that the whole drawing is no longer than this. */
const drawnSide = 1600;

/** A drawing that was checked, and where its ink lies. */
export interface StrokeSheet {
  readonly drawing: Drawing;
  /** The picture that is kept, to which boxes refer. */
  readonly kept: Canvas;
  /** The canvas that digits are read from. */
  readonly canvas: Canvas;
}

/** Checks strokes and lays them out. Throws as `checkStrokes` does. */
export function openSheet(strokes: readonly Stroke[], options: StrokeOptions = {}): StrokeSheet {
  const drawing = checkStrokes(strokes, options);
  const scale =
    drawing.height === 0 ? 1 : Math.min(drawnHeight / drawing.height, drawnSide / sizeOf(drawing.bounds));
  return { drawing, kept: keptCanvas(drawing), canvas: canvasAround(drawing, scale) };
}

/**
 * Reads pen strokes into digits for a model: drawn with a round pen on a large canvas, then as a picture is. The
 * boxes refer to the picture that `renderStrokes` draws. Takes about a millisecond for a few digits.
 * Throws DIGITS_NONE_FOUND (no point, or more than 512 digits), DIGITS_STROKES_TOO_MANY, DIGITS_STROKES_INVALID.
 */
export function prepareStrokes(strokes: readonly Stroke[], options: StrokeOptions = {}): PreparedPicture {
  return prepareSheet(openSheet(strokes, options));
}

/** The digits of a sheet by the rules for pictures. Throws DIGITS_NONE_FOUND for more than 512. */
export function prepareSheet(sheet: StrokeSheet): PreparedPicture {
  const { drawing, kept, canvas } = sheet;
  if (drawing.height === 0) return emptyPicture(kept.width, kept.height);
  const ink = drawStrokes(drawing.strokes, canvas);
  return findDigits(inkPicture(sheet, ink, { left: 0, top: 0, single: false, length: drawing.length }));
}

/** Strokes that were drawn alone. */
export interface StrokeDigits {
  /** One, unless the strokes are wider than a digit and can be cut; none when they are too small to be cut out. */
  readonly digits: readonly PreparedDigit[];
  /** The shapes of the digits, in the order of `digits`. */
  readonly groups: readonly Group[];
}

/**
 * A few strokes of a sheet as one digit, whatever other ink touches them. Joined writing, wider than a digit, is cut by the
 * rules for pictures. The pixels are those that `prepareSheet` gives for them where no other ink is near.
 */
export function prepareAlone(sheet: StrokeSheet, strokes: readonly Stroke[]): StrokeDigits {
  const { canvas } = sheet;
  const edges = around(strokes.map(edgesOf));
  // The widest pen is 1.4 times the middling one: half of that, a grey pixel and one to round.
  const reach = 0.7 * canvas.pen + 2;
  const part = {
    left: Math.max(0, Math.floor((edges.left - canvas.originX) * canvas.scale - reach)),
    top: Math.max(0, Math.floor((edges.top - canvas.originY) * canvas.scale - reach)),
    right: Math.min(canvas.width, Math.ceil((edges.right - canvas.originX) * canvas.scale + reach)),
    bottom: Math.min(canvas.height, Math.ceil((edges.bottom - canvas.originY) * canvas.scale + reach)),
  };
  const ink = drawStrokes(strokes, canvas, part);
  const single = widthOf(edges) <= widestDigit * heightOf(edges);
  const picture = inkPicture(sheet, ink, { ...part, single, length: 0 });
  const { labelled, digits } = findGroups(picture);
  const groups = digits.toSorted((a, b) => a.left - b.left);
  return { groups, digits: groups.map((group) => cutDigit(picture, labelled, group)) };
}

function inkPicture(
  { kept, canvas }: StrokeSheet,
  ink: Grey,
  { left, top, single, length }: { left: number; top: number; single: boolean; length: number },
): InkPicture {
  return {
    ink,
    mask: { width: ink.width, height: ink.height, data: maskAt(ink, 128), level: 255, certain: 0 },
    width: kept.width,
    height: kept.height,
    scale: kept.scale / canvas.scale,
    x: (canvas.originX - kept.originX) * kept.scale + (left * kept.scale) / canvas.scale,
    y: (canvas.originY - kept.originY) * kept.scale + (top * kept.scale) / canvas.scale,
    photographed: false,
    single,
    lineLength: length * canvas.scale,
  };
}

/**
 * The picture of a drawing that is kept, black on white PNG. A pixel is a unit of the strokes when that makes a
 * picture of sensible size; the ink lies in it with an even margin.
 * Throws as `prepareStrokes` does.
 */
export async function renderStrokes(
  strokes: readonly Stroke[],
  options: StrokeOptions = {},
): Promise<{ png: Uint8Array; width: number; height: number }> {
  const drawing = checkStrokes(strokes, options);
  const canvas = keptCanvas(drawing);
  const { width, height } = canvas;
  const { data } = inverted(drawStrokes(drawing.strokes, canvas));
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  return { png, width, height };
}
