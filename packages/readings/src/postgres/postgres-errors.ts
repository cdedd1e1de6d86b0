import { CodedError, messageOf, systemCode } from '@inkwire/base';
import { PoolError } from '@inkwire/pool';
import { ReadingsError, type ReadingsErrorCode } from '../errors.ts';

/** What a failure means, in words that end in the server's. */
type Explanation = readonly [code: ReadingsErrorCode, message: string];

const retryable: ReadonlySet<ReadingsErrorCode> = new Set([
  'READINGS_FULL',
  'READINGS_OVERLOADED',
  'READINGS_UNREACHABLE',
]);

const full: Explanation = ['READINGS_FULL', 'The database has no room left to keep readings in'];
const overloaded: Explanation = ['READINGS_OVERLOADED', 'The database has too much to do for readings now'];
const refused: Explanation = ['READINGS_REFUSED', 'The database refuses the connection for readings'];
const unreachable: Explanation = ['READINGS_UNREACHABLE', 'The database of the readings does not answer'];
const unwritable: Explanation = ['READINGS_UNWRITABLE', 'The readings in the database cannot be written to'];
const foreign: Explanation = ['READINGS_FOREIGN', 'The tables in the database are not those of this version'];
const damaged: Explanation = ['READINGS_DAMAGED', 'The database reports that readings are damaged'];
const failed: Explanation = ['READINGS_FAILED', 'The database failed'];

/** SQLSTATEs, or the classes that are their first two characters (PostgreSQL, appendix A). */
const states: Readonly<Record<string, Explanation>> = {
  '08': unreachable,
  '25006': unwritable,
  '28': refused,
  '3D000': refused,
  '3F000': foreign,
  '40': overloaded,
  '42501': unwritable,
  '42703': foreign,
  '42P01': foreign,
  '53': overloaded,
  '53100': full,
  '55P03': overloaded,
  '57014': overloaded,
  '57': unreachable,
  '58': failed,
  XX001: damaged,
  XX002: damaged,
};

/** The codes of Node where TLS was not accepted; trying again is of no use. */
const tlsRefused = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;
const tlsUnsupported = 'The server does not support SSL connections';

/** Whether a statement may have been executed although it failed: the connection, not the server, ended it. */
export function isInDoubt(error: unknown): boolean {
  return !isFromServer(error) || /^(08|57P)/.test(systemCode(error)!);
}

/** Whether the server said it, in answer to a statement or as the end of a session. */
export function isFromServer(error: unknown): boolean {
  return (
    /^[0-9A-Z]{5}$/.test(systemCode(error) ?? '') && (error as { severity?: unknown }).severity !== undefined
  );
}

/**
 * The one place where failures of the server, of the driver and of the pool become errors of readings. Coded errors of others
 * (a closed pool, a driver that is not installed, a fenced client) and a programmer's mistakes stay what they are.
 */
export function postgresError(error: unknown): Error {
  if (error instanceof PoolError) return poolError(error);
  if (error instanceof CodedError || error instanceof TypeError || error instanceof RangeError) return error;
  return explained(explanationOf(error), error);
}

/** The error of a deadline in which no answer came. */
export function silenceError(timeoutMs: number): ReadingsError {
  const message = `${unreachable[1]}: nothing came within ${timeoutMs} ms`;
  return new ReadingsError(unreachable[0], message, { retryable: true });
}

function explained([code, message]: Explanation, cause: unknown): ReadingsError {
  const options = { cause, retryable: retryable.has(code) };
  return new ReadingsError(code, `${message}: ${messageOf(cause)}`, options);
}

function explanationOf(error: unknown): Explanation {
  const code = systemCode(error) ?? '';
  if (isFromServer(error)) return states[code] ?? states[code.slice(0, 2)] ?? failed;
  return tlsRefused.test(code) || messageOf(error) === tlsUnsupported ? refused : unreachable;
}

function poolError(error: PoolError): Error {
  const { code, cause } = error;
  if (code === 'POOL_QUEUE_FULL') return explained(overloaded, error);
  if (code === 'POOL_ACQUIRE_TIMEOUT' && cause === undefined) return explained(overloaded, error);
  if (code !== 'POOL_ACQUIRE_TIMEOUT' && code !== 'POOL_CONNECT_FAILED') return error;
  if (cause instanceof CodedError) return explained(unreachable, cause);
  return explained(explanationOf(cause), cause);
}
