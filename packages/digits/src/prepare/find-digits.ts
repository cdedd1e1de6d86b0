import { DigitsError } from '../errors.ts';
import { type Edges, heightOf, sizeOf, strokeOf, widthOf, writingHeight } from './boxes.ts';
import { clutterOf } from './clutter.ts';
import { type Component, type Labelled, labelComponents } from './components.ts';
import { cropDigit } from './crop.ts';
import { eraseRules } from './erase-rules.ts';
import type { Grey } from './grey.ts';
import { dropSpecks, type Group, groupAll, groupComponents, uniteLabels } from './grouping.ts';
import type { InkMask } from './ink-mask.ts';
import type { PreparedDigit, PreparedPicture } from './prepared.ts';
import { readingOrder } from './reading-order.ts';
import { splitWide } from './split-wide.ts';

/** Ink, and how it lies in the picture that the boxes refer to. */
export interface InkPicture {
  /** 0 = paper, 255 = full ink. */
  readonly ink: Grey;
  readonly mask: InkMask;
  /** Size of the picture, and the pixels of the picture in one of ink; the ink's corner in the picture. */
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  /** Whether there may be ruled lines and edges of the sheet: not in a drawing, nor in a picture of one digit. */
  readonly photographed: boolean;
  /** Whether the picture is so small that it can hold but one digit. */
  readonly single: boolean;
  /** The length of the line that drew the ink, in pixels of ink; unknown of a picture. */
  readonly lineLength?: number;
}

/** Less than this, in pixels of ink, cannot be a digit. */
const smallestDigit = 8;
/** More digits than this are a page of something, not numbers that a person wants to have read… */
export const mostDigits = 512;
/** …and so are more pieces, even if each digit were in four of them. */
const mostPieces = 4 * mostDigits;

/** Digits as groups of pieces of ink, not in order yet. */
export interface FoundGroups {
  /** The group of each pixel, by the first label of the group. */
  readonly labelled: Labelled;
  readonly digits: readonly Group[];
  /** The height of the writing, in pixels of ink. */
  readonly height: number;
  /** Pieces that were dropped as specks. */
  readonly specks: number;
}

/**
 * From ink to digits in reading order: rules and specks dropped, pieces grouped and split, each cropped.
 * Throws DIGITS_NONE_FOUND for more than 512 digits or 2048 pieces of ink, before it takes time for them.
 */
export function findDigits(picture: InkPicture): PreparedPicture {
  const { labelled, digits, height, specks } = findGroups(picture);
  const lines = readingOrder(digits, height).map((words) =>
    words.map((word) => word.map((group) => cutDigit(picture, labelled, group))),
  );
  const doubt = faintShare(picture);
  const clutter = clutterOf(digits, { specks, doubt, lineLength: picture.lineLength ?? 0 });
  return { width: picture.width, height: picture.height, lines, clutter };
}

/** The first half of `findDigits`: rules and specks dropped, pieces grouped and split. Throws as it does. */
export function findGroups(picture: InkPicture): FoundGroups {
  const labelled = labelWriting(picture);
  const kept = dropSpecks(labelled.components, smallestDigit);
  expectAtMost(mostPieces, kept.length);
  const writing = { ...labelled, components: kept };
  const whole = picture.single ? writing : splitWide(writing);
  const groups = (picture.single ? groupAll(kept) : groupComponents(whole)).filter(
    (group) => sizeOf(group) >= smallestDigit,
  );
  const height = writingHeight(groups);
  const digits = dropSpecks(groups, Math.max(smallestDigit, 0.3 * height));
  expectAtMost(mostDigits, digits.length);
  uniteLabels(whole, digits);
  // Dust is no sign of anything; what is a letter's size beside the digits may be one.
  const pieces = labelled.components.filter((piece) => sizeOf(piece) >= Math.max(5, 0.08 * height)).length;
  return { labelled: whole, digits, height, specks: Math.max(0, pieces - kept.length) };
}

/** A group that was found, in MNIST's form. */
export const cutDigit = (picture: InkPicture, labelled: Labelled, group: Group): PreparedDigit => ({
  box: boxOf(group, picture),
  pixels: cropDigit(picture.ink, { box: group, labels: labelled.labels, label: group.labels[0]! }),
});

export function expectAtMost(most: number, pieces: number): void {
  if (pieces > most)
    throw new DigitsError(
      'DIGITS_NONE_FOUND',
      `No number was found in the picture: its ink falls into ${pieces} pieces, more than ${most}`,
    );
}

