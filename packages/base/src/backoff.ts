import { expectNumber } from './expect.ts';

/** The spread of retries over time. */
export interface BackoffOptions {
  /** The longest first wait, in milliseconds. Default 100. */
  readonly initialMs?: number;
  /** No wait is longer. Default 30 000. */
  readonly maxMs?: number;
  /** Growth from one attempt to the next. Default 2. */
  readonly factor?: number;
  /** Uniform in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/**
 * Returns the wait in milliseconds before attempt 0, 1, 2, …: exponential with full jitter, so that clients that
 * failed together do not come back together (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function createBackoff(options: BackoffOptions = {}): (attempt: number) => number {
  const initialMs = expectNumber('initialMs', options.initialMs ?? 100, { min: 0 });
  const maxMs = expectNumber('maxMs', options.maxMs ?? 30_000, { min: initialMs });
  const factor = expectNumber('factor', options.factor ?? 2, { min: 1 });
  const random = options.random ?? Math.random;
  return (attempt) => random() * Math.min(maxMs, initialMs * factor ** attempt);
}
