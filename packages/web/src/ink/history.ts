/** A value with everything that it was before and, after undoing, what it was then. Immutable. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
}

export const beginHistory = <T>(present: T): History<T> => ({ past: [], present, future: [] });

export const change = <T>(history: History<T>, present: T): History<T> => ({
  past: [...history.past, history.present],
  present,
  future: [],
});

/** The same history when there is nothing to undo. */
export function undo<T>(history: History<T>): History<T> {
  if (history.past.length === 0) return history;
  return {
    past: history.past.slice(0, -1),
    present: history.past.at(-1)!,
    future: [history.present, ...history.future],
  };
}

/** The same history when there is nothing to redo. */
export function redo<T>(history: History<T>): History<T> {
  if (history.future.length === 0) return history;
  return {
    past: [...history.past, history.present],
    present: history.future[0]!,
    future: history.future.slice(1),
  };
}
