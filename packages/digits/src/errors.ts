import { CodedError } from '@inkwire/base';

/** The error codes of reading, training and data sets. */
export type DigitsErrorCode =
  | 'DIGITS_CHECKPOINT_DAMAGED'
  | 'DIGITS_CHECKPOINT_MISMATCH'
  | 'DIGITS_CHECKPOINT_MISSING'
  | 'DIGITS_IDX_CHECKSUM'
  | 'DIGITS_IDX_INVALID'
  | 'DIGITS_IDX_MISSING'
  | 'DIGITS_MODEL_DAMAGED'
  | 'DIGITS_MODEL_MISSING'
  | 'DIGITS_NONE_FOUND'
  | 'DIGITS_OVERLOADED'
  | 'DIGITS_PAGES_FAILED'
  | 'DIGITS_PICTURE_DAMAGED'
  | 'DIGITS_PICTURE_EMPTY'
  | 'DIGITS_PICTURE_TOO_LARGE'
  | 'DIGITS_PICTURE_UNSUPPORTED'
  | 'DIGITS_RECIPE_UNKNOWN'
  | 'DIGITS_SET_INVALID'
  | 'DIGITS_SET_MISSING'
  | 'DIGITS_SET_TOO_LARGE'
  | 'DIGITS_STROKES_INVALID'
  | 'DIGITS_STROKES_TOO_MANY'
  | 'DIGITS_TRAINING_DIVERGED';

/** Every error that `@inkwire/digits` raises for something other than a programmer's mistake. */
export class DigitsError extends CodedError<DigitsErrorCode> {}
