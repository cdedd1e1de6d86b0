import type { FrameWriter } from './frame-writer.ts';
import type { Command, CommandKind, Pair, Reply, StrokePoint, Value } from './messages.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import {
  beginMessage,
  endMessage,
  writeBinary,
  writeDouble,
  writeInt64,
  writeText,
  writeVarint,
} from './protobuf-writer.ts';

/*
 * Commands and replies ⇄ bytes, by hand against proto/abi.proto: the same bytes as @bufbuild/protobuf, several times as
 * fast. proto3's rules: what is absent has its default; the last of a scalar wins; a message that comes twice is
 * merged; the last member of a oneof wins, and the same one again is merged; unknown fields are passed over.
 */

/** The numbers of `CommandRequest`'s fields, which are on the wire. */
export const commandFields: Readonly<Record<CommandKind, number>> = {
  hget: 1,
  hgetall: 2,
  hmget: 3,
  hset: 4,
  hmset: 5,
  hdel: 6,
  hmdel: 7,
  hexist: 8,
  hmexist: 9,
  subscribe: 10,
  unsubscribe: 11,
  publish: 12,
  read: 16,
  lease: 17,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** The command that a kind belongs to, while it is being read. */
type Draft<K extends CommandKind> = Mutable<
  Command extends infer C ? (C extends { kind: infer Kind } ? (K extends Kind ? C : never) : never) : never
>;

const varintType = 0;
const doubleType = 1;
const lengthType = 2;
const ttlField = 16;

export const none: Value = Object.freeze({ kind: 'none' });
const noValues: readonly Value[] = Object.freeze([]);
const noPairs: readonly Pair[] = Object.freeze([]);

/** Decoding never gives way to anything else, so one reader is enough. */
const shared = new ProtobufReader();

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The command in `bytes[start … end)`; undefined when there is none. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeCommand(bytes: Uint8Array, start: number, end: number): Command | undefined {
  const reader = shared.over(bytes, start, end);
  let command: Command | undefined;
  while (reader.at < end) {
    const tag = reader.tag();
    command = readCommand(reader, tag, command);
  }
  return command;
}

function readCommand(
  reader: ProtobufReader,
  tag: number,
  previous: Command | undefined,
): Command | undefined {
  switch (tag >>> 3) {
    case 1:
      return readTableKey(reader, 'hget', previous);
    case 2:
      return readTable(reader, previous);
    case 3:
      return readTableKeys(reader, 'hmget', previous);
    case 4:
      return readHset(reader, previous);
    case 5:
      return readHmset(reader, previous);
    case 6:
      return readTableKey(reader, 'hdel', previous);
    case 7:
      return readTableKeys(reader, 'hmdel', previous);
    case 8:
      return readTableKey(reader, 'hexist', previous);
    case 9:
      return readTableKeys(reader, 'hmexist', previous);
    case 10:
      return readSubscribe(reader, previous);
    case 11:
      return readUnsubscribe(reader, previous);
    case 12:
      return readPublish(reader, previous);
    case 16:
      return readPicture(reader, previous);
    case 17:
      return { kind: 'lease', bytes: reader.binary() };
    default:
      reader.skip(tag);
      return previous;
  }
}

function readTableKey(
  reader: ProtobufReader,
  kind: 'hget' | 'hdel' | 'hexist',
  previous: Command | undefined,
): Command {
  const command = (previous?.kind === kind ? previous : { kind, table: '', key: '' }) as Draft<'hget'>;
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.table = reader.text();
    else if (field === 2) command.key = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readTable(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'hgetall'> = previous?.kind === 'hgetall' ? previous : { kind: 'hgetall', table: '' };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) command.table = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readTableKeys(
  reader: ProtobufReader,
  kind: 'hmget' | 'hmdel' | 'hmexist',
  previous: Command | undefined,
): Command {
  const command = (previous?.kind === kind ? previous : { kind, table: '', keys: [] }) as Draft<'hmget'>;
  const keys = command.keys as string[];
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.table = reader.text();
    else if (field === 2) {
      reader.item();
      keys.push(reader.text());
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readHset(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'hset'> =
    previous?.kind === 'hset' ? previous : { kind: 'hset', table: '', pair: undefined, ttlMs: undefined };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.table = reader.text();
    else if (field === 2) command.pair = readPair(reader, command.pair);
    else if (field === ttlField) command.ttlMs = reader.uint64() || undefined;
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readHmset(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'hmset'> =
    previous?.kind === 'hmset' ? previous : { kind: 'hmset', table: '', pairs: [], ttlMs: undefined };
  const pairs = command.pairs as Pair[];
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.table = reader.text();
    else if (field === 2) {
      reader.item();
      pairs.push(readPair(reader, undefined));
    } else if (field === ttlField) command.ttlMs = reader.uint64() || undefined;
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readSubscribe(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'subscribe'> =
    previous?.kind === 'subscribe' ? previous : { kind: 'subscribe', topic: '' };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) command.topic = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readUnsubscribe(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'unsubscribe'> =
    previous?.kind === 'unsubscribe' ? previous : { kind: 'unsubscribe', topic: '', id: 0 };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.topic = reader.text();
    else if (field === 2) command.id = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readPublish(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'publish'> =
    previous?.kind === 'publish' ? previous : { kind: 'publish', topic: '', data: [] };
  const data = command.data as Value[];
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.topic = reader.text();
    else if (field === 2) {
      reader.item();
      data.push(readValue(reader, none));
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

function readPicture(reader: ProtobufReader, previous: Command | undefined): Command {
  const command: Draft<'read'> =
    previous?.kind === 'read'
      ? previous
      : { kind: 'read', picture: { image: new Uint8Array(0) }, keep: true };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) command.picture = { image: reader.binary() };
    else if (field === 2) command.picture = { strokes: readStrokes(reader, command.picture) };
    else if (field === 3) command.keep = !reader.bool();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return command;
}

type Picture = Draft<'read'>['picture'];

function readStrokes(reader: ProtobufReader, previous: Picture): readonly (readonly StrokePoint[])[] {
  const strokes = 'strokes' in previous ? (previous.strokes as (readonly StrokePoint[])[]) : [];
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) {
      reader.item();
      strokes.push(readStroke(reader));
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return strokes;
}

function readStroke(reader: ProtobufReader): readonly StrokePoint[] {
  const points: StrokePoint[] = [];
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) {
      reader.item();
      points.push(readPoint(reader));
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return points;
}

function readPoint(reader: ProtobufReader): StrokePoint {
  let x = 0;
  let y = 0;
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) x = reader.double();
    else if (field === 2) y = reader.double();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return [x, y];
}

function readPair(reader: ProtobufReader, previous: Pair | undefined): Pair {
  const pair: Mutable<Pair> = previous ?? { key: '', value: undefined };
  const outer = reader.enter();
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) pair.key = reader.text();
    else if (field === 2) pair.value = readValue(reader, pair.value ?? none);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return pair;
}

/** The value that stands here after its length, merged into `previous`. */
export function readValue(reader: ProtobufReader, previous: Value): Value {
  const outer = reader.enter();
  const value = readValueFields(reader, previous);
  reader.leave(outer);
  return value;
}

function readValueFields(reader: ProtobufReader, previous: Value): Value {
  let value = previous;
  while (reader.at < reader.end) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field === 1) value = { kind: 'string', value: reader.text() };
    else if (field === 2) value = { kind: 'binary', value: reader.binary() };
    else if (field === 3) value = { kind: 'integer', value: reader.int64() };
    else if (field === 4) value = { kind: 'float', value: reader.double() };
    else if (field === 5) value = { kind: 'bool', value: reader.bool() };
    else reader.skip(tag);
  }
  return value;
}

/** The value whose message is `bytes[start … end)`. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeValue(bytes: Uint8Array, start: number, end: number): Value {
  return readValueFields(shared.over(bytes, start, end), none);
}

/** The reply in `bytes[start … end)`. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeReply(bytes: Uint8Array, start: number, end: number): Reply {
  const reader = shared.over(bytes, start, end);
  const reply: Mutable<Reply> = {
    status: 0,
    message: '',
    values: noValues,
    pairs: noPairs,
    reading: undefined,
    lease: undefined,
  };
  while (reader.at < end) readReplyField(reader, reader.tag(), reply);
  return reply;
}

function readReplyField(reader: ProtobufReader, tag: number, reply: Mutable<Reply>): void {
  switch (tag >>> 3) {
    case 1:
      reply.status = reader.uint32();
      break;
    case 2:
      reply.message = reader.text();
      break;
    case 3:
      if (reply.values === noValues) reply.values = [];
      (reply.values as Value[]).push(readValue(reader, none));
      break;
    case 4:
      if (reply.pairs === noPairs) reply.pairs = [];
      (reply.pairs as Pair[]).push(readPair(reader, undefined));
      break;
    case 16:
      reply.reading = reader.text();
      break;
    case 17:
      reply.lease = reader.binary();
      break;
    default:
      reader.skip(tag);
  }
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Writes a command into the frame that `writer` has under way. */
export function encodeCommand(command: Command, writer: FrameWriter): void {
  writeVarint(writer, tagOf(commandFields[command.kind]));
  if (command.kind === 'lease') {
    writeBinary(writer, command.bytes);
    return;
  }
  const begun = beginMessage(writer);
  writeCommandFields(command, writer);
  endMessage(writer, begun);
}

function writeCommandFields(command: Exclude<Command, { kind: 'lease' }>, writer: FrameWriter): void {
  switch (command.kind) {
    case 'hget':
    case 'hdel':
    case 'hexist':
      writeTextField(writer, 1, command.table);
      writeTextField(writer, 2, command.key);
      break;
    case 'hgetall':
      writeTextField(writer, 1, command.table);
      break;
    case 'hmget':
    case 'hmdel':
    case 'hmexist':
      writeTextField(writer, 1, command.table);
      for (const key of command.keys) writeMemberText(writer, 2, key);
      break;
    case 'hset':
      writeTextField(writer, 1, command.table);
      if (command.pair !== undefined) writePairField(writer, 2, command.pair);
      writeVarintField(writer, ttlField, command.ttlMs ?? 0);
      break;
    case 'hmset':
      writeTextField(writer, 1, command.table);
      for (const pair of command.pairs) writePairField(writer, 2, pair);
      writeVarintField(writer, ttlField, command.ttlMs ?? 0);
      break;
    case 'subscribe':
      writeTextField(writer, 1, command.topic);
      break;
    case 'unsubscribe':
      writeTextField(writer, 1, command.topic);
      writeVarintField(writer, 2, command.id);
      break;
    case 'publish':
      writeTextField(writer, 1, command.topic);
      for (const value of command.data) writeValueField(writer, 2, value);
      break;
    case 'read':
      writePicture(command.picture, writer);
      writeVarintField(writer, 3, command.keep ? 0 : 1);
  }
}

function writePicture(picture: Picture, writer: FrameWriter): void {
  if ('image' in picture) {
    writeVarint(writer, tagOf(1));
    writeBinary(writer, picture.image);
    return;
  }
  writeMessage(writer, 2, picture.strokes, (writer, strokes) => {
    for (const stroke of strokes) writeMessage(writer, 1, stroke, writeStroke);
  });
}

function writeStroke(writer: FrameWriter, points: readonly StrokePoint[]): void {
  for (const point of points) writeMessage(writer, 1, point, writePoint);
}

function writePoint(writer: FrameWriter, [x, y]: StrokePoint): void {
  writeDoubleField(writer, 1, x);
  writeDoubleField(writer, 2, y);
}

/** Writes a reply into the frame that `writer` has under way. */
export function encodeReply(reply: Reply, writer: FrameWriter): void {
  writeVarintField(writer, 1, reply.status);
  writeTextField(writer, 2, reply.message);
  for (const value of reply.values) writeValueField(writer, 3, value);
  for (const pair of reply.pairs) writePairField(writer, 4, pair);
  if (reply.reading !== undefined) writeMemberText(writer, 16, reply.reading);
  if (reply.lease !== undefined) {
    writeVarint(writer, tagOf(17));
    writeBinary(writer, reply.lease);
  }
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

function writeMessage<T>(
  writer: FrameWriter,
  field: number,
  message: T,
  write: (writer: FrameWriter, message: T) => void,
): void {
  writeVarint(writer, tagOf(field));
  const begun = beginMessage(writer);
  write(writer, message);
  endMessage(writer, begun);
}

const tagOf = (field: number, wireType = lengthType) => (field << 3) | wireType;

/** A text of a oneof or a list, which is written also when it is empty. */
function writeMemberText(writer: FrameWriter, field: number, text: string): void {
  writeVarint(writer, tagOf(field));
  writeText(writer, text);
}

function writeTextField(writer: FrameWriter, field: number, text: string): void {
  if (text !== '') writeMemberText(writer, field, text);
}

function writeVarintField(writer: FrameWriter, field: number, value: number): void {
  if (value === 0) return;
  writeVarint(writer, tagOf(field, varintType));
  writeVarint(writer, value);
}

function writeDoubleField(writer: FrameWriter, field: number, value: number): void {
  // −0 is not the default.
  if (Object.is(value, 0)) return;
  writeVarint(writer, tagOf(field, doubleType));
  writeDouble(writer, value);
}
