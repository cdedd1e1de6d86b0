/** Convex outlines of what is marked in a mask, and the quadrilaterals that fit them. */
import type { Point, Quad } from './homography.ts';

/** With more corners than this the search for a quadrilateral would take too long. */
const mostCorners = 16;

/** The convex hull of the pixels of a label, clockwise on the screen (Andrew's monotone chain, 1979). */
export function hullOf(labels: Int32Array, width: number, label: number): Point[] {
  const points: Point[] = [];
  for (let row = 0; row * width < labels.length; row++) {
    const line = labels.subarray(row * width, (row + 1) * width);
    const first = line.indexOf(label);
    if (first < 0) continue;
    const last = line.lastIndexOf(label) + 1;
    points.push([first, row], [last, row], [first, row + 1], [last, row + 1]);
  }
  points.sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const upper = chain(points);
  const lower = chain(points.reverse());
  return [...upper.slice(0, -1), ...lower.slice(0, -1)];
}

/** Half of a hull: points at which the path turns clockwise. */
function chain(points: readonly Point[]): Point[] {
  const path: Point[] = [];
  for (const point of points) {
    while (path.length > 1 && twiceArea(path.at(-2)!, path.at(-1)!, point) <= 0) path.pop();
    path.push(point);
  }
  return path;
}

/** Twice the signed area of a triangle; positive when it turns clockwise on the screen. */
function twiceArea([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** The area of a polygon. */
export function areaOf(polygon: readonly Point[]): number {
  let sum = 0;
  polygon.forEach(([x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length]!;
    sum += x * nextY - nextX * y;
  });
  return Math.abs(sum) / 2;
}

/** A convex polygon reduced to so many corners: those go first that take the least area (Visvalingam and Whyatt 1993). */
export function reduceCorners(polygon: readonly Point[], corners: number): Point[] {
  const left = [...polygon];
  while (left.length > corners) {
    let [least, area] = [0, Infinity];
    left.forEach((point, i) => {
      const lost = Math.abs(twiceArea(left.at(i - 1)!, point, left[(i + 1) % left.length]!));
      if (lost < area) [least, area] = [i, lost];
    });
    left.splice(least, 1);
  }
  return left;
}

/** The largest quadrilateral with corners among those of a hull, from the corner that is most at the top left. */
export function largestQuad(hull: readonly Point[]): Quad | undefined {
  const corners = reduceCorners(hull, mostCorners);
  let best: readonly Point[] | undefined;
  let most = 0;
  for (let a = 0; a < corners.length; a++)
    for (let b = a + 1; b < corners.length; b++)
      for (let c = b + 1; c < corners.length; c++)
        for (let d = c + 1; d < corners.length; d++) {
          const quad = [corners[a]!, corners[b]!, corners[c]!, corners[d]!];
          const area = areaOf(quad);
          if (area > most) [best, most] = [quad, area];
        }
  return best && fromTopLeft(best);
}

/** The corners in their order, from the one whose sum of x and y is least. */
function fromTopLeft(quad: readonly Point[]): Quad {
  let first = 0;
  quad.forEach(([x, y], i) => {
    const [bestX, bestY] = quad[first]!;
    if (x + y < bestX + bestY) first = i;
  });
  return [0, 1, 2, 3].map((i) => quad[(first + i) % 4]!) as unknown as Quad;
}

/** A convex polygon (clockwise on the screen) whose every side moved inwards by so many pixels. */
export function shrink<Polygon extends readonly Point[]>(polygon: Polygon, by: number): Polygon {
  return polygon.map((corner, i) => {
    const before = inwards(polygon.at(i - 1)!, corner);
    const after = inwards(corner, polygon[(i + 1) % polygon.length]!);
    // The corner moves along the sum of both sides' normals, by as much as brings it `by` from each side.
    const reach = 1 + before[0] * after[0] + before[1] * after[1];
    return [
      corner[0] + (by * (before[0] + after[0])) / reach,
      corner[1] + (by * (before[1] + after[1])) / reach,
    ];
  }) as unknown as Polygon;
}

/** The direction of length 1 into the polygon from one of its sides. */
function inwards([ax, ay]: Point, [bx, by]: Point): Point {
  const length = Math.hypot(bx - ax, by - ay);
  return [(ay - by) / length, (bx - ax) / length];
}

/** For each row of pixels, from which column to which (exclusive) a convex polygon covers their centres. */
export function spansOf(polygon: readonly Point[], height: number): { from: Int32Array; to: Int32Array } {
  const from = new Int32Array(height);
  const to = new Int32Array(height);
  for (let row = 0; row < height; row++) {
    let [left, right] = [Infinity, -Infinity];
    polygon.forEach(([x0, y0], i) => {
      const [x1, y1] = polygon[(i + 1) % polygon.length]!;
      const y = row + 0.5;
      if (y0 <= y === y1 <= y) return;
      const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
      left = Math.min(left, x);
      right = Math.max(right, x);
    });
    if (right <= left) continue;
    from[row] = Math.max(0, Math.ceil(left - 0.5));
    to[row] = Math.floor(right + 0.5);
  }
  return { from, to };
}
