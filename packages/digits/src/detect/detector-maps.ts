import type { Edges } from '../prepare/boxes.ts';

/** The kinds of mark that the detector tells apart, in the order of its heat maps: ten digits and five separators. */
export const markKinds = '0123456789.,-/:';
/** The kinds below this are digits. */
export const digitKinds = 10;
/** Pixels of the detector's input in one cell of its maps, each way. */
export const cellSide = 4;
/** The unit of the logarithms in `box`, in pixels of the input: a middling digit. */
export const boxUnit = { width: 16, height: 32 } as const;

/** The detector's output for one input, cell by cell. Maps are row-major, channel by channel. */
export interface DetectorMaps {
  /** Size in cells. */
  readonly columns: number;
  readonly rows: number;
  /** [15, rows, columns] logits: a mark of that kind has its centre here. */
  readonly heat: Float32Array;
  /** [4, rows, columns]: centre x, y from the cell's left and top edge, in cells; log(width / 16), log(height / 32). */
  readonly box: Float32Array;
  /** [2, rows, columns] logits: ink of a mark, other writing. */
  readonly writing: Float32Array;
}

/** The place in the plane of the maps of a part of a level. */
export interface Placement {
  /** Pixels of the plane in one pixel of the input. */
  readonly scale: number;
  /** The input's left and top edge in pixels of the level. */
  readonly left: number;
  readonly top: number;
  /** Only cells in this area of the input (pixels) count: the rest is halo, seen better by a neighbour. Default: all. */
  readonly inner?: Edges;
}

/** The cells of an input's inner area. */
export function cellsWithin({ columns, rows }: DetectorMaps, { inner }: Placement): Edges {
  if (!inner) return { left: 0, top: 0, right: columns, bottom: rows };
  return {
    left: Math.max(0, Math.floor(inner.left / cellSide)),
    top: Math.max(0, Math.floor(inner.top / cellSide)),
    right: Math.min(columns, Math.ceil(inner.right / cellSide)),
    bottom: Math.min(rows, Math.ceil(inner.bottom / cellSide)),
  };
}

/** The logistic function: a logit as a share 0…1. */
export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
/** The logit of a share between 0 and 1. */
export const logitOf = (share: number): number => Math.log(share / (1 - share));
