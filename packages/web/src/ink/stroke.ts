import type { SentPoint } from '../api.ts';

/** A place of the pen. x and y in sheet units: the sheet is `sheetWidth` units wide, whatever its size on the screen. */
export interface InkPoint {
  readonly x: number;
  readonly y: number;
  /** 0…1 from a pen that feels it; undefined from a mouse or a finger, whose speed shapes the line instead. */
  readonly pressure: number | undefined;
  /** Milliseconds, on any clock. */
  readonly time: number;
}

/** One touch of the pen, from down to up. */
export interface Stroke {
  readonly points: readonly InkPoint[];
  /** Nominal width of the line, in sheet units. */
  readonly width: number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const sheetWidth = 1000;

/** The bounding box of the pen's path, without the width of the line; undefined where there is no ink. */
export function boundsOf(strokes: readonly Stroke[]): Bounds | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { points } of strokes) {
    for (const { x, y } of points) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return left === Infinity ? undefined : { left, top, right, bottom };
}

/** The strokes as the hub takes them, to a tenth of a unit. */
export function toSent(strokes: readonly Stroke[]): SentPoint[][] {
  const tenth = (value: number): number => Math.round(value * 10) / 10;
  return strokes.map(({ points }) =>
    points.map(
      ({ x, y, pressure }): SentPoint =>
        pressure === undefined
          ? [tenth(x), tenth(y)]
          : [tenth(x), tenth(y), Math.round(pressure * 1000) / 1000],
    ),
  );
}
