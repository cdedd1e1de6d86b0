/**
 * From a picture's bytes to the digits and separators in it, and to what a reading needs besides.
 *
 *     bytes → raster → sheet? → plane → levels → inputs → detector → peaks → marks
 *                                 ↑ turned by 180°, 90°, 270° when the upright reading is weak
 *
 * Three frames: the PICTURE, upright by EXIF and in its full size; the SHEET, flattened and perhaps reduced; the PAGE, which is
 * the sheet turned so that its writing stands upright. Marks, lines, cells and crops are in the page's pixels; boxes in the
 * picture's.
 */
import type { Raster } from '../prepare/decode.ts';
import type { PrepareOptions } from '../prepare/prepared.ts';
import { darkPartsOf, withinDark } from './dark-parts.ts';
import type { Detector } from './detector.ts';
import { digitKinds } from './detector-maps.ts';
import {
  type Attempt,
  type Direction,
  isBetter,
  isWeak,
  otherDirections,
  turnBack,
  turned,
} from './directions.ts';
import { type CellGrid, findGrid } from './grid.ts';
import { withoutRules } from './grid-rules.ts';
import { type DetectorInput, inputsOf, levelsOf, pixelsOf } from './levels.ts';
import { cropMark } from './mark-crop.ts';
import { agreedDigits, type Candidate, type FoundMark, peaksOf, suppress } from './marks.ts';
import { darkInk, decodeForPlane, negative, type Plane, planeOf } from './plane.ts';
import { findSheet } from './sheet.ts';
import { isOtherWriting, type Unread, unreadOf, type WritingMap, writingOf } from './unread.ts';

/** The detector is given at most this many pixels of one picture in one direction; finer levels are then not seen. */
export const mostInputPixels = 8_000_000;
/** All directions together get at most this many: a page full of noise is seen upright only. */
const mostTurnedPixels = 12_000_000;

/** Options for finding the marks of a picture. */
export interface FindOptions extends PrepareOptions {
  /** Tries other directions when the upright reading is weak. Default true. */
  readonly directions?: boolean;
}

/** x, y, width, height in pixels of the picture. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** A picture with its marks. */
export interface FoundPage {
  /** Size of the picture as EXIF turns it, in full: boxes refer to it. */
  readonly width: number;
  readonly height: number;
  /** By which the sheet was turned clockwise to be read. Boxes are turned back. */
  readonly direction: Direction;
  /** The page that was read, ink dark. */
  readonly plane: Plane;
  /** In pixels of the page, by falling strength. */
  readonly marks: readonly FoundMark[];
  /** The writing that is left when these of the marks have been read. */
  unreadBeside(read: readonly FoundMark[]): Unread;
  /** The cells of a grid, in pixels of the page. Absent when there is no clear grid. */
  readonly grid?: CellGrid;
  /** The place of a point of the page in the picture. */
  toPicture(x: number, y: number): readonly [x: number, y: number];
  /** The box of a mark in the picture, within its edges. */
  boxOf(mark: Pick<FoundMark, 'x' | 'y' | 'width' | 'height'>): Box;
  /** A mark as [28 × 28], 0 = paper, 255 = ink, in MNIST's form; ink of the other marks is omitted. */
  cropOf(mark: FoundMark): Uint8Array;
}

/**
 * Decodes a picture and finds the digits and separators in it. Throws DIGITS_PICTURE_EMPTY, _TOO_LARGE, _UNSUPPORTED or
 * _DAMAGED; DIGITS_NONE_FOUND for more than 512 marks; `signal.reason` when aborted.
 */
export async function findMarks(
  bytes: Uint8Array,
  detector: Detector,
  options: FindOptions = {},
): Promise<FoundPage> {
  return findMarksIn(await decodeForPlane(bytes, options), detector, options);
}

