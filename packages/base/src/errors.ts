/** The options that every coded error takes. */
export interface CodedErrorOptions {
  /** The underlying error, kept for logs; never shown to a stranger. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later, unchanged. Default false. */
  readonly retryable?: boolean;
}

/**
 * The base of every error that Inkwire raises for something other than a programmer's mistake.
 * Callers match `code`, never `message`. Each package derives one class with its own union of codes.
 */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Codes raised by `base` itself. */
export type BaseErrorCode = 'BASE_TIMEOUT' | 'BASE_CLOSED';

/** Raised by deadlines (`BASE_TIMEOUT`, retryable) and by things used after they were closed (`BASE_CLOSED`). */
export class BaseError extends CodedError<BaseErrorCode> {}

/** The system's error code (`ENOENT`, `EADDRINUSE`) of a foreign error, or undefined when it has none. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A foreign error's message, or the value as text when something else was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
