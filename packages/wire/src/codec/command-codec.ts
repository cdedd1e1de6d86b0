import type { FrameWriter } from '../frames/frame-writer.ts';
import type { Command, CommandKind, Mutable, Pair, Value } from './messages.ts';
import { readStrokes, writePicture } from './picture-codec.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import {
  beginMessage,
  endMessage,
  tagOf,
  writeBinary,
  writeMemberText,
  writeTextField,
  writeVarint,
  writeVarintField,
} from './protobuf-writer.ts';
import { none, readPair, readValue, writePairField, writeValueField } from './value-codec.ts';

/*
 * Commands ⇄ bytes, by hand against abi.proto: the same bytes as @bufbuild/protobuf, several times as fast. proto3's
 * rules: what is absent has its default; the last of a scalar wins; a message that comes twice is merged; the last member
 * of a oneof wins, and the same one again is merged; unknown fields are passed over.
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

/** The command that a kind belongs to, while it is being read. */
type Draft<K extends CommandKind> = Mutable<
  Command extends infer C ? (C extends { kind: infer Kind } ? (K extends Kind ? C : never) : never) : never
>;

const ttlField = 16;

/** Decoding never gives way to anything else, so one reader is enough. */
const shared = new ProtobufReader();

/** The command in `bytes[start … end)`; undefined when there is none. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeCommand(bytes: Uint8Array, start: number, end: number): Command | undefined {
  const reader = shared.over(bytes, start, end);
  let command: Command | undefined;
  while (reader.more()) {
    const { field } = reader;
    if (field === commandFields.lease) command = { kind: 'lease', bytes: reader.binary() };
    else if (field > commandFields.publish && field !== commandFields.read) reader.skip();
    else {
      const outer = reader.enter();
      command = readCommand(reader, field, command);
      reader.leave(outer);
    }
  }
  return command;
}

/** Reads the command of that field, merged into `previous` where that is of the same kind. */
function readCommand(reader: ProtobufReader, field: number, previous: Command | undefined): Command {
  switch (field) {
    case 1:
      return readTableKey(reader, draft(previous, 'hget') ?? { kind: 'hget', table: '', key: '' });
    case 2:
      return readTable(reader, draft(previous, 'hgetall') ?? { kind: 'hgetall', table: '' });
    case 3:
      return readTableKeys(reader, draft(previous, 'hmget') ?? { kind: 'hmget', table: '', keys: [] });
    case 4:
      return readHset(
        reader,
        draft(previous, 'hset') ?? { kind: 'hset', table: '', pair: undefined, ttlMs: undefined },
      );
    case 5:
      return readHmset(
        reader,
        draft(previous, 'hmset') ?? { kind: 'hmset', table: '', pairs: [], ttlMs: undefined },
      );
    case 6:
      return readTableKey(reader, draft(previous, 'hdel') ?? { kind: 'hdel', table: '', key: '' });
    case 7:
      return readTableKeys(reader, draft(previous, 'hmdel') ?? { kind: 'hmdel', table: '', keys: [] });
    case 8:
      return readTableKey(reader, draft(previous, 'hexist') ?? { kind: 'hexist', table: '', key: '' });
    case 9:
      return readTableKeys(reader, draft(previous, 'hmexist') ?? { kind: 'hmexist', table: '', keys: [] });
    case 10:
      return readSubscribe(reader, draft(previous, 'subscribe') ?? { kind: 'subscribe', topic: '' });
    case 11:
      return readUnsubscribe(
        reader,
        draft(previous, 'unsubscribe') ?? { kind: 'unsubscribe', topic: '', id: 0 },
      );
    case 12:
      return readPublish(reader, draft(previous, 'publish') ?? { kind: 'publish', topic: '', data: [] });
    default:
      return readPicture(
        reader,
        draft(previous, 'read') ?? { kind: 'read', picture: { image: new Uint8Array(0) }, keep: true },
      );
  }
}

/** What came before of the same kind, to be merged with. */
function draft<K extends CommandKind>(previous: Command | undefined, kind: K): Draft<K> | undefined {
  return previous?.kind === kind ? (previous as Draft<K>) : undefined;
}

function readTableKey(reader: ProtobufReader, command: Draft<'hget' | 'hdel' | 'hexist'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.table = reader.text();
    else if (reader.field === 2) command.key = reader.text();
    else reader.skip();
  }
  return command;
}

function readTable(reader: ProtobufReader, command: Draft<'hgetall'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.table = reader.text();
    else reader.skip();
  }
  return command;
}

function readTableKeys(reader: ProtobufReader, command: Draft<'hmget' | 'hmdel' | 'hmexist'>): Command {
  const keys = command.keys as string[];
  while (reader.more()) {
    if (reader.field === 1) command.table = reader.text();
    else if (reader.field === 2) keys.push(reader.item().text());
    else reader.skip();
  }
  return command;
}

function readHset(reader: ProtobufReader, command: Draft<'hset'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.table = reader.text();
    else if (reader.field === 2) command.pair = readPair(reader, command.pair);
    else if (reader.field === ttlField) command.ttlMs = reader.uint64() || undefined;
    else reader.skip();
  }
  return command;
}

function readHmset(reader: ProtobufReader, command: Draft<'hmset'>): Command {
  const pairs = command.pairs as Pair[];
  while (reader.more()) {
    if (reader.field === 1) command.table = reader.text();
    else if (reader.field === 2) pairs.push(readPair(reader.item(), undefined));
    else if (reader.field === ttlField) command.ttlMs = reader.uint64() || undefined;
    else reader.skip();
  }
  return command;
}

function readSubscribe(reader: ProtobufReader, command: Draft<'subscribe'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.topic = reader.text();
    else reader.skip();
  }
  return command;
}

function readUnsubscribe(reader: ProtobufReader, command: Draft<'unsubscribe'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.topic = reader.text();
    else if (reader.field === 2) command.id = reader.uint32();
    else reader.skip();
  }
  return command;
}

function readPublish(reader: ProtobufReader, command: Draft<'publish'>): Command {
  const data = command.data as Value[];
  while (reader.more()) {
    if (reader.field === 1) command.topic = reader.text();
    else if (reader.field === 2) data.push(readValue(reader.item(), none));
    else reader.skip();
  }
  return command;
}

function readPicture(reader: ProtobufReader, command: Draft<'read'>): Command {
  while (reader.more()) {
    if (reader.field === 1) command.picture = { image: reader.binary() };
    else if (reader.field === 2) command.picture = { strokes: readStrokes(reader, command.picture) };
    else if (reader.field === 3) command.keep = !reader.bool();
    else reader.skip();
  }
  return command;
}

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
      writePicture(writer, command.picture);
      writeVarintField(writer, 3, command.keep ? 0 : 1);
  }
}
