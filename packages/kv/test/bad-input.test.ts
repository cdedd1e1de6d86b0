import { gzipSync } from 'node:zlib';
import { createYamuxSession, openStreams } from '@inkwire/wire';
import { dialStream, listenStreams } from '@inkwire/wire/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patient } from '../../wire/test/patient.ts';
import { createCommandService, createMemoryTables, createTopics } from '../src/index.ts';
import { createPeer, type Peer } from './peer.ts';

/*
 * What bad input gets, over real sockets: a status that says what was wrong, and the end of its own connection. Somebody else
 * is connected all the while and notices nothing.
 */

const golden = {
  'hget t1 k1': '0000000a0a080a02743112026b31',
  'hset table1 hello "world"': '0000001c221a0a067461626c653112100a0568656c6c6f12070a05776f726c64',
  'subscribe lobby': '0000000952070a056c6f626279',
  'unsubscribe lobby 1': '0000000b5a090a056c6f6262791001',
  'publish lobby [1, 2, "hello"]': '0000001a62180a056c6f626279120218011202180212070a0568656c6c6f',
};

function frame(payload: Uint8Array, compressed = false): string {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length + (compressed ? 2 ** 31 : 0));
  return Buffer.concat([header, payload]).toString('hex');
}

const packed = (payload: Uint8Array) => frame(gzipSync(payload), true);
const hget = Buffer.from('0a080a02743112026b31', 'hex');
/** A group within a group, a hundred and one deep, in a field that nobody knows. */
const deep = Buffer.concat([Buffer.alloc(101, 0x7b), Buffer.alloc(101, 0x7c)]);
const brokenGzip = gzipSync(hget);
brokenGzip[brokenGzip.length - 6]! ^= 1;

const cases: readonly (readonly [what: string, hex: string, message: RegExp])[] = [
  ['a length of 2^31 − 1', '7fffffff', /A frame of 2147483647 bytes is above the limit/],
  ['a compressed length of 2^31 − 1', 'ffffffff', /A frame of 2147483647 bytes is above the limit/],
  [
    'one byte more than a frame may have',
    '01000001',
    /A frame of 16777217 bytes is above the limit of 16777216/,
  ],
  ['compressed garbage', frame(Buffer.alloc(50, 7), true), /Not one gzip member/],
  ['nothing, compressed', '80000000', /Not one gzip member: it is cut off/],
  ['a wrong checksum', frame(brokenGzip, true), /Not one gzip member/],
  ['a bomb', packed(Buffer.alloc(65 * 2 ** 20)), /inflates to 68157440 bytes is above the limit of 67108864/],
  [
    'bytes after the gzip member',
    frame(Buffer.concat([gzipSync(hget), Buffer.of(0)]), true),
    /Not one gzip member/,
  ],
  [
    'a second gzip member',
    frame(Buffer.concat([gzipSync(hget), gzipSync(hget)]), true),
    /Not one gzip member/,
  ],
  ['no protobuf', frame(Buffer.from('ffffff', 'hex')), /not a CommandRequest/],
  ['a table that is a number', frame(Buffer.from('0a0208ff', 'hex')), /not a CommandRequest/],
  ['a wire type that is none', frame(Buffer.from('0e', 'hex')), /not a CommandRequest/],
  ['deep unknown groups', frame(deep), /not a CommandRequest/],
  ['a group that never ends', frame(Buffer.from('7b', 'hex')), /not a CommandRequest/],
  ['text that is no UTF-8', frame(Buffer.from('0a080a0274ff12026b31', 'hex')), /not a CommandRequest/],
];

async function listen() {
  const service = createCommandService<string>({ tables: createMemoryTables(), topics: createTopics() });
  const listener = await listenStreams({
    onChannel: (channel) => void openStreams(channel, (stream) => service.serve(stream, 'me')),
  });
  onTestFinished(() => listener.close());
  const dial = async () => {
    const channel = await dialStream({
      host: '127.0.0.1',
      port: listener.port,
      timeoutMs: patient.timeoutMs,
    });
    onTestFinished(() => channel.destroy());
    return channel;
  };
  const bystander = createPeer(await dial());
  const isServed = async () => {
    const before = bystander.replies.length;
    bystander.send({ kind: 'hexist', table: 't', key: 'k' });
    await bystander.until(before + 1);
    return !bystander.ended;
  };
  return { dial, isServed };
}

async function statusesOf(peer: Peer): Promise<number[]> {
  await peer.untilEnded();
  peer.stream.end();
  await peer.untilClosed();
  return peer.replies.map(({ status }) => status);
}

describe('bad input', () => {
  for (const [what, hex, message] of cases)
    it(`${what}: 400 after what was asked before, and the end of its own connection`, async () => {
      const { dial, isServed } = await listen();
      const peer = createPeer(await dial());
      peer.sendHex(golden['hset table1 hello "world"'] + hex);
      expect(await statusesOf(peer)).toEqual([200, 400]);
      expect(peer.replies[1]!.message).toMatch(message);
      expect(await isServed()).toBe(true);
    });

  for (const [what, hex] of Object.entries(golden))
    it(`every truncation of ${what}, and then the end: 400, and the end`, async () => {
      const { dial, isServed } = await listen();
      for (let length = 2; length < hex.length; length += 2) {
        const peer = createPeer(await dial());
        peer.sendHex(hex.slice(0, length));
        peer.stream.end();
        await peer.untilClosed();
        expect(peer.replies, `${length / 2} bytes`).toMatchObject([{ status: 400 }]);
      }
      expect(await isServed()).toBe(true);
    });

  it('of one stream of a multiplexed connection is the end of that stream, and its neighbours go on', async () => {
    const { dial } = await listen();
    const session = createYamuxSession({ channel: await dial(), side: 'client' });
    onTestFinished(() => session.destroy());
    const good = createPeer(session.open());
    for (const [, hex] of cases) {
      const bad = createPeer(session.open());
      bad.sendHex(hex);
      expect(await statusesOf(bad)).toEqual([400]);
    }
    good.send({ kind: 'hexist', table: 't', key: 'k' });
    await good.until(1);
    expect(session.closed).toBe(false);
  });
});
