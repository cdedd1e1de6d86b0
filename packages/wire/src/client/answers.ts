import type { Reply, Value } from '../codec/messages.ts';
import { fromValue, type PlainValue } from '../codec/values.ts';
import { WireError } from '../errors.ts';
import type { Reading } from '../hub/reading.ts';
import { WireStatusError } from './status-error.ts';

/** The reply, if its status is 200. Otherwise throws `WIRE_STATUS`. */
function accepted(reply: Reply): Reply {
  if (reply.status !== 200) throw new WireStatusError(reply, 'The hub did not do it');
  return reply;
}

const incomplete = (what: string) => new WireError('WIRE_MESSAGE_INVALID', `The hub's answer has no ${what}`);

/** A value that is the caller's own: bytes are copied out of what was received, which they would keep in memory whole. */
export function plain(value: Value): PlainValue {
  const found = fromValue(value);
  return found instanceof Uint8Array ? new Uint8Array(found) : found;
}

export function nothing(reply: Reply): void {
  accepted(reply);
}

export function oneOf(reply: Reply): PlainValue {
  const [value] = accepted(reply).values;
  if (value === undefined) throw incomplete('value');
  return plain(value);
}

/** The same; undefined where the hub found nothing. */
export function oneIfFound(reply: Reply): PlainValue | undefined {
  return reply.status === 404 ? undefined : oneOf(reply);
}

export function allOf(reply: Reply): PlainValue[] {
  return accepted(reply).values.map(plain);
}

export function truthOf(reply: Reply): boolean {
  return oneOf(reply) === true;
}

export function truthsOf(reply: Reply): boolean[] {
  return allOf(reply).map((value) => value === true);
}

export function mapOf(reply: Reply): Map<string, PlainValue> {
  const map = new Map<string, PlainValue>();
  for (const { key, value } of accepted(reply).pairs) map.set(key, value === undefined ? null : plain(value));
  return map;
}

export function readingOf(reply: Reply): Reading {
  const { reading } = accepted(reply);
  if (reading === undefined) throw incomplete('reading');
  try {
    return JSON.parse(reading) as Reading;
  } catch (cause) {
    throw new WireError('WIRE_MESSAGE_INVALID', "The hub's reading is not JSON", { cause });
  }
}

export function leaseOf(reply: Reply): Uint8Array {
  const { lease } = accepted(reply);
  if (lease === undefined) throw incomplete('lease');
  return new Uint8Array(lease);
}
