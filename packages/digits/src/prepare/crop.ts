import { type Edges, sizeOf } from './boxes.ts';
import { type Grey, percentile, resample, toBytes } from './grey.ts';
import { moveEdge, strokeWidth } from './stroke-width.ts';

/** MNIST's form: a digit's longer side is 20, in a square of 28, its centre of mass in the middle. */
const side = 28;
const digitSide = 20;
/** Work is done at this many pixels for one of the result, where the edge of the ink can be moved smoothly. */
const fine = 4;
/** Paper around a digit at that size: room for the edges to move outwards. */
const margin = 8;
/** Contrast at the edge of the ink: makes up for the blur of enlarging, and leaves sharp edges as they are. */
const gain = 2;
/** Of its own pixels, the share that is no darker than full ink. */
const fullInkShare = 0.8;
/** Stroke widths of MNIST, in pixels of the result, from its 5th to its 90th percentile: others are brought to these. */
export const strokes = { thinnest: 1.9, thickest: 3.4 };
/** Pixels with less ink than this do not count towards a digit's box. */
const boxLevel = 0.3;

/** A soft picture of ink: 0 = paper, 1 = full ink. */
interface Soft {
  readonly width: number;
  readonly height: number;
  /** [height × width] */
  readonly data: Float32Array;
}

/** Ink that is cut out. */
export interface OwnInk {
  readonly box: Edges;
  /** Whose pixel each is: 0 = paper, `label` = its own, others = a neighbour's. As large as the picture. */
  readonly labels: Int32Array;
  readonly label: number;
}

/**
 * Cuts one digit out of an ink picture in MNIST's form: [784], 0 = paper, 255 = ink. Ink of its neighbours is
 * omitted. The grey levels stay, stretched so that paper is 0 and its own full ink is 255.
 */
export function cropDigit(ink: Grey, own: OwnInk): Uint8Array {
  return place(evenStrokes(softInk(ink, own)));
}

/** The digit's ink alone at the fine size. */
function softInk(ink: Grey, digit: OwnInk): Soft {
  const scale = (digitSide * fine) / sizeOf(digit.box);
  const own = cutInk(ink, digit, Math.ceil(margin / scale) + 1);
  const width = Math.ceil(own.width * scale);
  const height = Math.ceil(own.height * scale);
  const data = resample(own, { x: 0, y: 0, width: width / scale, height: height / scale }, width, height);
  const contrast = gain / own.level;
  for (let i = 0; i < data.length; i++)
    data[i] = Math.min(1, Math.max(0, data[i]! * contrast + 0.5 - gain / 2));
  return { width, height, data };
}

/** The part of an ink picture around a digit, without the ink of others, and the level of the digit's full ink. */
function cutInk(ink: Grey, { box, labels, label: own }: OwnInk, around: number): Grey & { level: number } {
  const x0 = box.left - around;
  const y0 = box.top - around;
  const width = box.right + around - x0;
  const height = box.bottom + around - y0;
  const data = new Uint8Array(width * height);
  const levels = new Uint32Array(256);
  const right = Math.min(ink.width, x0 + width);
  for (let y = Math.max(0, y0); y < Math.min(ink.height, y0 + height); y++)
    for (let x = Math.max(0, x0); x < right; x++) {
      const i = y * ink.width + x;
      const label = labels[i]!;
      if (label !== 0 && label !== own) continue;
      data[(y - y0) * width + x - x0] = ink.data[i]!;
      if (label === own) levels[ink.data[i]!]!++;
    }
  return { width, height, data, level: Math.max(1, percentile(levels, fullInkShare)) };
}

/** Brings strokes that are much thinner or thicker than MNIST's to its range, leaves all others alone. */
function evenStrokes(soft: Soft): Soft {
  const { width, height, data } = soft;
  const stroke = strokeWidth(data, width, height) / fine;
  const by = ((Math.min(strokes.thickest, Math.max(strokes.thinnest, stroke)) - stroke) / 2) * fine;
  return Math.abs(by) < 0.2 ? soft : { width, height, data: moveEdge(data, width, height, by) };
}

/** Reduces a digit to 28×28: its box's longer side to 20, its centre of mass in the middle. */
function place({ width, height, data }: Soft): Uint8Array {
  let [left, top, right, bottom, mass, massX, massY] = [width, height, 0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x]!;
      mass += level;
      massX += level * (x + 0.5);
      massY += level * (y + 0.5);
      if (level < boxLevel) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  const step = Math.max(right - left, bottom - top) / digitSide;
  if (step <= 0) return new Uint8Array(side * side);
  const x = left - step * offset((massX / mass - left) / step, (right - left) / step);
  const y = top - step * offset((massY / mass - top) / step, (bottom - top) / step);
  const size = side * step;
  const levels = resample({ width, height, data }, { x, y, width: size, height: size }, side, side);
  for (let i = 0; i < levels.length; i++) levels[i]! *= 255;
  return toBytes(levels);
}

/**
 * The place in the square where a box of some extent begins, so that its centre of mass lies in the middle of pixel 14 (not
 * between 13 and 14: MNIST's mean centre is 14.5), and so that no ink is cut off.
 */
function offset(centreOfMass: number, extent: number): number {
  return Math.max(0, Math.min(side - extent, side / 2 + 0.5 - centreOfMass));
}
