/** What a mark can be, in the order of the detector's heat maps: ten digits and five separators. */
export const markClasses = '0123456789.,-/:';

/** A digit or a separator on a page. */
export interface Mark {
  /** Index into `markClasses`. */
  readonly kind: number;
  /** The centre of its box, pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A size in pixels. */
export interface PageSize {
  readonly width: number;
  readonly height: number;
}
