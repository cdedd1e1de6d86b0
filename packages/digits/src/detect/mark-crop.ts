/** Cuts a found mark out of its plane in MNIST's form, for a network that reads single digits. */
import type { Edges } from '../prepare/boxes.ts';
import { labelComponents } from '../prepare/components.ts';
import { cropDigit } from '../prepare/crop.ts';
import { type FoundMark, inkReach } from './marks.ts';
import type { Plane } from './plane.ts';

/** The surroundings of that, as a share of the height, tell the level of the paper. */
const surroundings = 0.25;
/** The share of pixels that are darker than the paper's level: most of a neighbourhood is paper, some of it ink. */
const paperShare = 0.7;
/** The share of the box's pixels that are as dark as full ink. */
const fullInkShare = 0.04;
/** Paper and ink differ by at least this, or grain would become ink. */
const leastContrast = 0.02;
/** From this share of full ink on a pixel is ink. */
const inkShare = 0.45;
/** A piece of ink belongs to the mark when at least this share of its pixels lies in the mark's box. */
const leastInside = 0.3;

/** The place of a mark: its centre and its size, in pixels of the plane. */
export type MarkBox = Pick<FoundMark, 'x' | 'y' | 'width' | 'height'>;

/**
 * One mark as [28 × 28], 0 = paper, 255 = ink: grey levels stretched to full ink, longer side 20, aspect kept, centred by
 * mass. Pieces that lie mostly outside the mark's box are omitted. Ink that touches it is cut off where it lies more than 15 %
 * outside the box, or in the box of one of `others`.
 */
export function cropMark(plane: Plane, mark: MarkBox, others: readonly MarkBox[] = []): Uint8Array {
  const box = edgesOf(mark);
  const own = clip(grow(box, Math.max(1, inkReach * mark.width), Math.max(1, inkReach * mark.height)), plane);
  const around = clip(grow(own, surroundings * mark.height, surroundings * mark.height), plane);
  const width = around.right - around.left;
  const height = around.bottom - around.top;
  if (width <= 0 || height <= 0) return new Uint8Array(784);
  const ink = { width, height, data: inkOf(plane, around, clip(box, plane)) };
  const mask = ink.data.map((level) => (level >= 255 * inkShare ? 1 : 0));
  const labelled = labelComponents({ width, height, data: mask });
  const isOwnPlace = placesOf(box, own, around, others.filter((other) => other !== mark).map(edgesOf));
  const isOwn = ownPieces(labelled.labels, labelled.lastLabel, width, (x, y) => contains(box, around, x, y));
  const bounds = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const label = labelled.labels[i]!;
      if (!isOwnPlace(x, y)) labelled.labels[i] = omitted;
      else if (label !== 0) {
        labelled.labels[i] = isOwn[label] ? kept : omitted;
        if (isOwn[label]) include(bounds, x, y);
      }
    }
  if (bounds.right === 0) return new Uint8Array(784);
  return cropDigit(ink, { box: bounds, labels: labelled.labels, label: kept });
}

/** Labels of the two kinds of ink that are left. */
const kept = 1;
const omitted = 2;

function include(bounds: { left: number; top: number; right: number; bottom: number }, x: number, y: number) {
  bounds.left = Math.min(bounds.left, x);
  bounds.top = Math.min(bounds.top, y);
  bounds.right = Math.max(bounds.right, x + 1);
  bounds.bottom = Math.max(bounds.bottom, y + 1);
}

/** The edges of a mark's box. */
export const edgesOf = ({ x, y, width, height }: MarkBox): Edges => ({
  left: x - width / 2,
  top: y - height / 2,
  right: x + width / 2,
  bottom: y + height / 2,
});

const grow = ({ left, top, right, bottom }: Edges, across: number, down: number): Edges => ({
  left: left - across,
  top: top - down,
  right: right + across,
  bottom: bottom + down,
});

/** Whole pixels of the plane. */
const clip = ({ left, top, right, bottom }: Edges, plane: Plane): Edges => ({
  left: Math.max(0, Math.floor(left)),
  top: Math.max(0, Math.floor(top)),
  right: Math.min(plane.width, Math.ceil(right)),
  bottom: Math.min(plane.height, Math.ceil(bottom)),
});

const contains = (box: Edges, origin: Edges, x: number, y: number): boolean => {
  const [px, py] = [origin.left + x + 0.5, origin.top + y + 0.5];
  return px >= box.left && px < box.right && py >= box.top && py < box.bottom;
};

/** Whether ink at a pixel of the cut-out may be the mark's: near its box, and in no other's unless in its own too. */
function placesOf(box: Edges, own: Edges, around: Edges, others: readonly Edges[]) {
  const near = others.filter(
    (other) =>
      other.left < own.right && other.right > own.left && other.top < own.bottom && other.bottom > own.top,
  );
  return (x: number, y: number): boolean =>
    contains(own, around, x, y) &&
    (contains(box, around, x, y) || !near.some((other) => contains(other, around, x, y)));
}

/** For each label whether enough of its pixels lie in the box. */
function ownPieces(
  labels: Int32Array,
  lastLabel: number,
  width: number,
  isInside: (x: number, y: number) => boolean,
): boolean[] {
  const all = new Uint32Array(lastLabel + 1);
  const inside = new Uint32Array(lastLabel + 1);
  labels.forEach((label, i) => {
    if (label === 0) return;
    all[label]!++;
    if (isInside(i % width, Math.floor(i / width))) inside[label]!++;
  });
  return Array.from(all, (count, label) => label > 0 && inside[label]! >= leastInside * count);
}

/** A part of the plane as ink, 0…255, from the level of its paper to the darkest in the box. */
function inkOf(plane: Plane, { left, top, right, bottom }: Edges, box: Edges): Uint8Array {
  const paper = levelAt(plane, { left, top, right, bottom }, paperShare);
  const full = Math.min(levelAt(plane, box, fullInkShare), paper - leastContrast);
  const result = new Uint8ClampedArray((right - left) * (bottom - top));
  for (let y = top, i = 0; y < bottom; y++)
    for (let x = left; x < right; x++, i++)
      result[i] = (255 * (paper - plane.data[y * plane.width + x]!)) / (paper - full);
  return new Uint8Array(result.buffer);
}

/** The level that a share of an area's pixels do not exceed. */
function levelAt(plane: Plane, { left, top, right, bottom }: Edges, share: number): number {
  const levels = new Float32Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    levels.set(
      plane.data.subarray(y * plane.width + left, y * plane.width + right),
      (y - top) * (right - left),
    );
  return levels.sort()[Math.floor(share * (levels.length - 1))] ?? 1;
}
