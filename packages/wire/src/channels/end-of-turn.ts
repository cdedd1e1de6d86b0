/**
 * Calls back when the event loop has handled all input of this turn, so that what it causes is written together. Browsers
 * have no such moment; there it is the end of the current task.
 */
export const endOfTurn: (callback: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : queueMicrotask;
