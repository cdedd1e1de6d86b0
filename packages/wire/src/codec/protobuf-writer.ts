import type { FrameWriter } from '../frames/frame-writer.ts';

/*
 * Protobuf's wire format, written into the frame that a FrameWriter has under way. A message within a message is written
 * after one byte that is left for its length, and moved up when the length takes more.
 */

export const varintType = 0;
export const doubleType = 1;
const lengthType = 2;
const shortText = 64;
const shortBytes = 64;
const utf8 = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(8));

/** The bytes of a varint. */
export const varintBytes = (value: number) =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

/** A tag, a length or an unsigned integer up to 2⁵³ − 1. */
export function writeVarint(writer: FrameWriter, value: number): void {
  writer.need(8);
  const { bytes } = writer;
  let { at } = writer;
  let rest = value;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
  }
  bytes[at++] = rest;
  writer.at = at;
}

/** A signed 64-bit integer; one below 0 takes ten bytes. */
export function writeInt64(writer: FrameWriter, value: bigint): void {
  if (value >= 0n && value <= 0x7fffffffn) {
    writeVarint(writer, Number(value));
    return;
  }
  writer.need(10);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    writer.bytes[writer.at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  writer.bytes[writer.at++] = Number(rest);
}

export function writeDouble(writer: FrameWriter, value: number): void {
  writer.need(8);
  scratch.setFloat64(0, value, true);
  for (let i = 0; i < 8; i++) writer.bytes[writer.at + i] = scratch.getUint8(i);
  writer.at += 8;
}

/** Text as UTF-8 after its length. Half a surrogate pair becomes U+FFFD. */
export function writeText(writer: FrameWriter, text: string): void {
  if (text.length > shortText || !writeShortText(writer, text)) writeLongText(writer, text);
}

/** Returns false and writes nothing when the text is not ASCII. */
function writeShortText(writer: FrameWriter, text: string): boolean {
  const { length } = text;
  writer.need(1 + length);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    bytes[at++] = unit;
  }
  writer.at = at;
  return true;
}

function writeLongText(writer: FrameWriter, text: string): void {
  writer.need(5 + 3 * text.length);
  const { bytes, at } = writer;
  const guess = varintBytes(text.length);
  const { written } = utf8.encodeInto(text, bytes.subarray(at + guess));
  const taken = varintBytes(written);
  if (taken !== guess) bytes.copyWithin(at + taken, at + guess, at + guess + written);
  writeVarint(writer, written);
  writer.at += written;
}

/** Bytes after their length. */
export function writeBinary(writer: FrameWriter, value: Uint8Array): void {
  const { length } = value;
  if (length > shortBytes) {
    writeVarint(writer, length);
    writer.need(length);
    writer.bytes.set(value, writer.at);
    writer.at += length;
    return;
  }
  writer.need(1 + length);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = length;
  for (let i = 0; i < length; i++) bytes[at++] = value[i]!;
  writer.at = at;
}

/** Begins a message within the message. Pass the result to `endMessage`. */
export function beginMessage(writer: FrameWriter): number {
  writer.need(1);
  writer.at++;
  return writer.payloadBytes;
}

/** Ends the message that `beginMessage` began: puts its length before it. */
export function endMessage(writer: FrameWriter, begun: number): void {
  const length = writer.payloadBytes - begun;
  if (length > 0x7f) moveUp(writer, length);
  else writer.bytes[writer.at - length - 1] = length;
}

function moveUp(writer: FrameWriter, length: number): void {
  const more = varintBytes(length) - 1;
  writer.need(more);
  const start = writer.at - length;
  writer.bytes.copyWithin(start + more, start, writer.at);
  writer.at = start - 1;
  writeVarint(writer, length);
  writer.at += length;
}

// Whole fields: tag and content.

/** A field's number and wire type as they are written. */
export const tagOf = (field: number, wireType = lengthType) => (field << 3) | wireType;

/** A text of a oneof or a list, which is written also when it is empty. */
export function writeMemberText(writer: FrameWriter, field: number, text: string): void {
  writeVarint(writer, tagOf(field));
  writeText(writer, text);
}

/** A text, unless it is empty. */
export function writeTextField(writer: FrameWriter, field: number, text: string): void {
  if (text !== '') writeMemberText(writer, field, text);
}

/** A number, unless it is 0. */
export function writeVarintField(writer: FrameWriter, field: number, value: number): void {
  if (value === 0) return;
  writeVarint(writer, tagOf(field, varintType));
  writeVarint(writer, value);
}

/** A float, unless it is 0. */
export function writeDoubleField(writer: FrameWriter, field: number, value: number): void {
  // −0 is not the default.
  if (Object.is(value, 0)) return;
  writeVarint(writer, tagOf(field, doubleType));
  writeDouble(writer, value);
}
