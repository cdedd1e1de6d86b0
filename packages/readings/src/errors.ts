import { CodedError } from '@inkwire/base';

/** The error codes of readings and their engines. */
export type ReadingsErrorCode =
  | 'READINGS_CURSOR_INVALID'
  | 'READINGS_DAMAGED'
  | 'READINGS_DRIVER_MISSING'
  | 'READINGS_EXPORT_DAMAGED'
  | 'READINGS_EXPORT_FOREIGN'
  | 'READINGS_FAILED'
  | 'READINGS_FOREIGN'
  | 'READINGS_FULL'
  | 'READINGS_MISSING'
  | 'READINGS_OVERLOADED'
  | 'READINGS_REFUSED'
  | 'READINGS_TOO_LARGE'
  | 'READINGS_UNREACHABLE'
  | 'READINGS_UNWRITABLE';

/** Every error that `@inkwire/readings` raises for something other than a programmer's mistake. */
export class ReadingsError extends CodedError<ReadingsErrorCode> {}
