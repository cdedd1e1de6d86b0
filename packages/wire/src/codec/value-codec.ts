import type { FrameWriter } from '../frames/frame-writer.ts';
import type { Mutable, Pair, Value } from './messages.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import {
  beginMessage,
  doubleType,
  endMessage,
  tagOf,
  varintType,
  writeBinary,
  writeDouble,
  writeInt64,
  writeMemberText,
  writeTextField,
  writeVarint,
} from './protobuf-writer.ts';

/* `Value` and `Kvpair` ⇄ bytes, which commands and replies have in common. */

export const none: Value = Object.freeze({ kind: 'none' });

/** Decoding never gives way to anything else, so one reader is enough. */
const shared = new ProtobufReader();

/** The value that stands here after its length, merged into `previous`. */
export function readValue(reader: ProtobufReader, previous: Value): Value {
  const outer = reader.enter();
  const value = readValueFields(reader, previous);
  reader.leave(outer);
  return value;
}

function readValueFields(reader: ProtobufReader, previous: Value): Value {
  let value = previous;
  while (reader.more()) {
    const { field } = reader;
    if (field === 1) value = { kind: 'string', value: reader.text() };
    else if (field === 2) value = { kind: 'binary', value: reader.binary() };
    else if (field === 3) value = { kind: 'integer', value: reader.int64() };
    else if (field === 4) value = { kind: 'float', value: reader.double() };
    else if (field === 5) value = { kind: 'bool', value: reader.bool() };
    else reader.skip();
  }
  return value;
}

/** The value whose message is `bytes[start … end)`. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeValue(bytes: Uint8Array, start: number, end: number): Value {
  return readValueFields(shared.over(bytes, start, end), none);
}

/** The pair that stands here after its length, merged into `previous`. */
export function readPair(reader: ProtobufReader, previous: Pair | undefined): Pair {
  const pair: Mutable<Pair> = previous ?? { key: '', value: undefined };
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.field === 1) pair.key = reader.text();
    else if (reader.field === 2) pair.value = readValue(reader, pair.value ?? none);
    else reader.skip();
  }
  reader.leave(outer);
  return pair;
}

/** Writes a value's message, without tag and length. */
export function encodeValue(value: Value, writer: FrameWriter): void {
  switch (value.kind) {
    case 'none':
      break;
    case 'string':
      writeMemberText(writer, 1, value.value);
      break;
    case 'binary':
      writeVarint(writer, tagOf(2));
      writeBinary(writer, value.value);
      break;
    case 'integer':
      writeVarint(writer, tagOf(3, varintType));
      writeInt64(writer, value.value);
      break;
    case 'float':
      writeVarint(writer, tagOf(4, doubleType));
      writeDouble(writer, value.value);
      break;
    case 'bool':
      writeVarint(writer, tagOf(5, varintType));
      writeVarint(writer, value.value ? 1 : 0);
  }
}

/** Writes a field that holds a value: tag, length, message. */
export function writeValueField(writer: FrameWriter, field: number, value: Value): void {
  writeVarint(writer, tagOf(field));
  const begun = beginMessage(writer);
  encodeValue(value, writer);
  endMessage(writer, begun);
}

/** Writes a field that holds a pair: tag, length, message. */
export function writePairField(writer: FrameWriter, field: number, pair: Pair): void {
  writeVarint(writer, tagOf(field));
  const begun = beginMessage(writer);
  writeTextField(writer, 1, pair.key);
  if (pair.value !== undefined) writeValueField(writer, 2, pair.value);
  endMessage(writer, begun);
}
