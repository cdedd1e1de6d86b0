/**
 * Strokes that are no part of a digit, by their shape and by where they stand beside the larger ones: dots, commas, minus
 * signs and colons. A slash is told from a 1 when the digits beside it are known.
 */
import { markKinds } from '../detect/detector-maps.ts';
import { around, type Edges, heightOf, overlapOf, sizeOf, widthOf } from '../prepare/boxes.ts';
import type { StrokeShape } from './stroke-shape.ts';

/** A separator, and the strokes that draw it. */
export interface Separator {
  /** An index into `markKinds`, from 10. */
  readonly kind: number;
  readonly strokes: readonly StrokeShape[];
}

const kindOf = (character: '.' | ',' | '-' | '/' | ':') => markKinds.indexOf(character);

/** Lengths are over the writing's height. A dot is no larger than this… */
const dotSize = 0.2;
/** …a comma no wider and no taller than this. */
const commaSize = { width: 0.3, height: 0.42 };
/** A minus is as wide as this, and so much flatter. */
const minusWidth = { least: 0.15, most: 1.1 };
const minusFlatness = 0.3;
/** A line is straight when it is at most this many times as long as from end to end. */
const straightness = 1.12;
/** The largest gap between a separator and the digits beside it, over the writing's height. */
const reach = 1.5;
/** Strokes from this size on are parts of digits. */
const bodySize = 0.45;
/** A separator stands beside digits, not over them: at most this share of its width does. */
const mostOverlap = 0.25;

/** The separators among strokes whose writing is `height` tall. */
export function separatorsOf(strokes: readonly StrokeShape[], height: number): Separator[] {
  const bodies = strokes.filter((stroke) => sizeOf(stroke) >= bodySize * height && !isFlat(stroke));
  const others = strokes.filter((stroke) => !bodies.includes(stroke));
  const found: Separator[] = [];
  const rest = new Set(others);
  for (const [a, b] of colonsOf(others, bodies, height)) {
    found.push({ kind: kindOf(':'), strokes: [a, b] });
    rest.delete(a);
    rest.delete(b);
  }
  for (const stroke of rest) {
    const kind = kindAlone(stroke, bodies, height);
    if (kind !== undefined) found.push({ kind, strokes: [stroke] });
  }
  return found;
}

/** Whether a stroke is a straight line that leans to the right as a slash does: 10° to 50° from upright. */
export function isSlashLike(stroke: StrokeShape): boolean {
  const lean = widthOf(stroke) / heightOf(stroke);
  const [[x0, y0], [x1, y1]] = [stroke.line[0]!, stroke.line.at(-1)!];
  return isStraight(stroke) && lean >= 0.18 && lean <= 1.2 && (x1 - x0) * (y1 - y0) < 0;
}

const isStraight = ({ line, length }: StrokeShape) => {
  const [[x0, y0], [x1, y1]] = [line[0]!, line.at(-1)!];
  return length <= straightness * Math.hypot(x1 - x0, y1 - y0);
};

const isFlat = (stroke: StrokeShape) =>
  heightOf(stroke) <= minusFlatness * widthOf(stroke) && isStraight(stroke);

function kindAlone(stroke: StrokeShape, bodies: readonly StrokeShape[], height: number): number | undefined {
  const beside = besideOf(stroke, bodies, height);
  if (!beside) return undefined;
  const { place, isClear } = beside;
  const [width, tall] = [widthOf(stroke) / height, heightOf(stroke) / height];
  if (isFlat(stroke) && width >= minusWidth.least && width <= minusWidth.most)
    return isClear && place >= 0.25 && place <= 0.8 ? kindOf('-') : undefined;
  const isLow = place >= 0.8 && (isClear || place >= 1);
  if (!isLow || width > commaSize.width || tall > commaSize.height) return undefined;
  return Math.max(width, tall) <= dotSize && tall <= 1.5 * Math.max(width, 0.05) ? kindOf('.') : kindOf(',');
}

/** Pairs of dots one over the other, between two digits. */
function colonsOf(
  small: readonly StrokeShape[],
  bodies: readonly StrokeShape[],
  height: number,
): [StrokeShape, StrokeShape][] {
  const dots = small.filter((stroke) => sizeOf(stroke) <= dotSize * height);
  return dots.flatMap((upper) => {
    const lower = dots.find((dot) => {
      const apart = dot.top - upper.bottom;
      const across = Math.abs(dot.left + dot.right - upper.left - upper.right) / 2;
      return apart >= 0.1 * height && apart <= 0.7 * height && across <= 0.2 * height;
    });
    const beside = lower && besideOf(around([upper, lower]), bodies, height);
    const isColon = beside?.isClear && beside.isBetween && beside.place >= 0.25 && beside.place <= 0.85;
    return isColon ? [[upper, lower!] as [StrokeShape, StrokeShape]] : [];
  });
}

/** The place of a mark beside the nearest bodies of its line. */
interface Beside {
  /** 0 = at their top, 1 = at their foot. */
  readonly place: number;
  readonly isBetween: boolean;
  /** Whether none of them lies over it. */
  readonly isClear: boolean;
}

function besideOf(mark: Edges, bodies: readonly Edges[], height: number): Beside | undefined {
  const middle = (mark.left + mark.right) / 2;
  const centre = (mark.top + mark.bottom) / 2;
  const line = bodies.filter(
    (body) => body.top - 0.3 * height <= centre && centre <= body.bottom + 0.4 * height,
  );
  const gapTo = (body: Edges) => -overlapOf(mark, body).across;
  const nearest = (side: Edges[]) =>
    side.filter((body) => gapTo(body) <= reach * height).sort((a, b) => gapTo(a) - gapTo(b))[0];
  const left = nearest(line.filter((body) => (body.left + body.right) / 2 < middle));
  const right = nearest(line.filter((body) => (body.left + body.right) / 2 >= middle));
  const both = [left, right].filter((body) => body !== undefined);
  if (both.length === 0) return undefined;
  const { top, bottom } = around(both);
  const allowed = mostOverlap * Math.max(widthOf(mark), 0.1 * height);
  return {
    place: (centre - top) / (bottom - top),
    isBetween: both.length === 2,
    isClear: both.every((body) => -gapTo(body) <= allowed),
  };
}
