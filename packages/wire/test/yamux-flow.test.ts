import { expect, test } from 'vitest';
import { Flag, FrameType } from '../src/yamux/header.ts';
import { createYamuxSession } from '../src/yamux/index.ts';
import { concat, frame, Heard, RawChannel, startSession, text, turn } from './yamux-support.ts';

const { data, windowUpdate } = FrameType;
const { syn, ack, fin } = Flag;
const kib = 1024;

test('each write is one data frame, whole, and waits until the window has room for all of it', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(windowUpdate, syn, 1));
  raw.take();
  const { channel } = streams[0]!;
  expect(channel.maxWriteBytes).toBe(131_072);
  expect(() => channel.write(new Uint8Array(131_073))).toThrow(RangeError);
  expect(channel.write(new Uint8Array(100_000).fill(1))).toBe(true);
  expect(channel.write(new Uint8Array(100_000).fill(2))).toBe(false);
  expect(channel.write(new Uint8Array(100_000).fill(3))).toBe(false);
  expect(channel.write(text('small'))).toBe(false);
  await turn();
  expect(raw.take().map(({ length }) => length)).toEqual([100_000, 100_000]);
  expect(channel.queuedBytes).toBe(100_005);
  raw.feed(frame(windowUpdate, 0, 1, 100_000 - 62_145));
  expect(raw.take()).toEqual([]);
  raw.feed(frame(windowUpdate, 0, 1, 1));
  expect(raw.take().map(({ length }) => length)).toEqual([100_000]);
  raw.feed(frame(windowUpdate, 0, 1, 4));
  expect(raw.take()).toEqual([]);
  raw.feed(frame(windowUpdate, 0, 1, 1));
  expect(raw.take().map(({ length }) => length)).toEqual([5]);
  await turn();
  expect(streams[0]!.drains).toBe(1);
});

test('the peer gets its window back when half of it is consumed, and nothing while the stream is paused', async () => {
  const { raw, streams, session } = startSession();
  raw.feed(frame(data, syn, 1), frame(data, 0, 1, new Uint8Array(100_000)));
  raw.take();
  raw.feed(frame(data, 0, 1, new Uint8Array(31_071)));
  expect(raw.take()).toEqual([]);
  raw.feed(frame(data, 0, 1, new Uint8Array(1)));
  expect(raw.take()).toEqual([{ type: windowUpdate, flags: 0, id: 1, length: 131_072, data: undefined }]);
  const { channel } = streams[0]!;
  channel.pause();
  raw.feed(frame(data, 0, 1, new Uint8Array(262_144).fill(9)));
  expect(raw.take()).toEqual([]);
  expect(streams[0]!.bytes.length).toBe(131_072);
  channel.resume();
  expect(streams[0]!.bytes.length).toBe(131_072 + 262_144);
  await turn();
  expect(raw.take()).toEqual([{ type: windowUpdate, flags: 0, id: 1, length: 262_144, data: undefined }]);
  expect(session.closed).toBe(false);
});

test('a larger window is granted with the first frame, from either side', async () => {
  const limits = { receiveWindowBytes: 1024 * kib };
  const accepting = startSession({ limits });
  accepting.raw.feed(frame(data, syn, 1, text('x')));
  expect(accepting.raw.take()).toEqual([
    { type: windowUpdate, flags: ack, id: 1, length: 768 * kib + 1, data: undefined },
  ]);
  const opening = startSession({ limits, side: 'client' });
  opening.session.open().write(text('x'));
  await turn();
  expect(opening.raw.take().map(({ type, flags, length }) => [type, flags, length])).toEqual([
    [data, syn, 1],
    [windowUpdate, 0, 768 * kib],
  ]);
});

test('frames go in turns: a small stream does not wait for a bulk one, nor do any two', async () => {
  const { raw, streams } = startSession();
  for (const id of [1, 3, 5]) raw.feed(frame(windowUpdate, syn, id, 8_000_000));
  raw.take();
  const [bulk, small, medium] = streams.map((heard) => heard.channel);
  raw.clogged = true;
  for (let i = 0; i < 20; i++) bulk!.write(new Uint8Array(131_072));
  for (let i = 0; i < 4; i++) medium!.write(new Uint8Array(20_000));
  for (let i = 0; i < 3; i++) small!.write(text(`${i}`));
  const order: number[] = [];
  await turn();
  for (let i = 0; i < 40; i++) {
    order.push(...raw.take().map(({ id }) => id));
    raw.clogged = true;
    raw.handler!.onDrain();
  }
  expect(order.slice(0, 10)).toEqual([1, 5, 3, 1, 5, 3, 1, 5, 3, 1]);
  expect(order.length).toBe(27);
});

