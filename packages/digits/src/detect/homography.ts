/** Perspective between a rectangle and a quadrilateral. */

export type Point = readonly [x: number, y: number];
/** Four corners: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];

/**
 * The projective map that takes the rectangle 0, 0 … `width`, `height` to a quadrilateral, corner by corner
 * (Heckbert 1989, Fundamentals of Texture Mapping, section 2.2.3).
 */
export function mapToQuad(width: number, height: number, quad: Quad): (x: number, y: number) => Point {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad;
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  const [a, b] = [x1 - x0 + g * x1, x3 - x0 + h * x3];
  const [d, e] = [y1 - y0 + g * y1, y3 - y0 + h * y3];
  return (x, y) => {
    const [u, v] = [x / width, y / height];
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}

/** Interleaved channels of a picture. */
export interface Pixels<Data> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** [height × width × channels] */
  readonly data: Data;
}

/**
 * The pixels in a quadrilateral of a picture, as a rectangle of `width` × `height`, written into `into`: linear between
 * pixels, the edge's pixels beyond the edge.
 */
export function flatten<Data extends Uint8Array | Float32Array>(
  { width: fromWidth, height: fromHeight, channels, data }: Pixels<Data>,
  quad: Quad,
  width: number,
  height: number,
  into: Data,
): Data {
  const toQuad = mapToQuad(width, height, quad);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [px, py] = toQuad(x + 0.5, y + 0.5);
      const u = Math.min(fromWidth - 1, Math.max(0, px - 0.5));
      const v = Math.min(fromHeight - 1, Math.max(0, py - 0.5));
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [fx, fy] = [u - left, v - top];
      const upper = (top * fromWidth + left) * channels;
      const right = left + 1 < fromWidth ? channels : 0;
      const lower = top + 1 < fromHeight ? fromWidth * channels : 0;
      for (let c = 0; c < channels; c++, at++) {
        const i = upper + c;
        const above = data[i]! + fx * (data[i + right]! - data[i]!);
        const below = data[i + lower]! + fx * (data[i + lower + right]! - data[i + lower]!);
        into[at] = above + fy * (below - above);
      }
    }
  return into;
}

/** The longer of each pair of opposite sides: the size of a quadrilateral once it is flat. */
export function flatSize([a, b, c, d]: Quad): { width: number; height: number } {
  const length = ([x0, y0]: Point, [x1, y1]: Point) => Math.hypot(x1 - x0, y1 - y0);
  return {
    width: Math.max(1, Math.round(Math.max(length(a, b), length(d, c)))),
    height: Math.max(1, Math.round(Math.max(length(a, d), length(b, c)))),
  };
}
