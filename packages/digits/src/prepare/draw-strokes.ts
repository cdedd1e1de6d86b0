import type { Edges } from './boxes.ts';
import type { Grey } from './grey.ts';
import type { Stroke } from './prepared.ts';
import type { Canvas } from './strokes.ts';

/** A pen that is hardly pressed draws 0.6 of its width, one pressed fully 1.4; a mouse reports a half. */
const widthAt = (pressure = 0.5) => 0.6 + 0.8 * pressure;

/** Ink on a part of a canvas: its pixel [0, 0] is the canvas's [left, top]. */
interface Part extends Grey {
  readonly left: number;
  readonly top: number;
}

/**
 * Draws strokes with a round pen: 0 = paper, 255 = ink, one pixel of grey along the edges. With `part`, edges in whole pixels
 * of the canvas, only what lies in them: the same pixels, bit for bit.
 */
export function drawStrokes(strokes: readonly Stroke[], canvas: Canvas, part?: Edges): Grey {
  const { originX, originY, scale, pen } = canvas;
  const { left, top, right, bottom } = part ?? {
    left: 0,
    top: 0,
    right: canvas.width,
    bottom: canvas.height,
  };
  const [width, height] = [right - left, bottom - top];
  const ink: Part = { left, top, width, height, data: new Uint8Array(width * height) };
  const radius = pen / 2;
  for (const stroke of strokes) {
    let [x, y, pressure] = stroke[0]!;
    for (const [nextX, nextY, nextPressure] of stroke) {
      drawSegment(
        ink,
        (x - originX) * scale,
        (y - originY) * scale,
        radius * widthAt(pressure),
        (nextX - originX) * scale,
        (nextY - originY) * scale,
        radius * widthAt(nextPressure),
      );
      [x, y, pressure] = [nextX, nextY, nextPressure];
    }
  }
  return { width, height, data: ink.data };
}

/** Cuts a long segment into pieces, so that the box around each is hardly larger than its ink. */
function drawSegment(
  ink: Part,
  x0: number,
  y0: number,
  r0: number,
  x1: number,
  y1: number,
  r1: number,
): void {
  const pieces = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / (4 * Math.max(1, r0, r1))));
  for (let k = 0; k < pieces; k++) {
    const from = k / pieces;
    const to = (k + 1) / pieces;
    drawPiece(
      ink,
      x0 + (x1 - x0) * from,
      y0 + (y1 - y0) * from,
      x0 + (x1 - x0) * to,
      y0 + (y1 - y0) * to,
      r0 + ((r1 - r0) * (from + to)) / 2,
    );
  }
}

/** A capsule: every pixel as dark as the pen covers it, by the distance of its centre to the line. */
function drawPiece(
  { left: firstX, top: firstY, width, height, data }: Part,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
): void {
  const left = Math.max(firstX, Math.floor(Math.min(x0, x1) - radius - 0.5));
  const right = Math.min(firstX + width, Math.ceil(Math.max(x0, x1) + radius + 0.5));
  const top = Math.max(firstY, Math.floor(Math.min(y0, y1) - radius - 0.5));
  const bottom = Math.min(firstY + height, Math.ceil(Math.max(y0, y1) + radius + 0.5));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const square = dx * dx + dy * dy;
  const inner = (radius - 0.5) * Math.abs(radius - 0.5);
  const outer = (radius + 0.5) ** 2;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const t = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const away = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (away >= outer) continue;
      const i = (y - firstY) * width + x - firstX;
      const level = away <= inner ? 255 : 255 * (radius + 0.5 - Math.sqrt(away));
      if (level > data[i]!) data[i] = level;
    }
}