test('while the channel takes no writes, data stays in its streams and write says so', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(windowUpdate, syn, 1, 8_000_000));
  raw.clogged = true;
  const { channel } = streams[0]!;
  channel.write(new Uint8Array(70_000));
  await turn();
  raw.take();
  const answers = Array.from({ length: 4 }, () => channel.write(new Uint8Array(50_000)));
  await turn();
  expect(answers).toEqual([true, true, false, false]);
  expect(raw.take()).toEqual([]);
  expect(channel.queuedBytes).toBe(200_000);
  raw.drain();
  await turn();
  expect(channel.queuedBytes).toBe(0);
  expect(streams[0]!.drains).toBe(1);
});

test('a channel that takes short writes gets them', async () => {
  const raw = new RawChannel(1000);
  const session = createYamuxSession({ channel: raw, side: 'client', ping: false });
  session.open().write(new Uint8Array(5000).fill(7));
  await turn();
  expect(Math.max(...raw.written.map(({ length }) => length))).toBe(1000);
  expect(raw.take()).toEqual([
    { type: data, flags: syn, id: 1, length: 5000, data: new Uint8Array(5000).fill(7) },
  ]);
});

test('a handler that pauses while held bytes are delivered receives the others when it resumes', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  raw.feed(frame(data, 0, 1, new Uint8Array(100_000)), frame(data, 0, 1, new Uint8Array(50_000)));
  const keep = streams[0]!.onBytes.bind(streams[0]!);
  streams[0]!.onBytes = (bytes) => {
    keep(bytes);
    channel.pause();
  };
  channel.resume();
  expect(streams[0]!.chunks.map(({ length }) => length)).toEqual([100_000]);
  channel.resume();
  expect(streams[0]!.chunks.map(({ length }) => length)).toEqual([100_000, 50_000]);
  expect(streams[0]!.ends).toBe(0);
});

test('a handler that resumes its stream while it receives bytes is not called inside itself', () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  raw.feed(frame(data, 0, 1, new Uint8Array(100_000)), frame(data, 0, 1, new Uint8Array(50_000)));
  let [inside, deepest, received] = [0, 0, 0];
  streams[0]!.onBytes = (bytes) => {
    received += bytes.length;
    deepest = Math.max(deepest, ++inside);
    channel.pause();
    channel.resume();
    inside -= 1;
  };
  channel.resume();
  expect([deepest, received]).toEqual([1, 150_000]);
});

test('a handler that throws when its stream is resumed receives what comes later', () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  raw.feed(frame(data, 0, 1, text('first')));
  const keep = streams[0]!.onBytes.bind(streams[0]!);
  streams[0]!.onBytes = () => {
    throw new Error('bug');
  };
  expect(() => channel.resume()).toThrow('bug');
  streams[0]!.onBytes = keep;
  raw.feed(frame(data, 0, 1, text('second')));
  expect(streams[0]!.text).toBe('second');
});

test('a peer that has ended receives no window', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1), frame(data, syn, 3));
  raw.take();
  raw.feed(concat(frame(data, 0, 1, new Uint8Array(200_000)), frame(data, fin, 1)));
  streams[1]!.channel.pause();
  raw.feed(frame(data, fin, 3, new Uint8Array(200_000)));
  streams[1]!.channel.resume();
  await turn();
  expect(streams.map(({ bytes, ends }) => [bytes.length, ends])).toEqual([
    [200_000, 1],
    [200_000, 1],
  ]);
  expect(raw.take()).toEqual([]);
});

test('a write of no bytes sends nothing', async () => {
  const { raw, streams } = startSession();
  raw.feed(frame(data, syn, 1));
  raw.take();
  expect(streams[0]!.channel.write(new Uint8Array(0))).toBe(true);
  await turn();
  expect(raw.take()).toEqual([]);
});

test('no write is asked for on a stream that is full again, or has an end, before it is told', async () => {
  const { raw, streams } = startSession();
  for (const id of [1, 3]) raw.feed(frame(windowUpdate, syn, id));
  raw.clogged = true;
  for (const { channel } of streams) channel.write(new Uint8Array(131_072));
  const [full, over] = streams;
  raw.drain();
  full!.channel.write(new Uint8Array(131_072));
  expect(full!.channel.write(new Uint8Array(0))).toBe(false);
  over!.channel.destroy();
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  expect(streams.map(({ drains }) => drains)).toEqual([0, 0]);
  await turn();
  expect(streams.map(({ drains }) => drains)).toEqual([1, 0]);
});

test('the first frame of a stream is data, also when the peer has sent on it before', async () => {
  const { raw, session } = startSession({ side: 'client' });
  new Heard(session.open());
  raw.feed(frame(data, 0, 1, new Uint8Array(200_000)));
  await turn();
  expect(raw.take().map(({ type, flags, length }) => [type, flags, length])).toEqual([
    [data, syn, 0],
    [windowUpdate, 0, 200_000],
  ]);
});
