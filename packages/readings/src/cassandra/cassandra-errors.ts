import { CodedError, messageOf, systemCode } from '@inkwire/base';
import { ReadingsError, type ReadingsErrorCode } from '../errors.ts';

/** What a failure means, in words that end in the server's. */
type Explanation = readonly [code: ReadingsErrorCode, message: string];

const retryable: ReadonlySet<ReadingsErrorCode> = new Set(['READINGS_OVERLOADED', 'READINGS_UNREACHABLE']);

const overloaded: Explanation = ['READINGS_OVERLOADED', 'Cassandra has too much to do for readings now'];
const refused: Explanation = ['READINGS_REFUSED', 'Cassandra refuses the connection for readings'];
const unreachable: Explanation = ['READINGS_UNREACHABLE', 'The Cassandra of the readings does not answer'];
const lacking: Explanation = ['READINGS_UNREACHABLE', 'Too few nodes of Cassandra are up for readings'];
const unwritable: Explanation = ['READINGS_UNWRITABLE', 'The readings in Cassandra cannot be written to'];
const foreign: Explanation = ['READINGS_FOREIGN', 'The tables in Cassandra are not those of this version'];
const tooLarge: Explanation = ['READINGS_TOO_LARGE', 'The reading is larger than Cassandra accepts'];
const failed: Explanation = ['READINGS_FAILED', 'Cassandra failed'];

/** Codes of the server (native protocol, section 9). */
const codes: Readonly<Record<number, Explanation>> = {
  256: refused,
  4096: lacking,
  4097: overloaded,
  4098: unreachable,
  4352: overloaded,
  4608: overloaded,
  8448: unwritable,
};

/** The codes of Node where TLS was not accepted; trying again is of no use. */
const tlsRefused = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** Of several nodes' answers, the one that tells the most: what does not pass by itself, then what does. */
const telling: readonly ReadingsErrorCode[] = [
  'READINGS_REFUSED',
  'READINGS_UNWRITABLE',
  'READINGS_FOREIGN',
  'READINGS_TOO_LARGE',
  'READINGS_FAILED',
  'READINGS_OVERLOADED',
  'READINGS_UNREACHABLE',
];

/**
 * The one place where failures of the server and of the driver become errors of readings. Coded errors and a programmer's
 * mistakes stay what they are.
 */
export function cassandraError(error: unknown): Error {
  if (error instanceof CodedError || error instanceof TypeError || error instanceof RangeError) return error;
  const told = mostTelling(error);
  const [code, message] = explanationOf(told);
  return new ReadingsError(code, `${message}: ${messageOf(told)}`, {
    cause: error,
    retryable: retryable.has(code),
  });
}

/** Whether a write may have been done, or be done later, although it failed. */
export function isInDoubt(error: unknown): boolean {
  // Only a deadline of ours has no cause.
  if (error instanceof ReadingsError) return error.cause === undefined || isInDoubt(error.cause);
  const inner = innerErrors(error);
  if (inner.length > 0) return inner.some(isInDoubt);
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  if (name === 'ResponseError')
    return ![0x1000, 0x1001, 0x1002, 0x2000, 0x2100, 0x2200, 0x2300].includes(Number(code));
  return name !== 'BusyConnectionError' && name !== 'NoHostAvailableError' && code !== 'ECONNREFUSED';
}

/** Whether nodes with copies failed to read or write, as those do that do not have a table yet. */
export function isFailureOfReplicas(error: unknown): boolean {
  const inner = innerErrors(error);
  if (inner.length > 0) return inner.some(isFailureOfReplicas);
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  return name === 'ResponseError' && (code === 0x1300 || code === 0x1500);
}

/** The error of a deadline in which no answer came. */
export function silenceError(timeoutMs: number): ReadingsError {
  const message = `${unreachable[1]}: nothing came within ${timeoutMs} ms`;
  return new ReadingsError(unreachable[0], message, { retryable: true });
}

/** The error of a call that found too many others before it. */
export function overloadError(why: string): ReadingsError {
  return new ReadingsError(overloaded[0], `${overloaded[1]}: ${why}`, { retryable: true });
}

/** What an error for all nodes has of each. */
function innerErrors(error: unknown): unknown[] {
  if (error instanceof AggregateError) return error.errors;
  const inner = (error as { readonly innerErrors?: Readonly<Record<string, unknown>> } | null)?.innerErrors;
  return Object.values(inner ?? {}).filter((one) => one instanceof Error);
}

function mostTelling(error: unknown): unknown {
  const rank = (one: unknown) => telling.indexOf(explanationOf(one)[0]);
  const [first] = innerErrors(error)
    .map(mostTelling)
    .sort((a, b) => rank(a) - rank(b));
  return first ?? error;
}

function explanationOf(error: unknown): Explanation {
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  const message = messageOf(error);
  if (name === 'AuthenticationError') return refused;
  if (name === 'BusyConnectionError') return overloaded;
  if (name === 'ResponseError') return codes[Number(code)] ?? invalid(message);
  if (name === 'ArgumentError' || name === 'DriverInternalError') return failed;
  return tlsRefused.test(systemCode(error) ?? '') ? refused : unreachable;
}

/** One code of the server has many reasons; its words tell them apart. */
function invalid(message: string): Explanation {
  if (/^Request is too big|Mutation of .* is too large|Batch too large/.test(message)) return tooLarge;
  if (/does not exist|unconfigured table|Undefined column|Unknown identifier/.test(message)) return foreign;
  return failed;
}