/** Like `findMarks`, for a decoded picture. */
export async function findMarksIn(
  raster: Raster,
  detector: Detector,
  options: FindOptions = {},
): Promise<FoundPage> {
  const sheet = findSheet(raster);
  const upright = darkInk(planeOf(sheet?.raster ?? raster));
  const { marks: found, writing, direction, plane } = await bestDirection(upright, detector, options);
  const light = await lightWriting(sheet ? planeOf(raster) : upright, detector, options.signal);
  const grid = findGrid(plane);
  const marks = grid ? withoutRules(found, grid) : found;
  const scale = [raster.fullWidth / raster.width, raster.fullHeight / raster.height] as const;
  const toPicture = (x: number, y: number): readonly [number, number] => {
    const onSheet = turnBack([x, y], direction, upright.width, upright.height);
    const [u, v] = sheet ? sheet.toRaster(...onSheet) : onSheet;
    return [u * scale[0], v * scale[1]];
  };
  return {
    width: raster.fullWidth,
    height: raster.fullHeight,
    direction,
    plane,
    marks,
    unreadBeside: (read) => unreadOf(writing, read, light),
    ...(grid ? { grid } : {}),
    toPicture,
    boxOf: ({ x, y, width, height }) =>
      boxAround(
        [-1, 1].flatMap((i) => [-1, 1].map((j) => toPicture(x + (i * width) / 2, y + (j * height) / 2))),
        raster,
      ),
    cropOf: (mark) => cropMark(plane, mark, marks),
  };
}

function boxAround(corners: readonly (readonly [number, number])[], { fullWidth, fullHeight }: Raster): Box {
  const within = (values: number[], most: number) =>
    values.map((value) => Math.min(most, Math.max(0, value)));
  const xs = within(
    corners.map(([x]) => x),
    fullWidth,
  );
  const ys = within(
    corners.map(([, y]) => y),
    fullHeight,
  );
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** The marks that were found in a plane, and the number of pixels that the detector saw for them. */
interface Found {
  readonly marks: readonly FoundMark[];
  readonly writing: readonly WritingMap[];
  readonly plane: Plane;
  readonly direction: Direction;
  readonly pixels: number;
}

const attemptOf = ({ marks, writing }: Found): Attempt => ({ marks, unread: unreadOf(writing, marks).marks });

/** The upright reading, or the best in another direction when the upright one is weak and that one plainly better. */
async function bestDirection(upright: Plane, detector: Detector, options: FindOptions): Promise<Found> {
  const first = await findIn(upright, 0, detector, options.signal);
  if (options.directions === false || !isWeak(attemptOf(first))) return first;
  let best = first;
  let pixels = first.pixels;
  for (const direction of otherDirections) {
    if (pixels + first.pixels > mostTurnedPixels) break;
    const found = await findIn(turned(upright, direction), direction, detector, options.signal);
    pixels += found.pixels;
    if (isBetter(attemptOf(found), attemptOf(best))) best = found;
  }
  return best;
}

/** Light writing in dark parts of a picture, as in a header, or on the table round a note. It is not read, and so a reason for doubt. */
async function lightWriting(
  plane: Plane,
  detector: Detector,
  signal: AbortSignal | undefined,
): Promise<WritingMap[]> {
  const dark = darkPartsOf(plane);
  if (!dark) return [];
  const { writing } = await findIn(negative(plane), 0, detector, signal);
  return writing.map((map) => withinDark(map, dark));
}

async function findIn(
  plane: Plane,
  direction: Direction,
  detector: Detector,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const candidates: Candidate[] = [];
  const writing: WritingMap[] = [];
  let pixels = 0;
  for (const level of levelsOf(plane)) {
    const inputs = inputsOf(level, agreedDigits(candidates));
    const more = pixelsOf(inputs);
    if (pixels + more > mostInputPixels) break;
    pixels += more;
    for (const input of inputs) {
      signal?.throwIfAborted();
      const { peaks, map } = await see(input, detector);
      candidates.push(...peaks);
      writing.push(map);
    }
  }
  const marks = suppress(candidates).filter(
    (mark) => mark.kind >= digitKinds || !isOtherWriting(mark, writing),
  );
  return { marks, writing, plane, direction, pixels };
}

async function see(input: DetectorInput, detector: Detector) {
  const maps = await detector.run(input.data, input.width, input.height);
  return { peaks: peaksOf(maps, input), map: writingOf(maps, input) };
}
