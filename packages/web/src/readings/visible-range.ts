/** Rows [first, last) of a long list. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** Rows drawn above and below what is seen, so that Tab and a quick wheel always find one. */
const spareRows = 8;

/** The rows to draw when the list's upper edge is `top` pixels below the window's, which may be negative. */
export function visibleRange(count: number, rowHeight: number, top: number, windowHeight: number): RowRange {
  const first = Math.floor(-top / rowHeight) - spareRows;
  const last = Math.ceil((windowHeight - top) / rowHeight) + spareRows;
  return { first: Math.min(count, Math.max(0, first)), last: Math.min(count, Math.max(0, last)) };
}
