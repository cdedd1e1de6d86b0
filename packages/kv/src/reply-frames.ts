/**
 * Replies written by hand into a frame writer, straight from what the tables hold. Between `begin` and whatever ends the
 * frame nothing else may write.
 *
 *     08 status varint · 12 len message · 1a len value … · 22 len (0a len key  12 len value) …
 */
import type { FrameWriter } from '@inkwire/wire';
import { lengthOfVarint } from './answer-size.ts';
import type { EncodedPair, EncodedValue } from './tables.ts';

const [valuesTag, pairsTag, keyTag, pairValueTag] = [0x1a, 0x22, 0x0a, 0x12];
const longestVarint = 5;
/** Below this a loop copies faster than a call. */
const loopBytes = 64;
const encoder = new TextEncoder();

/** Begins a frame and writes status 200: `08 c8 01`. */
export function beginOk(writer: FrameWriter): void {
  writer.begin();
  writer.need(3);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = 0x08;
  bytes[at++] = 0xc8;
  bytes[at++] = 0x01;
  writer.at = at;
}

/** Writes one of `values`; undefined is `Value{}`. */
export function addValue(writer: FrameWriter, value: EncodedValue | undefined): void {
  if (value === undefined) addBytes(writer, valuesTag, writer.bytes, 0, 0);
  else addBytes(writer, valuesTag, value, 0, value.length);
}

/** Writes `values` out of what `publish` carries: the same, but each with the tag 12 in front. */
export function addPublished(writer: FrameWriter, bytes: Uint8Array, start: number, end: number): void {
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

/** Writes one of `values`: a bool, `28 00` or `28 01`. */
export function addBool(writer: FrameWriter, value: boolean): void {
  writer.need(4);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = valuesTag;
  bytes[at++] = 2;
  bytes[at++] = 0x28;
  bytes[at++] = value ? 1 : 0;
  writer.at = at;
}

/** Writes one of `values`: an integer from 0 to 2³² − 1. */
export function addInteger(writer: FrameWriter, value: number): void {
  writer.need(2 + 1 + longestVarint);
  const { bytes } = writer;
  bytes[writer.at++] = valuesTag;
  const lengthAt = writer.at++;
  bytes[writer.at++] = 0x18;
  addVarint(writer, value);
  bytes[lengthAt] = writer.at - lengthAt - 1;
}

/** Writes one of `pairs`. */
export function addPair(writer: FrameWriter, { key, value }: EncodedPair): void {
  const keyBytes = encoder.encode(key);
  const length =
    2 + lengthOfVarint(keyBytes.length) + keyBytes.length + lengthOfVarint(value.length) + value.length;
  writer.need(1 + longestVarint);
  writer.bytes[writer.at++] = pairsTag;
  addVarint(writer, length);
  addBytes(writer, keyTag, keyBytes, 0, keyBytes.length);
  addBytes(writer, pairValueTag, value, 0, value.length);
}

/** Writes a whole reply but for the end of its frame: a status and its message. */
export function beginRefusal(writer: FrameWriter, status: number, message: string): void {
  writer.begin();
  writer.need(1 + longestVarint);
  writer.bytes[writer.at++] = 0x08;
  addVarint(writer, status);
  const text = encoder.encode(message);
  if (text.length > 0) addBytes(writer, 0x12, text, 0, text.length);
}

function addBytes(writer: FrameWriter, tag: number, from: Uint8Array, start: number, end: number): void {
  const length = end - start;
  writer.need(1 + longestVarint + length);
  const { bytes } = writer;
  bytes[writer.at++] = tag;
  addVarint(writer, length);
  let { at } = writer;
  if (length > loopBytes) {
    bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
    at += length;
  } else {
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
  }
  writer.at = at;
}

function addVarint(writer: FrameWriter, value: number): void {
  const { bytes } = writer;
  let { at } = writer;
  while (value > 0x7f) {
    bytes[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  bytes[at++] = value;
  writer.at = at;
}
