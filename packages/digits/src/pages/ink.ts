/** A raster of coverage: 0 = paper, 1 = full ink. */
export interface Coverage {
  readonly width: number;
  readonly height: number;
  /** [height × width] */
  readonly coverage: Float32Array;
}

/** Edges in pixels: left and top inclusive, right and bottom exclusive. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The trace of a stamp on a canvas. */
export interface Stamped {
  /** Of the ink above 0.3 that lies on the canvas. */
  readonly bounds: Bounds;
  /** The share of the ink that lies on the canvas. */
  readonly visible: number;
}

/** A pixel with more coverage than this belongs to a digit's box. */
export const inkLevel = 0.3;

/** An empty canvas. */
export function createCanvas(width: number, height: number): Coverage {
  return { width, height, coverage: new Float32Array(width * height) };
}

/**
 * Puts ink on a canvas, turned by `angle` (radians, clockwise) about its centre, which comes to lie on x, y, and enlarged
 * by `scale`. Where ink is already, the darker stays.
 */
export function stamp(
  canvas: Coverage,
  ink: Coverage,
  x: number,
  y: number,
  angle: number,
  scale = 1,
): Stamped {
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const halfWidth = ((Math.abs(cos) * ink.width + Math.abs(sin) * ink.height) * scale ** 2) / 2 + 1;
  const halfHeight = ((Math.abs(sin) * ink.width + Math.abs(cos) * ink.height) * scale ** 2) / 2 + 1;
  const bounds = { left: canvas.width, top: canvas.height, right: 0, bottom: 0 };
  let [visible, all] = [0, 0];
  for (let py = Math.floor(y - halfHeight); py <= y + halfHeight; py++)
    for (let px = Math.floor(x - halfWidth); px <= x + halfWidth; px++) {
      const [dx, dy] = [px + 0.5 - x, py + 0.5 - y];
      const level = sampleAt(
        ink,
        cos * dx + sin * dy + ink.width / 2 - 0.5,
        cos * dy - sin * dx + ink.height / 2 - 0.5,
      );
      if (level <= 0) continue;
      all += level;
      if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) continue;
      visible += level;
      const at = py * canvas.width + px;
      if (level > canvas.coverage[at]!) canvas.coverage[at] = level;
      if (level <= inkLevel) continue;
      bounds.left = Math.min(bounds.left, px);
      bounds.top = Math.min(bounds.top, py);
      bounds.right = Math.max(bounds.right, px + 1);
      bounds.bottom = Math.max(bounds.bottom, py + 1);
    }
  return { bounds, visible: all === 0 ? 0 : visible / all };
}

/** Between pixels, linear; no ink outside. */
function sampleAt({ width, height, coverage }: Coverage, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < -1 || top < -1 || left >= width || top >= height) return 0;
  const [fx, fy] = [x - left, y - top];
  const pixel = (px: number, py: number) =>
    px < 0 || py < 0 || px >= width || py >= height ? 0 : coverage[py * width + px]!;
  const above = (1 - fx) * pixel(left, top) + fx * pixel(left + 1, top);
  const below = (1 - fx) * pixel(left, top + 1) + fx * pixel(left + 1, top + 1);
  return (1 - fy) * above + fy * below;
}

/** Draws a straight line of that thickness (pixels), its edges soft over one pixel. */
export function drawLine(
  canvas: Coverage,
  from: readonly [number, number],
  to: readonly [number, number],
  thickness: number,
): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const lengthSquared = Math.max(1e-9, dx * dx + dy * dy);
  const reach = thickness / 2 + 1;
  const top = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
  const bottom = Math.min(canvas.height - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
  for (let y = top; y <= bottom; y++) {
    const [left, right] = columnsOf(from, to, y + 0.5, reach);
    for (let x = Math.max(0, left); x <= Math.min(canvas.width - 1, right); x++) {
      const [px, py] = [x + 0.5 - from[0], y + 0.5 - from[1]];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const covered = Math.min(1, Math.max(0, thickness / 2 + 0.5 - distance)) * Math.min(1, thickness);
      const at = y * canvas.width + x;
      if (covered > canvas.coverage[at]!) canvas.coverage[at] = covered;
    }
  }
}

/** The columns that a line of that reach may touch in a row. */
function columnsOf(
  from: readonly [number, number],
  to: readonly [number, number],
  y: number,
  reach: number,
): [number, number] {
  const dy = to[1] - from[1];
  const [low, high] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  if (Math.abs(dy) < 1e-6) return [Math.floor(low - reach), Math.ceil(high + reach)];
  const slope = (to[0] - from[0]) / dy;
  const spread = reach * Math.hypot(1, slope) + Math.abs(slope);
  const middle = from[0] + slope * (y - from[1]);
  return [
    Math.floor(Math.max(low - reach, middle - spread)),
    Math.ceil(Math.min(high + reach, middle + spread)),
  ];
}

/** Draws a chain of straight lines. */
export function drawPath(
  canvas: Coverage,
  points: readonly (readonly [number, number])[],
  thickness: number,
): void {
  for (let i = 1; i < points.length; i++) drawLine(canvas, points[i - 1]!, points[i]!, thickness);
}
