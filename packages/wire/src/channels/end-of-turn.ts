/**
 * Calls back when the event loop has heard everyone that had something to say, so that what they cause is written
 * together. Browsers have no such moment; there it is the end of the current task.
 */
export const endOfTurn: (callback: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : queueMicrotask;
