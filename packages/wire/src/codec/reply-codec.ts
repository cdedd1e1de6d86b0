import type { FrameWriter } from '../frames/frame-writer.ts';
import type { Mutable, Pair, Reply, Value } from './messages.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import {
  tagOf,
  writeBinary,
  writeMemberText,
  writeTextField,
  writeVarint,
  writeVarintField,
} from './protobuf-writer.ts';
import { none, readPair, readValue, writePairField, writeValueField } from './value-codec.ts';

/* Replies ⇄ bytes; what is said in command-codec.ts holds here too. */

const noValues: readonly Value[] = Object.freeze([]);
const noPairs: readonly Pair[] = Object.freeze([]);

/** Decoding never gives way to anything else, so one reader is enough. */
const shared = new ProtobufReader();

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
  while (reader.more()) readReplyField(reader, reply);
  return reply;
}

function readReplyField(reader: ProtobufReader, reply: Mutable<Reply>): void {
  switch (reader.field) {
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
      reader.skip();
  }
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
