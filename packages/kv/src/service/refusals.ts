/** The answers that stand in place of a result: status and message, as docs/protocol.md has them. */
import type { WireError } from '@inkwire/wire';
import { KvError, type KvErrorCode } from '../errors.ts';

/** A reply with a status other than 200, encoded once. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const refusal = (status: number, message: string): Refusal => ({ status, message });

const escapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\0', '\\0'],
]);

/** Names that are longer are none that tables keep by default: of them only so much is said back. */
const mostRepeated = 2048;
const shortened = (name: string): string =>
  name.length > mostRepeated ? `${name.slice(0, mostRepeated)}…` : name;

/** The text as Rust's `{:?}` writes it, because the messages are those of the protocol's first server. */
function quoted(text: string): string {
  const escaped = (c: string) =>
    escapes.get(c) ?? (/\p{Cc}/u.test(c) ? `\\u{${c.charCodeAt(0).toString(16)}}` : c);
  return `"${Array.from(text, escaped).join('')}"`;
}

const invalid = (what: string) => refusal(400, `Command is invalid: \`${what}\``);

/** Every refusal that the service answers with. */
export const refusals = {
  noData: invalid('Request has no data'),
  noPair: (table: string) => invalid(`Hset { table: ${quoted(shortened(table))}, pair: None }`),
  hasSubscribed: invalid('The stream has subscribed'),
  noMessage: invalid('The payload is not a CommandRequest'),
  invalidFrame: ({ code, message }: WireError) =>
    code === 'WIRE_HELD_TOO_LARGE' ? refusal(413, message) : invalid(message),
  noKey: (table: string, key: string) =>
    refusal(404, `Not found: table ${shortened(table)}, key ${shortened(key)}`),
  noTable: (table: string) => refusal(404, `Not found: table ${shortened(table)}`),
  noTopic: (topic: string) => refusal(404, `Not found: topic ${shortened(topic)}`),
  noSubscription: (id: number) => refusal(404, `Not found: subscription ${id}`),
  notServed: (kind: string) => refusal(404, `Not found: nobody here answers ${kind}`),
  reserved: (name: string) => refusal(403, `Forbidden: ${shortened(name)} is not to be written to`),
  replyTooLarge: (limit: number) => refusal(413, `The answer is longer than ${limit} bytes`),
  tooManySubscriptions: refusal(503, 'There are as many subscriptions as there may be'),
  frameTooSlow: refusal(408, 'The frame did not arrive in time'),
  failed: refusal(500, 'The command failed'),
} as const;

const statusOf: Record<KvErrorCode, number> = {
  KV_KEY_TOO_LONG: 400,
  KV_TTL_INVALID: 400,
  KV_VALUE_TOO_LARGE: 413,
  KV_TABLE_FULL: 507,
  KV_FULL: 507,
  KV_LINK_FULL: 503,
  KV_DAMAGED: 500,
  KV_FAILED: 500,
  KV_FOREIGN: 500,
  KV_UNWRITABLE: 500,
};

/** The answer to a failure. A failure that the caller did not cause is a 500 without details. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof KvError)) return refusals.failed;
  const status = statusOf[error.code];
  if (status === 500) return refusals.failed;
  // The disk's own message would name the directory.
  const message = error.code === 'KV_FULL' ? 'There is no room left' : error.message;
  return refusal(status, status === 400 ? `Command is invalid: \`${message}\`` : message);
}