/** Pixels of ink that are not plainly ink, over those that are, once the rules are gone. */
function faintShare({ ink, mask }: InkPicture): number {
  let faint = 0;
  let certain = 0;
  for (let i = 0; i < mask.data.length; i++)
    if (mask.data[i] === 1) {
      if (ink.data[i]! < mask.certain) faint++;
      else certain++;
    }
  return faint / Math.max(1, certain);
}

/** A picture in which nothing was found. */
export const emptyPicture = (width: number, height: number): PreparedPicture => ({
  width,
  height,
  lines: [],
  clutter: 0,
});

function boxOf(
  { left, top, right, bottom }: Edges,
  { x, y, scale, width, height }: InkPicture,
): PreparedDigit['box'] {
  const x0 = Math.max(0, Math.floor(x + left * scale));
  const y0 = Math.max(0, Math.floor(y + top * scale));
  const x1 = Math.min(width, Math.ceil(x + right * scale));
  const y1 = Math.min(height, Math.ceil(y + bottom * scale));
  return [x0, y0, Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
}

/** The components of the writing: in a photograph without rules, frames and the edges of the sheet. */
function labelWriting({ ink, mask, photographed }: InkPicture): Labelled {
  const labelled = labelComponents(mask);
  if (!photographed) return labelled;
  const long = labelled.components.some(
    (piece) => widthOf(piece) >= 0.2 * mask.width || heightOf(piece) >= 0.2 * mask.height,
  );
  const stroke = strokeOf(labelled.components);
  const erased = long
    ? eraseRules(mask, Math.round(1.5 * stroke) + 1, (rest) =>
        writingHeight(dropSpecks(labelComponents(rest).components, smallestDigit)),
      )
    : undefined;
  if (erased)
    for (let i = 0; i < erased.length; i++) if (erased[i] === 1 && mask.data[i] === 0) ink.data[i] = 0;
  const clean = erased ? labelComponents(mask) : labelled;
  return { ...clean, components: dropFrames(clean, mask) };
}

/** Drops boxes drawn around digits, and what runs along the edge of the picture: the table, another sheet, a thumb. */
function dropFrames(
  labelled: Labelled,
  { width, height }: { width: number; height: number },
): readonly Component[] {
  const { components } = labelled;
  const edgesTouched = ({ left, top, right, bottom }: Edges) =>
    +(left <= 1) + +(top <= 1) + +(right >= width - 1) + +(bottom >= height - 1);
  const touchesEdge = (piece: Edges) => edgesTouched(piece) > 0;
  const inner = components
    .filter((piece) => !touchesEdge(piece) && sizeOf(piece) >= smallestDigit)
    .sort((a, b) => a.left - b.left);
  return components.filter((piece) => {
    if (
      touchesEdge(piece) &&
      inner.length > 0 &&
      (widthOf(piece) > 0.5 * width || heightOf(piece) > 0.5 * height)
    )
      return false;
    return !holdsAnother(piece, inner) || !isFrame(labelled, piece);
  });
}

/** Whether another piece, not much smaller, lies within the box of one. `others` are in the order of their left edges. */
function holdsAnother(piece: Component, others: readonly Component[]): boolean {
  for (let i = firstFrom(others, piece.left); i < others.length && others[i]!.left < piece.right; i++) {
    const other = others[i]!;
    const lies = other.right <= piece.right && other.top >= piece.top && other.bottom <= piece.bottom;
    if (lies && other !== piece && sizeOf(other) >= 0.1 * sizeOf(piece)) return true;
  }
  return false;
}

/** The index of the first piece that begins at a column or right of it. */
function firstFrom(pieces: readonly Edges[], left: number): number {
  let [from, to] = [0, pieces.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (pieces[middle]!.left < left) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Whether a piece's ink lies along the edges of its box. */
function isFrame({ labels, width }: Labelled, piece: Component): boolean {
  const band = 2 * strokeOf([piece]) + 0.04 * sizeOf(piece);
  let along = 0;
  for (let y = piece.top; y < piece.bottom; y++)
    for (let x = piece.left; x < piece.right; x++) {
      if (labels[y * width + x] !== piece.label) continue;
      const depth = Math.min(x - piece.left, piece.right - 1 - x, y - piece.top, piece.bottom - 1 - y);
      if (depth < band) along++;
    }
  return along >= 0.85 * piece.area;
}
