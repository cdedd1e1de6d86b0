/** Pen strokes in any unit, y downwards; a point may carry pressure 0…1 as its third number. */
export type Stroke = readonly (readonly [x: number, y: number, pressure?: number])[];

/** One digit, ready for a model. */
export interface PreparedDigit {
  /** x, y, width, height in pixels of the upright picture. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** [28 × 28] row-major, 0 = paper, 255 = ink; longer side 20, aspect kept, centred by mass. */
  readonly pixels: Uint8Array;
}

/** The digits found in a picture. Without digits `lines` is empty; a page full of ink is an error. */
export interface PreparedPicture {
  /** Width and height of the upright picture, to which the boxes refer. */
  readonly width: number;
  readonly height: number;
  /** Lines from top to bottom, words of a line from left to right, digits of a word. */
  readonly lines: readonly (readonly (readonly PreparedDigit[])[])[];
  /**
   * 0…1: how much the ink resembles something other than a few handwritten digits: a page of text, a face, a scribble.
   * From 0.5 on that is more likely.
   */
  readonly clutter: number;
}

/** Limits, checked before memory is taken for a picture. */
export interface PrepareOptions {
  /** Longest file, in bytes. Default 10 MB (10 × 2²⁰). */
  readonly maxBytes?: number;
  /** Most pixels that a file may decode to, by its own header. Default 50 million, a 50-megapixel camera. */
  readonly maxPixels?: number;
  /** Aborts between the steps. */
  readonly signal?: AbortSignal;
}
