import { expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import { Flag, FrameType } from '../src/yamux/header.ts';
import { concat, echoing, frame, Heard, startSession, text, turn } from './yamux-support.ts';

const { data, windowUpdate, ping } = FrameType;
const { syn, ack, fin, rst } = Flag;

test('a request that comes with SYN is answered with ACK, in one write', () => {
  const { raw } = startSession({}, echoing);
  raw.feed(frame(data, syn, 1, text('ask')));
  expect(raw.take()).toEqual([{ type: data, flags: ack, id: 1, length: 3, data: text('ask') }]);
  raw.feed(frame(data, 0, 1, text('again')), frame(data, syn, 3, text('other')));
  expect(raw.take().map(({ flags, id }) => [flags, id])).toEqual([
    [0, 1],
    [ack, 3],
  ]);
  expect(raw.writes).toBe(3);
});

test('SYN is acknowledged at once when there is nothing to send yet, once, and returns what was consumed', () => {
  const { raw, streams } = startSession();
  raw.feed(frame(windowUpdate, syn, 1), frame(data, syn, 3, text('ask')));
  expect(raw.take()).toEqual([
    { type: windowUpdate, flags: ack, id: 1, length: 0, data: undefined },
    { type: windowUpdate, flags: ack, id: 3, length: 3, data: undefined },
  ]);
  expect(streams.map((heard) => heard.text)).toEqual(['', 'ask']);
  raw.feed(frame(data, 0, 3, text('more')));
  expect(raw.take()).toEqual([]);
});

test('what arrives is the same split at every byte', () => {
  const bytes = concat(
    frame(data, syn, 1, text('hello ')),
    frame(ping, syn, 0, 77),
    frame(data, syn, 3, text('other')),
    frame(data, fin, 1, text('world')),
    frame(windowUpdate, rst, 3),
  );
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { raw, streams } = startSession();
    raw.feed(bytes.subarray(0, cut), bytes.subarray(cut));
    expect(streams.map((heard) => heard.text)).toEqual(['hello world', 'other']);
    expect(streams.map((heard) => heard.ends)).toEqual([1, 0]);
    expect(raw.take()).toContainEqual({ type: ping, flags: ack, id: 0, length: 77, data: undefined });
  }
  const { raw, streams } = startSession();
  raw.feed(...[...bytes].map((byte) => Uint8Array.of(byte)));
  expect(streams.map((heard) => heard.text)).toEqual(['hello world', 'other']);
});

test('a payload that lies whole in a chunk is not copied', () => {
  const { raw, streams } = startSession();
  const bytes = frame(data, syn, 1, text('whole'));
  raw.feed(bytes);
  expect(streams[0]!.chunks[0]!.buffer).toBe(bytes.buffer);
});

test('a peer that half-closes right after its request still receives, and the end is in order', async () => {
  const { raw, streams, session } = startSession();
  raw.feed(concat(frame(data, syn, 1, text('subscribe')), frame(data, fin, 1)));
  expect(streams[0]!.ends).toBe(1);
  raw.take();
  for (const part of ['one', 'two']) {
    streams[0]!.channel.write(text(part));
    await turn();
  }
  expect(raw.take().map((sent) => Buffer.from(sent.data!).toString())).toEqual(['one', 'two']);
  streams[0]!.channel.end();
  await turn();
  expect(raw.take()).toEqual([{ type: data, flags: fin, id: 1, length: 0, data: new Uint8Array(0) }]);
  expect(streams[0]!.closes).toEqual([undefined]);
  expect(session.openStreams).toBe(0);
});

test('a peer may end its stream with any frame', () => {
  const { raw, streams } = startSession();
  raw.feed(frame(windowUpdate, syn | fin, 1), frame(data, syn | fin, 3, text('bye')));
  expect(streams.map((heard) => [heard.text, heard.ends])).toEqual([
    ['', 1],
    ['bye', 1],
  ]);
});

test('after an end nothing is sent, and no second end', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1));
  raw.take();
  for (let i = 0; i < 2; i++) {
    streams[0]!.channel.end();
    streams[0]!.channel.write(text('late'));
    await turn();
  }
  expect(raw.take()).toMatchObject([{ type: data, flags: fin, id: 1, length: 0 }]);
});

test('a stream of ours opens with data and SYN, empty when nothing was written', async () => {
  const { raw, session } = startSession({ side: 'client' });
  const first = session.open();
  const second = new Heard(session.open());
  first.write(text('ask'));
  await turn();
  expect(raw.take()).toEqual([
    { type: data, flags: syn, id: 1, length: 3, data: text('ask') },
    { type: data, flags: syn, id: 3, length: 0, data: new Uint8Array(0) },
  ]);
  raw.feed(frame(windowUpdate, ack, 3, 0), frame(data, 0, 3, text('answer')));
  expect(second.text).toBe('answer');
  const third = session.open();
  third.end();
  await turn();
  expect(raw.take()).toEqual([{ type: data, flags: syn | fin, id: 5, length: 0, data: new Uint8Array(0) }]);
});

