import { STATUS_CODES } from 'node:http';
import type { BaseErrorCode } from '@inkwire/base';
import { CodedError } from '@inkwire/base';
import type { DigitsErrorCode } from '@inkwire/digits';
import type { ReadingsErrorCode } from '@inkwire/readings';
import { HubError, type HubErrorCode } from './errors.ts';

/** RFC 9457 problem details, with the stable `code` that clients match. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
}

type Code = BaseErrorCode | DigitsErrorCode | ReadingsErrorCode | HubErrorCode;

/** Status, title, and whether the error's own message is for strangers: it never holds a path or a library's words. */
type Entry = readonly [status: number, title: string, tell?: 'tell'];

/**
 * The answer for every error code that can reach a client. A code that is not here is a failure of the server: the client
 * receives 500 `HUB_FAILED`, and the server's log has the cause.
 */
export const problemTable: Partial<Record<Code, Entry>> = {
  BASE_CLOSED: [503, 'The server is closing'],
  BASE_TIMEOUT: [503, 'Reading took too long'],

  DIGITS_NONE_FOUND: [422, 'No digit was found in the picture', 'tell'],
  DIGITS_OVERLOADED: [503, 'Too many pictures are waiting to be read'],
  DIGITS_PICTURE_DAMAGED: [400, 'The picture is damaged', 'tell'],
  DIGITS_PICTURE_EMPTY: [400, 'The picture has no bytes', 'tell'],
  DIGITS_PICTURE_TOO_LARGE: [413, 'The picture is too large', 'tell'],
  DIGITS_PICTURE_UNSUPPORTED: [415, 'This is not a picture that can be read', 'tell'],
  DIGITS_STROKES_INVALID: [400, 'The strokes cannot be drawn', 'tell'],
  DIGITS_STROKES_TOO_MANY: [413, 'There are too many strokes', 'tell'],

  READINGS_CURSOR_INVALID: [400, 'The cursor is not one that a list gave'],
  READINGS_FULL: [507, 'There is no room left to keep readings in'],
  READINGS_OVERLOADED: [503, 'The database of the readings is busy'],
  READINGS_TOO_LARGE: [413, 'The picture is too large to be kept'],
  READINGS_UNREACHABLE: [503, 'The database of the readings does not answer'],

  HUB_BUS_FULL: [503, 'The other hubs cannot be reached', 'tell'],
  HUB_FAILED: [500, 'The server failed'],
  HUB_FORM_WITHOUT_FILE: [400, 'The form has no file', 'tell'],
  HUB_HEADERS_TOO_LARGE: [431, 'The headers are too large', 'tell'],
  HUB_HOST_REFUSED: [403, 'The server is not known by this name', 'tell'],
  HUB_MEDIA_TYPE_UNSUPPORTED: [415, 'This content type is not understood', 'tell'],
  HUB_NAME_INVALID: [400, 'This cannot be a name', 'tell'],
  HUB_NOT_FOUND: [404, 'There is nothing here', 'tell'],
  HUB_ORIGIN_REFUSED: [403, 'Pages from elsewhere may not do this', 'tell'],
  HUB_OVERLOADED: [503, 'The server is busy', 'tell'],
  HUB_RATE_LIMITED: [429, 'Too many requests', 'tell'],
  HUB_REQUEST_MALFORMED: [400, 'The request is malformed', 'tell'],
  HUB_REQUEST_TIMEOUT: [408, 'The request took too long to arrive', 'tell'],
  HUB_REQUEST_TOO_LARGE: [413, 'The request is too large', 'tell'],
  HUB_ROLE_INSUFFICIENT: [403, 'The role of this token does not allow it', 'tell'],
  HUB_TOKEN_MISSING: [401, 'A token is needed', 'tell'],
  HUB_TOKEN_WRONG: [401, 'The token is wrong', 'tell'],
};

/** Seconds after which a request that got 429 or 503 may be tried again. */
export const retryAfterSeconds = 1;

/** The table's entry for an error. Undefined for a foreign error and for a failure of the server. */
function entryOf(error: unknown): readonly [CodedError, Entry] | undefined {
  if (!(error instanceof CodedError)) return undefined;
  const entry = problemTable[error.code as Code];
  return entry && [error, entry];
}

/** Turns any error into the problem that a client may see. */
export function problemOf(error: unknown): Problem {
  const known = entryOf(toHubError(error));
  if (known === undefined) return problem('HUB_FAILED', problemTable.HUB_FAILED!);
  const [{ code, message }, entry] = known;
  return problem(code, entry, entry[2] && message);
}

function problem(code: string, [status, title]: Entry, detail?: string): Problem {
  return {
    type: `urn:inkwire:problem:${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** fastify's and busboy's own codes, and what they are here. */
const foreignCodes: Readonly<Record<string, readonly [HubErrorCode, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['HUB_REQUEST_TOO_LARGE', 'The body is larger than this route takes'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['HUB_REQUEST_MALFORMED', 'The body is empty, JSON was expected'],
  FST_ERR_CTP_EMPTY_TYPE: ['HUB_MEDIA_TYPE_UNSUPPORTED', 'The request has a body, but no content type'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['HUB_REQUEST_MALFORMED', 'The body is not as long as announced'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['HUB_REQUEST_MALFORMED', 'The body is not JSON'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'HUB_MEDIA_TYPE_UNSUPPORTED',
    'This route does not take that content type',
  ],
  FST_FILES_LIMIT: ['HUB_REQUEST_TOO_LARGE', 'There are more files than one form may have'],
  FST_FIELDS_LIMIT: ['HUB_REQUEST_TOO_LARGE', 'There are more fields than one form may have'],
  FST_PARTS_LIMIT: ['HUB_REQUEST_TOO_LARGE', 'There are more parts than one form may have'],
  FST_PROTO_VIOLATION: ['HUB_REQUEST_MALFORMED', 'A field has a name that is not allowed'],
  FST_INVALID_JSON_FIELD_ERROR: ['HUB_REQUEST_MALFORMED', 'A field is not the JSON that it says it is'],
  FST_MP_PREMATURE_CLOSE: ['HUB_REQUEST_MALFORMED', 'The form ended in the middle'],
};

/** The one place where errors of the libraries become ours. Other errors are returned as they are. */
export function toHubError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CodedError) return error;
  const known = 'code' in error && typeof error.code === 'string' ? foreignCodes[error.code] : undefined;
  if (known) return new HubError(known[0], known[1], { cause: error });
  const status = 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500)
    return new HubError('HUB_REQUEST_MALFORMED', 'The request is malformed', { cause: error });
  return error;
}

/** Whether the server's operator should know of it. */
export function isServerFault({ status }: Problem): boolean {
  return status >= 500 && status !== 503;
}

/** The status line's words, for answers that are written by hand. */
export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? '';
}
