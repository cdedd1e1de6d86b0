import type { Stroke } from '@inkwire/digits';
import type { Point } from './canvas.ts';

/** Strokes moved and scaled so that their ink is 1 high, or 1.4 wide where that is more, from its upper left. */
export function unitStrokes(strokes: readonly Stroke[]): Point[][] {
  const points = strokes.flat();
  const [left, top] = [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
  const height = Math.max(...points.map(([, y]) => y)) - top;
  const width = Math.max(...points.map(([x]) => x)) - left;
  const size = Math.max(height, width / 1.4, 1);
  return strokes.map((stroke) => stroke.map(([x, y]) => [(x - left) / size, (y - top) / size] as const));
}