test('a reset by the peer drops what waits and tells the stream, once', async () => {
  const { raw, streams, session } = startSession();
  raw.feed(frame(data, syn, 1), frame(data, syn, 3));
  const [first, second] = streams;
  first!.channel.pause();
  raw.feed(frame(data, 0, 1, text('lost')), frame(windowUpdate, rst, 1));
  first!.channel.write(text('too late'));
  first!.channel.end();
  first!.channel.destroy();
  first!.channel.resume();
  await turn();
  expect(first!.chunks).toEqual([]);
  expect(first!.closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
  expect(second!.closes).toEqual([]);
  expect(session.openStreams).toBe(1);
  expect(raw.take().filter(({ flags }) => flags !== ack)).toEqual([]);
});

test('a stream that nobody attached to keeps its bytes and its end until somebody does', async () => {
  const channels: Channel[] = [];
  const { raw } = startSession({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn, 1, text('early ')), frame(data, fin, 1, text('bird')));
  await turn();
  const heard = new Heard(channels[0]!);
  expect(heard.chunks).toEqual([]);
  await turn();
  expect(heard.text).toBe('early bird');
  expect(heard.ends).toBe(1);
  expect(() => channels[0]!.attach(heard)).toThrow(TypeError);
});

test.each([
  ['bytes', 0, 'early', 0],
  ['an end', fin, '', 1],
])('a stream that nobody attached to keeps %s alone', async (_what, flags, told, ends) => {
  const channels: Channel[] = [];
  const { raw } = startSession({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn | flags, 1, text(told)));
  const heard = new Heard(channels[0]!);
  await turn();
  expect([heard.text, heard.ends]).toEqual([told, ends]);
});

test('what arrives right after somebody attached comes behind what was kept', async () => {
  const channels: Channel[] = [];
  const { raw } = startSession({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn, 1, text('early ')));
  const heard = new Heard(channels[0]!);
  raw.feed(frame(data, 0, 1, text('bird')));
  await turn();
  expect(heard.text).toBe('early bird');
});

test('a stream that was lost before somebody attached tells so', async () => {
  const channels: Channel[] = [];
  const { raw } = startSession({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn, 1, text('early')), frame(windowUpdate, rst, 1));
  await turn();
  const heard = new Heard(channels[0]!);
  await turn();
  expect(heard.closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
});

test('streams above the limit are reset, and their data is dropped', async () => {
  const { raw, streams } = startSession({ limits: { maxStreams: 2 } });
  for (const id of [1, 3, 5]) raw.feed(frame(data, syn, id, text('ask')));
  expect(raw.take().map(({ flags, id }) => [flags, id])).toEqual([
    [ack, 1],
    [ack, 3],
    [rst, 5],
  ]);
  raw.feed(frame(data, 0, 5, text('more')));
  expect(raw.take()).toEqual([]);
  streams[0]!.channel.destroy();
  await turn();
  raw.take();
  raw.feed(frame(data, syn, 7, text('ask')));
  expect(raw.take().map(({ flags, id }) => [flags, id])).toEqual([[ack, 7]]);
});

test('streams that nobody attaches to are limited by themselves', () => {
  const { raw, session } = startSession({ limits: { maxWaitingStreams: 3 } }, () => undefined);
  for (const id of [1, 3, 5, 7]) raw.feed(frame(windowUpdate, syn, id));
  expect(
    raw
      .take()
      .filter(({ flags }) => flags === rst)
      .map(({ id }) => id),
  ).toEqual([7]);
  expect(session.openStreams).toBe(3);
});

test('a stream waits until it has a handler or is over, and then makes room for another', () => {
  const { raw, session } = startSession({ limits: { maxWaitingStreams: 1 } }, () => undefined);
  raw.feed(frame(data, syn, 1), frame(windowUpdate, rst, 1), frame(data, syn, 3));
  expect(session.openStreams).toBe(1);
  const attached = startSession({ limits: { maxWaitingStreams: 1 } });
  attached.raw.feed(frame(data, syn, 1), frame(data, syn, 3));
  expect(attached.session.openStreams).toBe(2);
});

test('streams of ours do not count among those that the peer may open', async () => {
  const { raw, session } = startSession({ limits: { maxStreams: 1 } });
  raw.feed(frame(data, syn, 1));
  session.open().destroy();
  raw.feed(frame(data, syn, 3));
  expect(session.openStreams).toBe(1);
});

test('ids may come in any order: a stream takes its id when it is opened, and sends when it has data', () => {
  const { raw, streams, session } = startSession();
  for (const id of [5, 1, 9, 3]) raw.feed(frame(data, syn, id, text(`${id}`)));
  expect(streams.map((heard) => heard.text)).toEqual(['5', '1', '9', '3']);
  expect(session.closed).toBe(false);
});
