/** Edges of a box in pixels; `right` and `bottom` are one past the last. */
export interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A piece of ink, as measured. */
export interface Piece extends Edges {
  /** Pixels of ink. */
  readonly area: number;
  /** Length of the outline, holes included, in pixels. */
  readonly outline: number;
}

export const widthOf = (box: Edges): number => box.right - box.left;
export const heightOf = (box: Edges): number => box.bottom - box.top;
export const sizeOf = (box: Edges): number => Math.max(widthOf(box), heightOf(box));

/** The overlap of two boxes across and down; negative is the gap between them. */
export function overlapOf(a: Edges, b: Edges): { across: number; down: number } {
  return {
    across: Math.min(a.right, b.right) - Math.max(a.left, b.left),
    down: Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
  };
}

/** The smallest box around several. */
export function around(boxes: readonly Edges[]): Edges {
  const edges = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { left, top, right, bottom } of boxes) {
    edges.left = Math.min(edges.left, left);
    edges.top = Math.min(edges.top, top);
    edges.right = Math.max(edges.right, right);
    edges.bottom = Math.max(edges.bottom, bottom);
  }
  return edges;
}

/** The width of the strokes that pieces of ink are drawn with: their area over half their outline. */
export function strokeOf(pieces: readonly Piece[]): number {
  let area = 0;
  let outline = 0;
  for (const piece of pieces) {
    area += piece.area;
    outline += piece.outline;
  }
  return outline === 0 ? 0 : (2 * area) / outline;
}

/** The height of writing: the median of the sizes of its pieces, each weighted by its square. */
export function writingHeight(pieces: readonly Edges[]): number {
  const sizes = Float64Array.from(pieces, sizeOf).sort();
  const half = sizes.reduce((sum, size) => sum + size * size, 0) / 2;
  let seen = 0;
  for (const size of sizes) if ((seen += size * size) >= half) return size;
  return 0;
}
