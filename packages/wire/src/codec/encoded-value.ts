import { isText } from '#text';
import { FrameWriter } from '../frames/frame-writer.ts';
import type { Value } from './messages.ts';
import { encodeValue } from './value-codec.ts';

/*
 * A `Value` in its encoded form, made, and looked at without decoding it.
 *
 *     0a string · 12 binary · 18 integer · 21 float · 28 bool; nothing: `Value{}`
 */

/**
 * The protobuf message `Value` as it stands on the wire, so that an answer is a copy and no encoding; no bytes at all are
 * `Value{}`. Do not change one after you passed it on or received it.
 */
export type EncodedValue = Uint8Array;

/** A key and its value as it stands on the wire. */
export interface EncodedPair {
  readonly key: string;
  readonly value: EncodedValue;
}

const scratch = new FrameWriter();
const nothing: EncodedValue = new Uint8Array(0);

/** The bytes of a value's message, none for none. */
export function encodedValue(value: Value | undefined): EncodedValue {
  if (value === undefined || value.kind === 'none') return nothing;
  scratch.begin();
  encodeValue(value, scratch);
  const bytes = scratch.payload.slice();
  scratch.abandon();
  return bytes;
}

/**
 * Whether `bytes[start … end)` is exactly one member of `Value` in its plain form, as every encoder writes it. Anything
 * else (unknown fields, a member set twice, a long varint) may still be valid: the codec decides.
 */
export function isPlainValue(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  switch (bytes[start]) {
    case 0x0a: {
      const from = textStart(bytes, start + 1, end);
      return from !== -1 && isText(bytes, from, end);
    }
    case 0x12:
      return textStart(bytes, start + 1, end) !== -1;
    case 0x18:
      return isVarint(bytes, start + 1, end);
    case 0x21:
      return end - start === 9;
    case 0x28:
      return end - start === 2 && bytes[start + 1]! < 2;
    default:
      return false;
  }
}

/** The beginning of what the length at `at` announces, when that reaches exactly to `end`; else −1. */
function textStart(bytes: Uint8Array, at: number, end: number): number {
  let length = 0;
  for (let shift = 0; shift < 28 && at < end; shift += 7) {
    const byte = bytes[at++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return at + length === end ? at : -1;
  }
  return -1;
}

/**
 * At most nine bytes, so that no bit is lost, the last of them not empty. Negative integers take ten: left to the codec.
 */
function isVarint(bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end || end - at > 9 || bytes[end - 1]! > 0x7f || (end - at > 1 && bytes[end - 1] === 0))
    return false;
  while (at < end - 1) if (bytes[at++]! < 0x80) return false;
  return true;
}
