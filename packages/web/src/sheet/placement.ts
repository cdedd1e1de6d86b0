import type { Reading } from '@inkwire/wire/hub';
import { boundsOf, type Stroke } from '../ink/stroke.ts';

/** A rectangle on the sheet, in sheet units. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The place of the hub's picture of the ink on the sheet; a reading's boxes are in that picture's pixels. As
 * `renderStrokes` of @inkwire/digits says: the ink lies in it with an even margin, and a pixel is a unit of the strokes
 * when that makes the longer side of the ink 64 to 1600 pixels, which is otherwise scaled to 400 or 1600.
 */
export function placeOverInk(picture: Pick<Reading, 'width' | 'height'>, ink: readonly Stroke[]): Rectangle {
  const { left, top, right, bottom } = boundsOf(ink) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const scale = pixelsPerUnit(Math.max(right - left, bottom - top));
  const [width, height] = [picture.width / scale, picture.height / scale];
  return { left: (left + right - width) / 2, top: (top + bottom - height) / 2, width, height };
}

function pixelsPerUnit(longerSide: number): number {
  if (longerSide === 0 || (longerSide >= 64 && longerSide <= 1600)) return 1;
  return (longerSide < 64 ? 400 : 1600) / longerSide;
}
