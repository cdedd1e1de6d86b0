/** A digit or a separator on a page. */
export interface Mark {
  /** Index into `markKinds`. */
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
