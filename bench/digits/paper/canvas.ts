/** Layers of ink and sheets of colour that the bench draws its pages on. Numbers only: a sheet becomes a file in encode.ts. */
import type { Random } from '@inkwire/base';

/** Ink without a colour: [height × width], 0 = none, 1 = full. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export type Point = readonly [x: number, y: number];
/** Red, green and blue, 0 = black, 1 = white. */
export type Colour = readonly [number, number, number];

export function createLayer(width: number, height: number): Layer {
  return { width, height, data: new Float32Array(width * height) };
}

/** Draws a line through points with a round pen; ink does not add up where it crosses itself. */
export function drawLine(layer: Layer, points: readonly Point[], pen: number, strength = 1): void {
  const first = points[0];
  if (first && points.length === 1) drawSegment(layer, first, first, pen, strength);
  for (let i = 1; i < points.length; i++) drawSegment(layer, points[i - 1]!, points[i]!, pen, strength);
}

function drawSegment(
  { width, height, data }: Layer,
  [ax, ay]: Point,
  [bx, by]: Point,
  pen: number,
  strength: number,
): void {
  const reach = pen / 2 + 1;
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  const bottom = Math.min(height - 1, Math.ceil(Math.max(ay, by) + reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(ax, bx) + reach));
  for (let y = Math.max(0, Math.floor(Math.min(ay, by) - reach)); y <= bottom; y++)
    for (let x = Math.max(0, Math.floor(Math.min(ax, bx) - reach)); x <= right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const covered = pen / 2 + 0.5 - Math.hypot(px - along * dx, py - along * dy);
      const ink = strength * Math.min(1, Math.max(0, covered));
      const at = y * width + x;
      if (ink > data[at]!) data[at] = ink;
    }
}

/** Puts a layer on another, its upper left corner at x, y (rounded). */
export function stamp(onto: Layer, layer: Layer, x: number, y: number): void {
  const [left, top] = [Math.round(x), Math.round(y)];
  for (let row = Math.max(0, -top); row < Math.min(layer.height, onto.height - top); row++)
    for (let column = Math.max(0, -left); column < Math.min(layer.width, onto.width - left); column++) {
      const at = (row + top) * onto.width + column + left;
      onto.data[at] = Math.max(onto.data[at]!, layer.data[row * layer.width + column]!);
    }
}

/** A layer seen from behind. */
export function mirrored({ width, height, data }: Layer): Layer {
  const turned = createLayer(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) turned.data[y * width + x] = data[y * width + width - 1 - x]!;
  return turned;
}

/** A sheet of colour: [height × width × 3]. */
export class Sheet {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;

  constructor(width: number, height: number, paper: Colour | undefined) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height * 3);
    if (paper) for (let i = 0; i < this.data.length; i++) this.data[i] = paper[i % 3]!;
  }

  /** Lays ink of a colour over what is there. */
  ink({ data }: Layer, colour: Colour, strength = 1): this {
    for (let i = 0; i < data.length; i++) {
      const covered = data[i]! * strength;
      if (covered === 0) continue;
      for (let c = 0; c < 3; c++) this.data[3 * i + c]! += covered * (colour[c]! - this.data[3 * i + c]!);
    }
    return this;
  }

  /** Multiplies each pixel by the light that falls on it. */
  light(lightAt: (x: number, y: number) => number): this {
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        const light = lightAt(x, y);
        for (let c = 0; c < 3; c++) this.data[3 * (y * this.width + x) + c]! *= light;
      }
    return this;
  }

  /** Replaces the pixels for which `colourAt` gives a colour. */
  paint(colourAt: (x: number, y: number) => Colour | undefined): this {
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        const colour = colourAt(x, y);
        if (colour) this.data.set(colour, 3 * (y * this.width + x));
      }
    return this;
  }

  /** Adds a camera's noise of this standard deviation. */
  noise(random: Random, deviation: number): this {
    for (let i = 0; i < this.data.length; i += 3) {
      const grain = deviation * random.normal();
      for (let c = 0; c < 3; c++) this.data[i + c]! += grain;
    }
    return this;
  }

  /**
   * The sheet as seen through `toSource`, which says where in this sheet a point of the new one comes from. What lies outside
   * has the colour `outside`.
   */
  warp(width: number, height: number, toSource: (x: number, y: number) => Point, outside: Colour): Sheet {
    const warped = new Sheet(width, height, undefined);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [sx, sy] = toSource(x + 0.5, y + 0.5);
        this.#sample(sx - 0.5, sy - 0.5, outside, warped.data, 3 * (y * width + x));
      }
    return warped;
  }

  #sample(x: number, y: number, outside: Colour, into: Float32Array, at: number): void {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - left, y - top];
    for (let c = 0; c < 3; c++) {
      const pixel = (px: number, py: number) =>
        px < 0 || py < 0 || px >= this.width || py >= this.height
          ? outside[c]!
          : this.data[3 * (py * this.width + px) + c]!;
      const above = pixel(left, top) * (1 - fx) + pixel(left + 1, top) * fx;
      const below = pixel(left, top + 1) * (1 - fx) + pixel(left + 1, top + 1) * fx;
      into[at + c] = above * (1 - fy) + below * fy;
    }
  }
}

/** A turn by degrees, clockwise as people see it, on a sheet that grows so that nothing is cut. */
export function turned(sheet: Sheet, degrees: number, outside: Colour): Sheet {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const width = Math.ceil(Math.abs(sheet.width * cos) + Math.abs(sheet.height * sin) - 1e-6);
  const height = Math.ceil(Math.abs(sheet.width * sin) + Math.abs(sheet.height * cos) - 1e-6);
  const back = (x: number, y: number): Point => {
    const [dx, dy] = [x - width / 2, y - height / 2];
    return [sheet.width / 2 + dx * cos + dy * sin, sheet.height / 2 - dx * sin + dy * cos];
  };
  return sheet.warp(width, height, back, outside);
}

/** The map from a unit square to four corners (clockwise from the upper left), and its inverse (Heckbert 1989, 2.2.3). */
export function perspective(corners: readonly [Point, Point, Point, Point]): {
  forth: (u: number, v: number) => Point;
  back: (x: number, y: number) => Point;
} {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dx2, dy1, dy2] = [x1 - x2, x3 - x2, y1 - y2, y3 - y2];
  const whole = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / whole;
  const h = (dx1 * sy - sx * dy1) / whole;
  const [a, b, c] = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0];
  const [d, e, f] = [y1 - y0 + g * y1, y3 - y0 + h * y3, y0];
  return {
    forth(u, v) {
      const w = g * u + h * v + 1;
      return [(a * u + b * v + c) / w, (d * u + e * v + f) / w];
    },
    back(x, y) {
      // The adjugate of the matrix; a common factor does not matter.
      const u = (e - f * h) * x + (c * h - b) * y + (b * f - c * e);
      const v = (f * g - d) * x + (a - c * g) * y + (c * d - a * f);
      const w = (d * h - e * g) * x + (b * g - a * h) * y + (a * e - b * d);
      return [u / w, v / w];
    },
  };
}
