import type { FrameWriter } from '../frames/frame-writer.ts';
import type { EncodedPair, EncodedValue } from './encoded-value.ts';
import {
  beginMessage,
  endMessage,
  tagOf,
  varintBytes,
  varintType,
  writeBinary,
  writeMemberText,
  writeTextField,
  writeVarint,
  writeVarintField,
} from './protobuf-writer.ts';

/*
 * Replies written straight from encoded values, for a server that keeps them so: the bytes of `encodeReply` without its
 * objects. Between `begin…` and the end of the frame nothing else may write.
 *
 *     08 status varint · 12 len message · 1a len value … · 22 len (0a len key  12 len value) …
 */

const noBytes = new Uint8Array(0);
const valuesTag = tagOf(3);
const pairsTag = tagOf(4);

/** Begins a frame and writes status and message. */
export function beginReply(writer: FrameWriter, status: number, message: string): void {
  writer.begin();
  writeVarintField(writer, 1, status);
  writeTextField(writer, 2, message);
}

/** Begins a frame and writes status 200: `08 c8 01`, `okReplyBytes` long. */
export function beginOkReply(writer: FrameWriter): void {
  writer.begin();
  writer.need(okReplyBytes);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = 0x08;
  bytes[at++] = 0xc8;
  bytes[at++] = 0x01;
  writer.at = at;
}

/** Writes one of `values`; undefined is `Value{}`. */
export function addEncodedValue(writer: FrameWriter, value: EncodedValue | undefined): void {
  writer.need(1);
  writer.bytes[writer.at++] = valuesTag;
  writeBinary(writer, value ?? noBytes);
}

/** Writes `values` out of what `publish` carries in `bytes[start … end)`: the same, but each with the tag 12 in front. */
export function addPublishedValues(writer: FrameWriter, bytes: Uint8Array, start: number, end: number): void {
  writer.need(end - start);
  const at = writer.at;
  writer.bytes.set(bytes.subarray(start, end), at);
  for (let from = 0; from < end - start; ) {
    writer.bytes[at + from++] = valuesTag;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = writer.bytes[at + from++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    from += length;
  }
  writer.at = at + end - start;
}

/** Writes one of `values`: a bool, `1a 02 28 00` or `1a 02 28 01`. */
export function addBool(writer: FrameWriter, value: boolean): void {
  writer.need(4);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = valuesTag;
  bytes[at++] = 2;
  bytes[at++] = tagOf(5, varintType);
  bytes[at++] = value ? 1 : 0;
  writer.at = at;
}

/** Writes one of `values`: an integer from 0 to 2⁵³ − 1. */
export function addInteger(writer: FrameWriter, value: number): void {
  writeVarint(writer, valuesTag);
  const begun = beginMessage(writer);
  writeVarint(writer, tagOf(3, varintType));
  writeVarint(writer, value);
  endMessage(writer, begun);
}

/** Writes one of `pairs`. */
export function addEncodedPair(writer: FrameWriter, { key, value }: EncodedPair): void {
  writeVarint(writer, pairsTag);
  const begun = beginMessage(writer);
  // A key or a value is written also where it is empty.
  writeMemberText(writer, 1, key);
  writeVarint(writer, tagOf(2));
  writeBinary(writer, value);
  endMessage(writer, begun);
}

// The lengths of replies on the wire, before compression.

/** The number of bytes before the values and pairs in a reply of status 200. */
export const okReplyBytes = 3;

const fieldBytes = (length: number): number => 1 + varintBytes(length) + length;

/** The number of bytes of a reply that an encoded value of that length takes. */
export const valueReplyBytes = fieldBytes;

/** The number of bytes of a reply that a pair takes, from those of its key in UTF-8 and of its encoded value. */
export function pairReplyBytes(keyBytes: number, valueBytes: number): number {
  return fieldBytes(fieldBytes(keyBytes) + fieldBytes(valueBytes));
}
