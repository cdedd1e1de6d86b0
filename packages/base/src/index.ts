export { Alarm } from './alarm.ts';
export { type BackoffOptions, createBackoff } from './backoff.ts';
export { type Clock, createManualClock, type ManualClock, systemClock, type Timer } from './clock.ts';
export { csvRecord } from './csv.ts';
export { sleep, type WaitOptions, within } from './deadline.ts';
export {
  BaseError,
  type BaseErrorCode,
  CodedError,
  type CodedErrorOptions,
  messageOf,
  systemCode,
} from './errors.ts';
export { type Bounds, expectInteger, expectNumber, expectOneOf } from './expect.ts';
export { Fifo } from './fifo.ts';
export { Heap, type Placed } from './heap.ts';
export { Lifetime, type LifetimeHooks } from './lifetime.ts';
export { type Closable, Owner } from './owner.ts';
export { createRandom, type Random } from './random.ts';
export { UnderWay } from './under-way.ts';
