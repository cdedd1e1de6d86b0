import { expect, test } from 'vitest';
import { WireError } from '../errors.ts';
import { Allowance } from '../frames/allowance.ts';
import { FrameDecoder } from '../frames/frame-decoder.ts';
import { FrameWriter } from '../frames/frame-writer.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import type { Command, Reply } from './messages.ts';
import { decodeReply, encodeReply } from './reply-codec.ts';

const text = (value: string) => ({ kind: 'string', value }) as const;
const integer = (value: bigint) => ({ kind: 'integer', value }) as const;
const reply = (values: Reply['values']): Reply => ({ status: 200, message: '', values, pairs: [] });

const goldenCommands: readonly [name: string, command: Command, frame: string][] = [
  ['hget t1 k1', { kind: 'hget', table: 't1', key: 'k1' }, '0000000a0a080a02743112026b31'],
  [
    'hset table1 hello "world"',
    { kind: 'hset', table: 'table1', pair: { key: 'hello', value: text('world') } },
    '0000001c221a0a067461626c653112100a0568656c6c6f12070a05776f726c64',
  ],
  ['subscribe lobby', { kind: 'subscribe', topic: 'lobby' }, '0000000952070a056c6f626279'],
  ['unsubscribe lobby 1', { kind: 'unsubscribe', topic: 'lobby', id: 1 }, '0000000b5a090a056c6f6262791001'],
  [
    'publish lobby [1, 2, "hello"]',
    { kind: 'publish', topic: 'lobby', data: [integer(1n), integer(2n), text('hello')] },
    '0000001a62180a056c6f626279120218011202180212070a0568656c6c6f',
  ],
];

const goldenReplies: readonly [name: string, reply: Reply, frame: string][] = [
  ['200, no value', reply([]), '0000000308c801'],
  ['200, Value{}', reply([{ kind: 'none' }]), '0000000508c8011a00'],
  ['200, subscription id 7', reply([integer(7n)]), '0000000708c8011a021807'],
  ['200, false', reply([{ kind: 'bool', value: false }]), '0000000708c8011a022800'],
];

function framed(encode: (writer: FrameWriter) => void): string {
  const writer = new FrameWriter();
  writer.begin();
  encode(writer);
  const begun = writer.finish(false);
  return Buffer.from(writer.bytes.subarray(begun, writer.at)).toString('hex');
}

function payloadOf(frame: string): Uint8Array {
  const decoder = new FrameDecoder(new Allowance({ maxFrameBytes: 1024 }));
  decoder.push(Buffer.from(frame, 'hex'));
  expect(decoder.next()).toBe(true);
  return decoder.bytes.subarray(decoder.start, decoder.end);
}

test.each(goldenCommands)('%s has the bytes of docs/protocol.md', (_, command, frame) => {
  expect(framed((writer) => encodeCommand(command, writer))).toBe(frame);
  const payload = payloadOf(frame);
  expect(decodeCommand(payload, 0, payload.length)).toEqual(command);
});

test.each(goldenReplies)('the reply %s has the bytes of docs/protocol.md', (_, value, frame) => {
  expect(framed((writer) => encodeReply(value, writer))).toBe(frame);
  const payload = payloadOf(frame);
  expect(decodeReply(payload, 0, payload.length)).toEqual(value);
});

test('a payload without bytes is no command, and a reply of defaults', () => {
  expect(decodeCommand(new Uint8Array(0), 0, 0)).toBeUndefined();
  expect(decodeReply(new Uint8Array(0), 0, 0)).toEqual({ status: 0, message: '', values: [], pairs: [] });
});

test('every truncation of every golden payload is refused, or is another whole message', () => {
  const refused = (decode: () => unknown) => {
    try {
      decode();
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      expect(error).toMatchObject({ code: 'WIRE_MESSAGE_INVALID' });
      return true;
    }
  };
  for (const [, , frame] of goldenCommands) {
    const payload = payloadOf(frame);
    for (let end = 1; end < payload.length; end++)
      expect(refused(() => decodeCommand(payload.subarray(0, end), 0, end))).toBe(true);
  }
  for (const [, , frame] of goldenReplies) {
    const payload = payloadOf(frame);
    for (let end = 1; end < payload.length; end++)
      // `08 c8 01` is a whole reply.
      expect(refused(() => decodeReply(payload, 0, end))).toBe(end !== 3);
  }
});

test('it takes time and memory for no more items than there may be, however small they are', () => {
  // 61 KB of gzip could hold thirty million of them.
  const repeated = (head: number[], item: number[], count: number) => {
    const body = new Uint8Array(item.length * count);
    for (let i = 0; i < count; i++) body.set(item, i * item.length);
    return Uint8Array.from([...head, ...lengthOf(body.length), ...body]);
  };
  const lengthOf = (length: number) => [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
  const decode = (bytes: Uint8Array) => decodeCommand(bytes, 0, bytes.length);
  // hmget, hmset, publish: empty keys, pairs and values. read: strokes in one list, and in as many lists.
  for (const [head, item] of [
    [[0x1a], [0x12, 0]],
    [[0x2a], [0x12, 0]],
    [[0x62], [0x12, 0]],
    [
      [0x82, 0x01],
      [0x12, 2, 0x0a, 0],
    ],
  ] as const) {
    expect(() => decode(repeated([...head], [...item], 200_001))).toThrow('more than 200000 items');
    expect(decode(repeated([...head], [...item], 200_000))).toBeDefined();
  }
});
