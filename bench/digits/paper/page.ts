/** A page of the bench: lines of writing on a layer of ink, and the truth about them. */
import type { Random } from '@inkwire/base';
import { createLayer, drawLine, type Layer, type Point, stamp } from './canvas.ts';
import type { Hand } from './hands.ts';
import { separatorStrokes } from './symbols.ts';

/** How a line is written. Lengths are shares of the digits' height. */
export interface LineStyle {
  /** Pixels. */
  readonly height: number;
  /** Between the ink of two digits; negative overlaps. Default 0.18, ± 0.06. */
  readonly gap?: number;
  /** Whether every gap is the same. Default false. */
  readonly isEven?: boolean;
  /** The height of each digit, as a factor. Default near 1. */
  readonly sizes?: readonly number[];
  /** Of separators, as a factor. Default 1. */
  readonly separators?: number;
}

/** A written line: its ink, and where each digit stands in it. */
export interface Line {
  readonly layer: Layer;
  readonly boxes: readonly Box[];
  readonly height: number;
}

/** x, y, width, height in pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

const separators = '.,-/:';
/** Room around the ink of a line, as a share of its height: for separators that hang, and tall digits. */
const room = 0.4;

/** `count` digits by chance. */
export function someDigits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}

/** Writes digits, separators and spaces from left to right; digits stand on a common foot. */
export function writeLine(hand: Hand, random: Random, text: string, style: LineStyle): Line {
  const { height, gap = 0.18, isEven = false, sizes = [], separators: size = 1 } = style;
  const pieces: { layer: Layer; x: number; y: number; isDigit: boolean }[] = [];
  const nextGap = () => (isEven ? gap : gap + 0.06 * random.normal()) * height;
  const foot = Math.round((1 + room) * height);
  let x = Math.round(room * height);
  let digits = 0;
  for (const mark of text) {
    if (mark === ' ') x += 0.9 * height;
    else if (separators.includes(mark)) {
      const { strokes, width } = separatorStrokes(mark, size);
      const layer = createLayer(Math.ceil((width + 0.4) * height), Math.ceil(1.6 * height));
      const place = ([px, py]: Point): Point => [(px + 0.1) * height, (py + 0.2) * height];
      for (const stroke of strokes) drawLine(layer, stroke.map(place), 0.09 * height * Math.sqrt(size));
      pieces.push({ layer, x: x - 0.1 * height, y: foot - 1.2 * height, isDigit: false });
      x += width * height + nextGap();
    } else {
      const tall = Math.max(4, Math.round(height * (sizes[digits++] ?? 1 + 0.05 * random.normal())));
      const layer = hand.digit(Number(mark), tall);
      pieces.push({ layer, x, y: foot - tall, isDigit: true });
      x += layer.width + nextGap();
    }
  }
  const right = Math.max(...pieces.map((piece) => piece.x + piece.layer.width));
  const above = Math.min(0, ...pieces.map((piece) => piece.y));
  const layer = createLayer(Math.ceil(right + room * height), Math.ceil(foot - above + room * height));
  for (const piece of pieces) stamp(layer, piece.layer, piece.x, piece.y - above);
  const boxes = pieces
    .filter(({ isDigit }) => isDigit)
    .map((piece): Box => [piece.x, piece.y - above, piece.layer.width, piece.layer.height]);
  return { layer, boxes, height };
}

/** A layer of ink with several lines, `below` pixels from one's top to the next's, and room of `margin` pixels. */
export function stackLines(lines: readonly Line[], below: number, margin: number): Layer {
  const width = Math.max(...lines.map(({ layer }) => layer.width)) + 2 * margin;
  const layer = createLayer(
    Math.ceil(width),
    Math.ceil(below * (lines.length - 1) + lines.at(-1)!.layer.height + 2 * margin),
  );
  for (const [i, line] of lines.entries()) stamp(layer, line.layer, margin, margin + i * below);
  return layer;
}

/** A layer with paper around it. */
export function padded(layer: Layer, x: number, y: number): Layer {
  const wider = createLayer(layer.width + 2 * Math.round(x), layer.height + 2 * Math.round(y));
  stamp(wider, layer, x, y);
  return wider;
}
