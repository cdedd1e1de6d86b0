import { type Edges, heightOf } from './boxes.ts';

const middleX = (box: Edges) => (box.left + box.right) / 2;
const middleY = (box: Edges) => (box.top + box.bottom) / 2;

/** Neighbours on a line overlap by this share of the lower one's height. */
const overlapOfNeighbours = 0.35;
/** A gap wider than this share of the writing's height parts two words… */
const wordGap = 0.75;
/** …when it is also wider than this many usual gaps of the line. */
const wordGapRatio = 2;

/**
 * Puts boxes in reading order: lines from top to bottom, each a list of words, each a list of boxes from left to
 * right. A box joins the line whose last box it overlaps in height, so that a line may slant or bend; when several
 * lines would do, the one whose end is nearest. `height` is the writing's.
 */
export function readingOrder<B extends Edges>(boxes: readonly B[], height: number): B[][][] {
  const lines: B[][] = [];
  for (const box of [...boxes].sort((a, b) => a.left - b.left)) {
    const line = lines
      .filter((candidate) => follows(candidate, box, height))
      .sort((a, b) => distance(a, box) - distance(b, box))[0];
    if (line) line.push(box);
    else lines.push([box]);
  }
  const slope = slopeOf(lines);
  const at = (line: B[]) =>
    line.reduce((sum, box) => sum + middleY(box) - slope * middleX(box), 0) / line.length;
  return lines.sort((a, b) => at(a) - at(b)).map((line) => words(line, height));
}

/** The distance of a box from the end of a line: mostly down, a little across. */
function distance(line: readonly Edges[], box: Edges): number {
  const last = line.at(-1)!;
  return Math.abs(expectedY(line, box) - middleY(box)) + 0.1 * Math.max(0, box.left - last.right);
}

/** The `y` of a line at a box if it continued with the slope of its last few boxes. */
function expectedY(line: readonly Edges[], box: Edges): number {
  const last = line.at(-1)!;
  const slope = Math.max(-0.3, Math.min(0.3, slopeOf([line.slice(-6)])));
  return middleY(last) + slope * (middleX(box) - middleX(last));
}

function follows(line: readonly Edges[], box: Edges, height: number): boolean {
  const last = line.at(-1)!;
  // The slope of two boxes says little: near ones must overlap themselves, far ones the continued line.
  const near = box.left - last.right <= 1.5 * height;
  const shift = near ? 0 : expectedY(line, box) - middleY(last);
  const shared = Math.min(last.bottom + shift, box.bottom) - Math.max(last.top + shift, box.top);
  return shared >= overlapOfNeighbours * Math.min(heightOf(last), heightOf(box));
}

/** The common slope of lines, by least squares about the middle of each. 0 when no line has three boxes. */
function slopeOf(lines: readonly (readonly Edges[])[]): number {
  let xx = 0;
  let xy = 0;
  for (const line of lines) {
    if (line.length < 3) continue;
    const centreX = line.reduce((sum, box) => sum + middleX(box), 0) / line.length;
    const centreY = line.reduce((sum, box) => sum + middleY(box), 0) / line.length;
    for (const box of line) {
      xx += (middleX(box) - centreX) ** 2;
      xy += (middleX(box) - centreX) * (middleY(box) - centreY);
    }
  }
  return xx === 0 ? 0 : xy / xx;
}

function words<B extends Edges>(line: readonly B[], height: number): B[][] {
  const gaps = line.slice(1).map((box, i) => box.left - line[i]!.right);
  const usual = Math.max(0, gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0);
  const result: B[][] = [[line[0]!]];
  for (const [i, gap] of gaps.entries()) {
    const box = line[i + 1]!;
    // With one gap there is no usual one: then only its size counts.
    if (gap > wordGap * height && (gaps.length === 1 || gap > wordGapRatio * usual || usual > 1.5 * height))
      result.push([box]);
    else result.at(-1)!.push(box);
  }
  return result;
}
