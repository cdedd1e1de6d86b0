import { type Coverage, createCanvas } from './ink.ts';
import { drawTrace, type Pen } from './pen.ts';
import { tight } from './tight.ts';
import { extentOf, type Trace } from './trace.ts';

/** Paper round the ink while it is drawn: the pen's swell and soft edge. */
const margin = 3;

/** Drawn at another scale until the height is right to a pixel: flat nibs and thin ends leave less ink at the edges. */
const maxAttempts = 3;

/** Draws traces, in any unit, so large that their ink is `height` pixels high to within a pixel, tight to the ink. */
export function drawTraces(traces: readonly Trace[], pen: Pen, height: number): Coverage {
  const { top, bottom } = extentOf(traces);
  const tall = bottom > top ? bottom - top : 1;
  let room = Math.max(1, height - pen.width);
  for (let attempt = 1; ; attempt++) {
    const ink = drawScaled(traces, pen, room / tall);
    if (attempt === maxAttempts || Math.abs(ink.height - height) <= 1) return ink;
    room = Math.max(1, room + height - ink.height);
  }
}

/** Draws traces at `scale` pixels for a unit, tight to the ink. */
export function drawScaled(traces: readonly Trace[], pen: Pen, scale: number): Coverage {
  const { left, top, right, bottom } = extentOf(traces);
  const before = margin + pen.width / 2;
  const canvas = createCanvas(
    Math.ceil((right - left) * scale + 2 * before),
    Math.ceil((bottom - top) * scale + 2 * before),
  );
  for (const trace of traces) {
    const placed = new Float32Array(trace.length);
    for (let i = 0; i < trace.length; i += 2) {
      placed[i] = (trace[i]! - left) * scale + before;
      placed[i + 1] = (trace[i + 1]! - top) * scale + before;
    }
    drawTrace(canvas, placed, pen);
  }
  return tight(canvas) ?? canvas;
}
