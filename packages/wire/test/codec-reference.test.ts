import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCommand, encodeCommand } from '../src/codec/command-codec.ts';
import type { Command, Reply } from '../src/codec/messages.ts';
import { decodeReply, encodeReply } from '../src/codec/reply-codec.ts';
import { WireError } from '../src/errors.ts';
import { FrameWriter } from '../src/frames/frame-writer.ts';
import { CommandRequestSchema, CommandResponseSchema, file_abi } from './abi_pb.ts';
import { command, reply } from './arbitraries.ts';
import { fromReference, fromReferenceReply, toReference, toReferenceReply } from './reference.ts';

const runs = { numRuns: 500 };

/** `toEqual`, which takes its time, only to say what is different. */
function same(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

function encoded(encode: (writer: FrameWriter) => void): Uint8Array {
  const writer = new FrameWriter();
  writer.begin();
  encode(writer);
  return writer.payload.slice();
}

/** In the middle of other bytes, where messages stand. */
function placed(payload: Uint8Array): { bytes: Uint8Array; start: number; end: number } {
  const bytes = new Uint8Array(payload.length + 9).fill(0xff);
  bytes.set(payload, 5);
  return { bytes, start: 5, end: 5 + payload.length };
}

function decodedCommand(payload: Uint8Array): Command | undefined {
  const { bytes, start, end } = placed(payload);
  return decodeCommand(bytes, start, end);
}

function decodedReply(payload: Uint8Array): Reply {
  const { bytes, start, end } = placed(payload);
  return decodeReply(bytes, start, end);
}

test('the generated reference is of codec/abi.proto as it stands', () => {
  const source = readFileSync(new URL('../src/codec/abi.proto', import.meta.url), 'utf8');
  const written = [...source.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)].flatMap(([, message, body]) =>
    [...body!.matchAll(/^ +(?:optional |repeated )?(\w+) (\w+) = (\d+);/gm)].map(
      ([, type, name, number]) => `${message}.${name} ${type} ${number}`,
    ),
  );
  const scalars: Record<number, string> = {
    1: 'double',
    3: 'int64',
    4: 'uint64',
    8: 'bool',
    9: 'string',
    12: 'bytes',
    13: 'uint32',
  };
  const known = file_abi.messages.flatMap((message) =>
    message.fields.map(
      (field) =>
        `${message.name}.${field.name} ${field.message?.name ?? scalars[field.scalar!]} ${field.number}`,
    ),
  );
  expect(known.length).toBeGreaterThan(50);
  expect(known.sort()).toEqual(written.sort());
});

test('commands have the same bytes as the reference gives them', () => {
  fc.assert(
    fc.property(command, (value) => {
      same(
        encoded((writer) => encodeCommand(value, writer)),
        toBinary(CommandRequestSchema, toReference(value)),
      );
    }),
    runs,
  );
});

test('replies have the same bytes as the reference gives them', () => {
  fc.assert(
    fc.property(reply, (value) => {
      same(
        encoded((writer) => encodeReply(value, writer)),
        toBinary(CommandResponseSchema, toReferenceReply(value)),
      );
    }),
    runs,
  );
});

test('commands and replies of the reference are read as they were meant', () => {
  fc.assert(
    fc.property(command, reply, (value, answer) => {
      same(decodedCommand(toBinary(CommandRequestSchema, toReference(value))), value);
      same(decodedReply(toBinary(CommandResponseSchema, toReferenceReply(answer))), answer);
    }),
    runs,
  );
});

test('messages that follow one another are merged as the reference merges them', () => {
  fc.assert(
    fc.property(
      fc.array(command, { minLength: 2, maxLength: 4 }),
      fc.array(reply, { minLength: 2, maxLength: 3 }),
      (commands, replies) => {
        const several = Buffer.concat(
          commands.map((each) => encoded((writer) => encodeCommand(each, writer))),
        );
        same(
          decodedCommand(several),
          fromReference(fromBinary(CommandRequestSchema, new Uint8Array(several))),
        );
        const answers = Buffer.concat(replies.map((each) => encoded((writer) => encodeReply(each, writer))));
        same(
          decodedReply(answers),
          fromReferenceReply(fromBinary(CommandResponseSchema, new Uint8Array(answers))),
        );
      },
    ),
    runs,
  );
});

