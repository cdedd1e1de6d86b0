import { digitKinds, markKinds } from '../detect/detector-maps.ts';
import { type Edges, writingHeight } from '../prepare/boxes.ts';
import { readingOrder } from '../prepare/reading-order.ts';

/**
 * From marks to what stands on the paper, in four steps: the slope of the writing, lines of digits along it, the
 * separators that stand beside digits, and two texts. A separator never makes, joins or moves a line: a comma that is dust
 * can spoil one place in `written`, and no more.
 */

/** A mark and its place, in pixels. */
export interface PlacedMark {
  /** An index into `markKinds`; below 10 it is a digit. */
  readonly kind: number;
  /** The centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Marks in reading order, and what they say. */
export interface Arrangement<M> {
  /** The digits: lines from top to bottom, words from left to right. A separator or a wide gap parts two words. */
  readonly lines: readonly (readonly (readonly M[])[])[];
  /** Digits alone: a space between two words, `\n` between two lines. It never begins or ends with a space. */
  readonly text: string;
  /**
   * The writing as it stands: as `text`, with the separators in their places and a space only where there is a wide gap. A
   * sign before the first digit and a comma after the last one are kept: they are on the paper too.
   */
  readonly written: string;
  /** Separators that stand beside no digit. They are no reading, and a reason for doubt. */
  readonly strays: readonly M[];
}

/** Neighbours lie at most this much above or below one another, over how far apart they are: 24°, for a lean of 20°. */
const steepest = 0.45;
/** The largest gap between the boxes of neighbours, over the writing's height. */
const neighbourGap = 1.5;
/** A gap beside a separator that is wider than this share of the writing's height is a space. */
const spaceGap = 0.75;
/** The place of a separator's centre on its line: 0 = the top of the digit beside it, 1 = its foot. In order of `.,-/:`. */
const usualPlaces = [0.95, 1.05, 0.5, 0.5, 0.6] as const;
/** The largest distance from there. */
const placeTolerance = 0.5;

const isDigit = ({ kind }: PlacedMark) => kind < digitKinds;
const characterOf = ({ kind }: PlacedMark) => markKinds[kind]!;

/** A mark with its edges, sheared so that its line is level. */
interface Placed<M> extends Edges {
  readonly mark: M;
  readonly middle: number;
}

/** Puts marks in reading order. The order in which they come does not matter. */
export function arrangeMarks<M extends PlacedMark>(marks: readonly M[]): Arrangement<M> {
  const sorted = marks.toSorted(
    (a, b) => a.x - b.x || a.y - b.y || a.kind - b.kind || a.width - b.width || a.height - b.height,
  );
  const found = sorted.filter(isDigit);
  const height = writingHeight(found.map((mark) => place(mark, 0)));
  const slope = slopeOf(found, height);
  const digits = readingOrder(
    found.map((mark) => place(mark, slope)),
    height,
  );
  const beside = digits.map((): Placed<M>[] => []);
  const strays: M[] = [];
  for (const mark of sorted.filter((each) => !isDigit(each))) {
    const placed = place(mark, slope);
    const line = lineBeside(placed, digits, height);
    if (line === undefined) strays.push(mark);
    else beside[line]!.push(placed);
  }
  const lines = digits.map((words, i) => parted(words, beside[i]!));
  return {
    lines: lines.map((words) => words.map((word) => word.map(({ mark }) => mark))),
    text: lines.map((words) => words.map(spell).join(' ')).join('\n'),
    written: lines.map((words, i) => writtenLine(words, beside[i]!, height)).join('\n'),
    strays,
  };
}

function place<M extends PlacedMark>(mark: M, slope: number): Placed<M> {
  const { x, width, height } = mark;
  const y = mark.y - slope * x;
  return {
    mark,
    middle: x,
    left: x - width / 2,
    right: x + width / 2,
    top: y - height / 2,
    bottom: y + height / 2,
  };
}

const spell = <M extends PlacedMark>(marks: readonly Placed<M>[]) =>
  marks.map(({ mark }) => characterOf(mark)).join('');

/**
 * The fall of lines for each pixel to the right: the median over digits of the slope to the nearest one at their right.
 * Digits of a line stand closer than lines do, so that the nearest one is of the same line, nearly always.
 */
function slopeOf(digits: readonly PlacedMark[], height: number): number {
  const slopes: number[] = [];
  for (const mark of digits) {
    let nearest = Infinity;
    let slope = 0;
    for (const other of digits) {
      const across = other.x - mark.x;
      const down = other.y - mark.y;
      const gap = across - (mark.width + other.width) / 2;
      if (across <= 0 || gap > neighbourGap * height || Math.abs(down) > steepest * across) continue;
      const distance = Math.hypot(across, down);
      if (distance < nearest) [nearest, slope] = [distance, down / across];
    }
    if (nearest < Infinity) slopes.push(slope);
  }
  slopes.sort((a, b) => a - b);
  const half = slopes.length >> 1;
  return slopes.length % 2 === 1 ? slopes[half]! : ((slopes[half - 1] ?? 0) + (slopes[half] ?? 0)) / 2;
}

/** The index of the line with the digit beside which a separator stands; undefined when there is none. */
function lineBeside<M extends PlacedMark>(
  separator: Placed<M>,
  lines: readonly (readonly (readonly Placed<M>[])[])[],
  height: number,
): number | undefined {
  let line: number | undefined;
  let least = Infinity;
  for (const [i, words] of lines.entries())
    for (const digit of words.flat()) {
      const gap = Math.max(0, digit.left - separator.right, separator.left - digit.right) / height;
      const at = ((separator.top + separator.bottom) / 2 - digit.top) / (digit.bottom - digit.top);
      const off = Math.abs(at - usualPlaces[separator.mark.kind - 10]!);
      if (gap > neighbourGap || off > placeTolerance) continue;
      const distance = gap + off;
      if (distance < least) [least, line] = [distance, i];
    }
  return line;
}

/** The words of a line, parted where a separator stands between two digits. */
function parted<M>(words: readonly Placed<M>[][], separators: readonly Placed<M>[]): Placed<M>[][] {
  return words.flatMap((word) => {
    const parts = [[word[0]!]];
    for (const [i, digit] of word.slice(1).entries()) {
      const before = word[i]!;
      if (separators.some(({ middle }) => middle >= before.middle && middle < digit.middle))
        parts.push([digit]);
      else parts.at(-1)!.push(digit);
    }
    return parts;
  });
}

/** A line as it stands there. A separator at either end has one neighbour and joins it, however wide the gap is. */
function writtenLine<M extends PlacedMark>(
  words: readonly Placed<M>[][],
  separators: readonly Placed<M>[],
  height: number,
): string {
  const digits = words.flat();
  const starts = new Set(words.slice(1).map(([first]) => first!));
  const waiting = [...separators];
  let written = '';
  let last: Placed<M> | undefined;
  const write = (placed: Placed<M>, isSpaced: boolean) => {
    written += (isSpaced ? ' ' : '') + characterOf(placed.mark);
    last = placed;
  };
  for (const digit of digits) {
    while (waiting.length > 0 && waiting[0]!.middle < digit.middle) {
      const separator = waiting.shift()!;
      const isWide = last !== undefined && separator.left - last.right > spaceGap * height;
      write(separator, isWide && digit !== digits[0]);
    }
    const followsDigit = last === undefined || isDigit(last.mark);
    const isWide = last !== undefined && digit.left - last.right > spaceGap * height;
    write(digit, followsDigit ? starts.has(digit) : isWide && digit !== digits[0]);
  }
  return written + spell(waiting);
}
