// Our codec against the reference: `npx vitest bench packages/wire`.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { bench, describe } from 'vitest';
import { decodeCommand, encodeCommand } from '../src/codec/command-codec.ts';
import type { Command, Reply } from '../src/codec/messages.ts';
import { decodeReply, encodeReply } from '../src/codec/reply-codec.ts';
import { FrameWriter } from '../src/frames/frame-writer.ts';
import { CommandRequestSchema, CommandResponseSchema } from './abi_pb.ts';
import { toReference } from './reference.ts';

const value = { kind: 'string', value: 'v'.repeat(32) } as const;
const commands: Command[] = [
  { kind: 'hget', table: 'bench', key: 'key:000000000001' },
  { kind: 'hset', table: 'bench', pair: { key: 'key:000000000001', value } },
];
const reply: Reply = { status: 200, message: '', values: [value], pairs: [] };
const writer = new FrameWriter();

function encoded(encode: () => void): Uint8Array {
  writer.begin();
  encode();
  const bytes = writer.payload.slice();
  writer.abandon();
  return bytes;
}

for (const command of commands) {
  const bytes = encoded(() => encodeCommand(command, writer));
  const reference = toReference(command);
  describe(`decode ${command.kind}`, () => {
    bench('ours', () => void decodeCommand(bytes, 0, bytes.length));
    bench('@bufbuild/protobuf', () => void fromBinary(CommandRequestSchema, bytes));
  });
  describe(`encode ${command.kind}`, () => {
    bench('ours', () => {
      writer.begin();
      encodeCommand(command, writer);
      writer.abandon();
    });
    bench('@bufbuild/protobuf', () => void toBinary(CommandRequestSchema, reference));
  });
}

const replyBytes = encoded(() => encodeReply(reply, writer));
describe('decode a reply', () => {
  bench('ours', () => void decodeReply(replyBytes, 0, replyBytes.length));
  bench('@bufbuild/protobuf', () => void fromBinary(CommandResponseSchema, replyBytes));
});
