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

/** A command while it is being read. */
type Draft = Mutable<Exclude<Command, { kind: 'lease' }>>;

/** The kind at each field's number. */
const kindAt: CommandKind[] = [];
for (const [kind, field] of Object.entries(commandFields)) kindAt[field] = kind as CommandKind;

const ttlField = 16;

/** Decoding never gives way to anything else, so one reader is enough. */
const shared = new ProtobufReader();

/** The command in `bytes[start … end)`; undefined when there is none. Throws `WIRE_MESSAGE_INVALID`. */
export function decodeCommand(bytes: Uint8Array, start: number, end: number): Command | undefined {
  const reader = shared.over(bytes, start, end);
  let command: Command | undefined;
  while (reader.more()) {
    const kind = kindAt[reader.field];
    if (kind === undefined) reader.skip();
    else if (kind === 'lease') command = { kind, bytes: reader.binary() };
    else {
      const outer = reader.enter();
      const draft: Draft = command?.kind === kind ? (command as Draft) : emptyCommand(kind);
      while (reader.more()) if (!readField(reader, draft)) reader.skip();
      command = draft;
      reader.leave(outer);
    }
  }
  return command;
}

function emptyCommand(kind: Draft['kind']): Draft {
  switch (kind) {
    case 'hget':
    case 'hdel':
    case 'hexist':
      return { kind, table: '', key: '' };
    case 'hgetall':
      return { kind, table: '' };
    case 'hmget':
    case 'hmdel':
    case 'hmexist':
      return { kind, table: '', keys: [] };
    case 'hset':
      return { kind, table: '', pair: undefined, ttlMs: undefined };
    case 'hmset':
      return { kind, table: '', pairs: [], ttlMs: undefined };
    case 'subscribe':
      return { kind, topic: '' };
    case 'unsubscribe':
      return { kind, topic: '', id: 0 };
    case 'publish':
      return { kind, topic: '', data: [] };
    case 'read':
      return { kind, picture: { image: new Uint8Array(0) }, keep: true };
  }
}

/** Reads the field that stands here into the command. False when the command has no such field. */
function readField(reader: ProtobufReader, command: Draft): boolean {
  switch (command.kind) {
    case 'hget':
    case 'hdel':
    case 'hexist':
      if (reader.field === 1) command.table = reader.text();
      else if (reader.field === 2) command.key = reader.text();
      else return false;
      return true;
    case 'hgetall':
      if (reader.field !== 1) return false;
      command.table = reader.text();
      return true;
    case 'hmget':
    case 'hmdel':
    case 'hmexist':
      if (reader.field === 1) command.table = reader.text();
      else if (reader.field === 2) (command.keys as string[]).push(reader.item().text());
      else return false;
      return true;
    case 'hset':
      if (reader.field === 1) command.table = reader.text();
      else if (reader.field === 2) command.pair = readPair(reader, command.pair);
      else if (reader.field === ttlField) command.ttlMs = reader.uint64() || undefined;
      else return false;
      return true;
    case 'hmset':
      if (reader.field === 1) command.table = reader.text();
      else if (reader.field === 2) (command.pairs as Pair[]).push(readPair(reader.item(), undefined));
      else if (reader.field === ttlField) command.ttlMs = reader.uint64() || undefined;
      else return false;
      return true;
    case 'subscribe':
      if (reader.field !== 1) return false;
      command.topic = reader.text();
      return true;
    case 'unsubscribe':
      if (reader.field === 1) command.topic = reader.text();
      else if (reader.field === 2) command.id = reader.uint32();
      else return false;
      return true;
    case 'publish':
      if (reader.field === 1) command.topic = reader.text();
      else if (reader.field === 2) (command.data as Value[]).push(readValue(reader.item(), none));
      else return false;
      return true;
    case 'read':
      if (reader.field === 1) command.picture = { image: reader.binary() };
      else if (reader.field === 2) command.picture = { strokes: readStrokes(reader, command.picture) };
      else if (reader.field === 3) command.keep = !reader.bool();
      else return false;
      return true;
  }
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