test('a member of the same kind that comes twice is merged down to the value', () => {
  const half = (pair: { key: string; value?: { kind: 'string'; value: string } }) =>
    encoded((writer) => encodeCommand({ kind: 'hset', table: '', pair }, writer));
  const table = encoded((writer) => encodeCommand({ kind: 'hset', table: 't', pair: undefined }, writer));
  const bytes = Buffer.concat([
    half({ key: 'k' }),
    table,
    half({ key: '', value: { kind: 'string', value: 'v' } }),
  ]);
  expect(decodedCommand(bytes)).toEqual({
    kind: 'hset',
    table: 't',
    pair: { key: 'k', value: { kind: 'string', value: 'v' } },
  });
});

/** An unknown field: any wire type, groups within groups. */
const unknownField: fc.Arbitrary<(writer: BinaryWriter) => void> = fc.letrec<{
  field: (writer: BinaryWriter) => void;
}>((tie) => ({
  field: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(fc.integer({ min: 100, max: 500_000_000 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(
      ([no, number]) =>
        (writer: BinaryWriter) =>
          void writer.tag(no, WireType.Varint).uint64(number),
    ),
    fc.tuple(fc.integer({ min: 100, max: 9000 }), fc.uint8Array({ maxLength: 200 })).map(
      ([no, bytes]) =>
        (writer: BinaryWriter) =>
          void writer.tag(no, WireType.LengthDelimited).bytes(bytes),
    ),
    fc
      .integer({ min: 100, max: 9000 })
      .map((no) => (writer: BinaryWriter) => void writer.tag(no, WireType.Bit64).double(Math.PI)),
    fc
      .integer({ min: 100, max: 9000 })
      .map((no) => (writer: BinaryWriter) => void writer.tag(no, WireType.Bit32).fixed32(7)),
    fc
      .tuple(fc.integer({ min: 100, max: 9000 }), fc.array(tie('field'), { maxLength: 3 }))
      .map(([no, fields]) => (writer: BinaryWriter) => {
        writer.tag(no, WireType.StartGroup);
        for (const field of fields) field(writer);
        writer.tag(no, WireType.EndGroup);
      }),
  ),
})).field;

test('unknown fields are passed over wherever they stand', () => {
  fc.assert(
    fc.property(
      command,
      fc.array(unknownField, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (value, unknown, before) => {
        const fields = new BinaryWriter();
        for (const write of unknown) write(fields);
        const around = fields.finish();
        const own = encoded((writer) => encodeCommand(value, writer));
        const bytes = Buffer.concat(before ? [around, own] : [own, around]);
        same(decodedCommand(bytes), value);
        // The same within the command's own message: one that holds unknown fields only is merged into it.
        if (value.kind === 'lease') return;
        const tag = own.subarray(0, value.kind === 'read' ? 2 : 1);
        const within = Buffer.concat([own, tag, new BinaryWriter().bytes(around).finish()]);
        same(decodedCommand(within), value);
        same(fromReference(fromBinary(CommandRequestSchema, new Uint8Array(within))), value);
      },
    ),
    runs,
  );
});

test('unknown fields of a reply are passed over, whatever their type', () => {
  fc.assert(
    fc.property(
      reply,
      fc.array(unknownField, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (value, unknown, before) => {
        const fields = new BinaryWriter();
        for (const write of unknown) write(fields);
        const around = fields.finish();
        const own = encoded((writer) => encodeReply(value, writer));
        same(decodedReply(Buffer.concat(before ? [around, own] : [own, around])), value);
      },
    ),
    runs,
  );
});

test('a status is a number whatever type its tag names, and not without its own field', () => {
  const cases = [
    ['08c801', 200],
    // A length, four bytes, a group: read as the number that a status is.
    ['0ac801', 200],
    ['0dc801', 200],
    ['0bc801', 200],
    // Field 5 and field 16383 in its place.
    ['28c801', 0],
    ['f8ff07c801', 0],
    // The last one counts, and of it the low 32 bits.
    ['08c80108f403', 500],
    ['08c881808010', 200],
  ] as const;
  for (const [hex, status] of cases) {
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
    expect(decodedReply(bytes).status, hex).toBe(status);
    same(decodedReply(bytes), fromReferenceReply(fromBinary(CommandResponseSchema, bytes)));
  }
});

test.each([
  ['of field 0', '00c801'],
  ['of a type that does not exist', '0ec801'],
  ['of such a type, in two bytes', '8e01c801'],
  ['that ends a group', '2cc801'],
  ['that is longer than a tag may be', 'ffffffff7fc801'],
  ['without its number', '08'],
  ['whose number is cut', '08c8'],
  ['whose number is too long', `08${'80'.repeat(10)}01`],
])('a reply with a tag %s is refused', (_, hex) => {
  expect(() => decodedReply(Buffer.from(hex, 'hex'))).toThrow(
    expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' }),
  );
});

/** Changes bytes of what is encoded: it is refused, or read as the reference reads it. */
function expectChangedAsReference<Value>(
  values: fc.Arbitrary<Value>,
  encode: (value: Value) => Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
  reference: (bytes: Uint8Array) => unknown,
): void {
  let read = 0;
  fc.assert(
    fc.property(
      values,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
      (value, changes) => {
        const bytes = encode(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        let ours: unknown;
        try {
          ours = decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          return;
        }
        read++;
        same(ours, reference(bytes));
      },
    ),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(500);
}

test('replies whose bytes were changed are refused, or read as the reference reads them', () => {
  expectChangedAsReference(
    reply,
    (value) => encoded((writer) => encodeReply(value, writer)),
    decodedReply,
    (bytes) => fromReferenceReply(fromBinary(CommandResponseSchema, bytes)),
  );
});

test('bytes that were changed are refused, or read as the reference reads them', () => {
  expectChangedAsReference(
    command,
    (value) => encoded((writer) => encodeCommand(value, writer)),
    decodedCommand,
    (bytes) => fromReference(fromBinary(CommandRequestSchema, bytes)),
  );
});

const refused = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(() => decodedCommand(bytes), hex).toThrow(expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' }));
};

test('what is no protobuf is refused', () => {
  refused('00'); // field 0
  refused('0e'); // wire type 6
  refused('0f');
  refused('0a'); // cut off after the tag
  refused('0a05'); // a length and nothing
  refused('0affffffff0f'); // a length of 2³² − 1
  refused('0a030a0261'); // a text longer than its message
  refused('0a040a02ff31'); // not UTF-8
  refused('0a050a03eda080'); // half a surrogate pair
  refused('a306'); // a group that never ends
  refused('a406'); // one that never began
  refused('a306ac06'); // another one ends
  refused('a006ffffffffffffffffffff01'); // a varint of 11 bytes
  refused(`80808080${'80'.repeat(7)}01`);
  refused(`ffffffff7f00`); // a tag of more than 32 bits
});

test('groups are followed a hundred deep, and no deeper, without recursion', () => {
  const deep = (depth: number) => `${'a306'.repeat(depth)}${'a406'.repeat(depth)}`;
  expect(decodedCommand(Buffer.from(deep(100), 'hex'))).toBeUndefined();
  refused(deep(101));
  refused('a306'.repeat(1_000_000));
});

test('a byte order mark is text', () => {
  const value: Command = { kind: 'hgetall', table: '\ufeffa' };
  expect(decodedCommand(encoded((writer) => encodeCommand(value, writer)))).toEqual(value);
});

test('half a surrogate pair is sent as U+FFFD', () => {
  const bytes = encoded((writer) => encodeCommand({ kind: 'hgetall', table: 'a\ud800b' }, writer));
  expect(decodedCommand(bytes)).toEqual({ kind: 'hgetall', table: 'a\ufffdb' });
});

test('what is read does not lie in the bytes that it was read from', () => {
  for (const length of [3, 300]) {
    const lease = { kind: 'lease', bytes: new Uint8Array(length).fill(1) } as const;
    // Sockets give Node's buffers, whose `slice` copies nothing.
    const bytes = Buffer.from(encoded((writer) => encodeCommand(lease, writer)));
    const read = decodeCommand(bytes, 0, bytes.length);
    bytes.fill(9);
    expect(read).toEqual(lease);
  }
});
