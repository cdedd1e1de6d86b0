/** The kinds of mark that the detector tells apart, in the order of its heat maps: ten digits and five separators. */
export const markKinds = '0123456789.,-/:';
/** The kinds below this are digits. */
export const digitKinds = 10;
/** Pixels of the detector's input in one cell of its maps, each way. */
export const cellSide = 4;
/** The unit of the logarithms in `box`, in pixels of the input: a middling digit. */
export const boxUnit = { width: 16, height: 32 } as const;

/** What the detector says about one input, cell by cell. Maps are row-major, channel by channel. */
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

/** The logistic function: a logit as a share 0…1. */
export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
/** The logit of a share between 0 and 1. */
export const logitOf = (share: number): number => Math.log(share / (1 - share));
