import { expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import { createChannelPair } from '../src/channels/memory-channel.ts';
import { createYamuxSession } from '../src/yamux/index.ts';
import { Heard, turn } from './yamux-support.ts';

/** Two sessions over a pair in memory. */
function connect(serve: (channel: Channel) => void) {
  const [left, right] = createChannelPair();
  const client = createYamuxSession({ channel: left, side: 'client', ping: false });
  const server = createYamuxSession({ channel: right, side: 'server', ping: false, onChannel: serve });
  return { client, server };
}

/** Serves what it hears back, with back-pressure. */
function echo(channel: Channel): void {
  channel.attach({
    onBytes: (bytes) => {
      if (
        !channel.write(bytes.length > channel.maxWriteBytes ? bytes.slice(0, channel.maxWriteBytes) : bytes)
      )
        channel.pause();
    },
    onDrain: () => channel.resume(),
    onEnd: () => channel.end(),
    onClose: () => {},
  });
}

const until = async (done: () => boolean) => {
  for (let i = 0; i < 20_000 && !done(); i++) await turn(1);
  expect(done()).toBe(true);
};

const pattern = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);

test('megabytes go there and back on many streams at once, in order, and end in order', async () => {
  const { client, server } = connect(echo);
  const streams = Array.from({ length: 8 }, (_, seed) => {
    const channel = client.open();
    const heard = new Heard(channel);
    const bytes = pattern(1_000_000 + seed * 1000, seed);
    let at = 0;
    const pour = () => {
      while (at < bytes.length) {
        const piece = bytes.subarray(at, at + 40_000 + seed * 10_000);
        at += piece.length;
        if (!channel.write(piece)) return;
      }
      channel.end();
    };
    heard.onDrain = pour;
    pour();
    return { heard, bytes };
  });
  await until(() => streams.every(({ heard }) => heard.closes.length > 0));
  for (const { heard, bytes } of streams) {
    expect(Buffer.compare(heard.bytes, bytes)).toBe(0);
    expect(heard.closes).toEqual([undefined]);
    expect(heard.ends).toBe(1);
  }
  expect(client.openStreams).toBe(0);
  expect(server.openStreams).toBe(0);
  await Promise.all([client.close(), server.close()]);
});

test('a paused reader stops its writer, and nobody else', async () => {
  const served: Heard[] = [];
  const { client } = connect((channel) => {
    const heard = new Heard(channel);
    if (served.length === 0) channel.pause();
    served.push(heard);
  });
  const bulk = client.open();
  const drained = new Heard(bulk);
  let sent = 0;
  for (let ok = true; ok || drained.drains > 0; ) {
    drained.drains = 0;
    ok = bulk.write(new Uint8Array(50_000));
    sent += 50_000;
    await turn(4);
  }
  expect(sent).toBeLessThanOrEqual(262_144 + 131_072 + 50_000);
  const other = client.open();
  other.write(new Uint8Array(100));
  await until(() => served[1]?.bytes.length === 100);
  expect(served[0]!.bytes.length).toBe(0);
  served[0]!.channel.resume();
  await until(() => served[0]!.bytes.length === sent);
  await client.destroy();
});

test('a small stream gets through while a bulk one never rests', async () => {
  const { client } = connect(echo);
  const bulk = client.open();
  const pour = () => {
    while (bulk.write(new Uint8Array(131_072)));
  };
  bulk.attach({ onBytes: () => {}, onEnd: () => {}, onDrain: pour, onClose: () => {} });
  pour();
  await turn(20);
  const small = client.open();
  const heard = new Heard(small);
  for (let i = 1; i <= 50; i++) {
    small.write(new Uint8Array([i]));
    let turns = 0;
    for (; heard.bytes.length < i && turns < 1000; turns++) await turn(1);
    expect(turns).toBeLessThan(60);
  }
  await client.destroy();
});

test('thousands of streams that are opened and left, in every way, leave nothing', async () => {
  let served = 0;
  let closed = 0;
  const { client, server } = connect((channel) => {
    const way = served++ % 5;
    channel.attach({
      onBytes: (bytes) => {
        channel.write(bytes);
        if (way === 1) channel.destroy();
        if (way === 2) channel.end();
      },
      onEnd: () => channel.end(),
      onDrain: () => {},
      onClose: () => closed++,
    });
  });
  const all: Heard[] = [];
  for (let i = 0; i < 5000; i++) {
    const channel = client.open();
    all.push(new Heard(channel));
    if (i % 7 !== 6) channel.write(new Uint8Array(10));
    if (i % 3 === 0) channel.end();
    if (i % 50 === 0) await turn();
    if (i % 3 !== 0) channel.destroy();
  }
  await until(() => client.openStreams === 0 && server.openStreams === 0);
  await turn();
  expect(all.every((heard) => heard.closes.length === 1)).toBe(true);
  expect(closed).toBe(served);
  expect(served).toBeGreaterThan(1500);
  await Promise.all([client.close(), server.close()]);
});

test('both sides may open, and close together while streams are open', async () => {
  const { client, server } = connect(echo);
  const answer = new Heard(client.open());
  answer.channel.write(new Uint8Array([1, 2, 3]));
  const refused = new Heard(server.open());
  await until(() => answer.bytes.length === 3 && refused.closes.length === 1);
  expect(refused.closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
  const closing = Promise.all([client.close(), server.close()]);
  answer.channel.end();
  await closing;
  expect(answer.closes).toEqual([undefined]);
});

test('a session over a stream of another session works as over any channel', async () => {
  const { client } = connect((outer) => {
    createYamuxSession({ channel: outer, side: 'server', ping: false, onChannel: echo });
  });
  const inner = createYamuxSession({ channel: client.open(), side: 'client', ping: false });
  const heard = new Heard(inner.open());
  const bytes = pattern(131_072, 3);
  heard.channel.write(bytes);
  await until(() => heard.bytes.length === bytes.length);
  expect(Buffer.compare(heard.bytes, bytes)).toBe(0);
  heard.channel.end();
  await inner[Symbol.asyncDispose]();
  expect(heard.closes).toEqual([undefined]);
  await client.destroy();
});
