import sharp from 'sharp';
import { sizeOf } from './boxes.ts';
import { drawStrokes } from './draw-strokes.ts';
import { emptyPicture, findDigits } from './find-digits.ts';
import { inverted } from './grey.ts';
import { maskAt } from './ink-mask.ts';
import type { PreparedPicture, Stroke } from './prepared.ts';
import { canvasAround, checkStrokes, keptCanvas, type StrokeOptions } from './strokes.ts';

/** The writing is drawn this tall, in pixels, to be cropped and reduced afterwards… */
const drawnHeight = 96;
/** …or less tall, so that the whole drawing is no longer than this. */
const drawnSide = 1600;

/**
 * Reads pen strokes into digits for a model: drawn with a round pen on a large canvas, then as a picture is. The
 * boxes refer to the picture that `renderStrokes` draws. Takes about a millisecond for a few digits.
 * Throws DIGITS_NONE_FOUND (no point, or more than 512 digits), DIGITS_STROKES_TOO_MANY, DIGITS_STROKES_INVALID.
 */
export function prepareStrokes(strokes: readonly Stroke[], options: StrokeOptions = {}): PreparedPicture {
  const drawing = checkStrokes(strokes, options);
  const kept = keptCanvas(drawing);
  if (drawing.height === 0) return emptyPicture(kept.width, kept.height);
  const scale = Math.min(drawnHeight / drawing.height, drawnSide / sizeOf(drawing.bounds));
  const canvas = canvasAround(drawing, scale);
  const ink = drawStrokes(drawing.strokes, canvas);
  const mask = { width: ink.width, height: ink.height, data: maskAt(ink, 128), level: 255, certain: 0 };
  return findDigits({
    ink,
    mask,
    width: kept.width,
    height: kept.height,
    scale: kept.scale / scale,
    x: (canvas.originX - kept.originX) * kept.scale,
    y: (canvas.originY - kept.originY) * kept.scale,
    photographed: false,
    single: false,
    lineLength: drawing.length * scale,
  });
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
