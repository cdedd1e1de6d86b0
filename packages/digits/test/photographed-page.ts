import { createRandom } from '@inkwire/base';
import { flatten, mapToQuad, type Point, type Quad } from '../src/detect/homography.ts';
import type { Plane } from '../src/detect/plane.ts';
import type { Raster } from '../src/prepare/decode.ts';

/** A page of a size, levels 0…1, to draw on. */
export function blankPage(width: number, height: number, level: number): Plane {
  return { width, height, data: new Float32Array(width * height).fill(level) };
}

/** Fills a rectangle. */
export function fillBox({ width, data }: Plane, [x, y, w, h]: readonly number[], level: number): void {
  for (let row = y!; row < y! + h!; row++) data.fill(level, row * width + x!, row * width + x! + w!);
}

/** Draws a line of that thickness. */
export function drawLine(
  { width, height, data }: Plane,
  from: Point,
  to: Point,
  thick: number,
  level: number,
): void {
  const steps = Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1]));
  for (let i = 0; i <= steps; i++) {
    const [x, y] = [from[0] + (i / steps) * (to[0] - from[0]), from[1] + (i / steps) * (to[1] - from[1])];
    for (let v = Math.round(y - thick / 2); v < y + thick / 2; v++)
      for (let u = Math.round(x - thick / 2); u < x + thick / 2; u++)
        if (u >= 0 && v >= 0 && u < width && v < height)
          data[v * width + u] = Math.min(level, data[v * width + u]!);
  }
}

/** How a page is photographed. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  /** The corners of the picture, in pixels of the page. */
  readonly corners: Quad;
  /** The light at the left and at the right edge. Default 1. */
  readonly light?: readonly [number, number];
  /** Where it is darker than elsewhere, and how much light is left there. */
  readonly shade?: { readonly isIn: (x: number, y: number) => boolean; readonly left: number };
}

/** The corners of a picture of a page that leans by `degrees` and is seen from a side: its right is `depth` times as far. */
export function lookAt(centre: Point, width: number, height: number, degrees: number, depth = 1): Quad {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const corner = (i: number, j: number): Point => {
    const [x, y] = [(i * width) / 2, ((j * height) / 2) * (i > 0 ? depth : 1)];
    return [centre[0] + cos * x - sin * y, centre[1] + sin * x + cos * y];
  };
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

/** A picture of a page, with a little noise. */
export function photograph(page: Plane, camera: Camera): Plane {
  const { width, height, corners, light = [1, 1], shade } = camera;
  const data = flatten({ ...page, channels: 1 }, corners, width, height, new Float32Array(width * height));
  const random = createRandom(3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const lit = light[0] + ((light[1] - light[0]) * x) / width;
      const level = data[y * width + x]! * lit * (shade?.isIn(x, y) ? shade.left : 1);
      data[y * width + x] = Math.min(1, Math.max(0, level + 0.01 * random.normal()));
    }
  return { width, height, data };
}

/** Where a point of the picture lies on the page. */
export const onPage = ({ width, height, corners }: Camera) => mapToQuad(width, height, corners);

/** A plane as a decoded picture of one channel. */
export function rasterOf({ width, height, data }: Plane): Raster {
  const bytes = Uint8Array.from(data, (level) => Math.round(255 * level));
  return { fullWidth: width, fullHeight: height, width, height, channels: 1, data: bytes };
}
