import { createManualClock } from '@inkwire/base';
import { expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import { Flag, FrameType, GoAway } from '../src/yamux/header.ts';
import { createYamuxSession, type YamuxOptions } from '../src/yamux/index.ts';
import { concat, frame, Heard, RawChannel, turn } from './yamux-support.ts';

const { data, windowUpdate, ping, goAway } = FrameType;
const { syn, ack, fin, rst } = Flag;
const kib = 1024;
const text = (value: string) => new Uint8Array(Buffer.from(value));

/** A session whose peer is the test. Streams of the peer are attached to at once unless `listen` does otherwise. */
function start(
  options: Partial<YamuxOptions> = {},
  listen: (channel: Channel) => Heard | undefined = listening,
) {
  const raw = new RawChannel();
  const clock = createManualClock();
  const streams: Heard[] = [];
  const closes: (Error | undefined)[] = [];
  const session = createYamuxSession({
    channel: raw,
    side: 'server',
    clock,
    onChannel: (channel) => {
      const heard = listen(channel);
      if (heard !== undefined) streams.push(heard);
    },
    onClose: (error) => closes.push(error),
    ...options,
  });
  return { raw, clock, streams, closes, session };
}

const listening = (channel: Channel) => new Heard(channel);
const echoing = (channel: Channel) => {
  const heard = new Heard(channel);
  heard.onBytes = (bytes) => void channel.write(bytes);
  return heard;
};

test('a request that comes with SYN is answered with ACK, in one write', () => {
  const { raw } = start({}, echoing);
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
  const { raw, streams } = start();
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
    const { raw, streams } = start();
    raw.feed(bytes.subarray(0, cut), bytes.subarray(cut));
    expect(streams.map((heard) => heard.text)).toEqual(['hello world', 'other']);
    expect(streams.map((heard) => heard.ends)).toEqual([1, 0]);
    expect(raw.take()).toContainEqual({ type: ping, flags: ack, id: 0, length: 77, data: undefined });
  }
  const { raw, streams } = start();
  raw.feed(...[...bytes].map((byte) => Uint8Array.of(byte)));
  expect(streams.map((heard) => heard.text)).toEqual(['hello world', 'other']);
});

test('a payload that lies whole in a chunk is not copied', () => {
  const { raw, streams } = start();
  const bytes = frame(data, syn, 1, text('whole'));
  raw.feed(bytes);
  expect(streams[0]!.chunks[0]!.buffer).toBe(bytes.buffer);
});

test('a peer that half-closes right after its request still receives, and the end is in order', async () => {
  const { raw, streams, session } = start();
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

test('each write is one data frame, whole, and waits until the window has room for all of it', async () => {
  const { raw, streams } = start();
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
  const { raw, streams, session } = start();
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
  const accepting = start({ limits });
  accepting.raw.feed(frame(data, syn, 1, text('x')));
  expect(accepting.raw.take()).toEqual([
    { type: windowUpdate, flags: ack, id: 1, length: 768 * kib + 1, data: undefined },
  ]);
  const opening = start({ limits, side: 'client' });
  opening.session.open().write(text('x'));
  await turn();
  expect(opening.raw.take().map(({ type, flags, length }) => [type, flags, length])).toEqual([
    [data, syn, 1],
    [windowUpdate, 0, 768 * kib],
  ]);
});

test('a stream of ours opens with data and SYN, empty when nothing was written', async () => {
  const { raw, session } = start({ side: 'client' });
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

test('one byte too many is a protocol error: go-away, and the connection is closed', async () => {
  const { raw, streams, closes, session, clock } = start({}, (channel) => {
    const heard = new Heard(channel);
    channel.pause();
    return heard;
  });
  raw.feed(frame(data, syn, 1, new Uint8Array(262_144)));
  raw.take();
  raw.feed(frame(data, 0, 1, new Uint8Array(1)));
  expect(raw.take()).toEqual([
    { type: goAway, flags: 0, id: 0, length: GoAway.protocolError, data: undefined },
  ]);
  expect(raw.ended).toBe(true);
  await turn();
  const invalid = expect.objectContaining({ code: 'WIRE_YAMUX_INVALID' });
  expect(streams[0]!.closes).toEqual([invalid]);
  expect(session.closed).toBe(true);
  raw.feed(frame(data, syn, 3, text('still there?')));
  expect(streams.length).toBe(1);
  expect(raw.over).toBe(false);
  clock.advance(1000);
  expect(raw.over).toBe(true);
  await turn();
  expect(closes).toEqual([invalid]);
});

test.each([
  ['another version', Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0)],
  ['an unknown type', frame(4, 0, 0)],
  ['an id of our own side', frame(data, syn, 2)],
  ['the session as a stream', frame(data, syn, 0)],
  ['data for the session', frame(data, 0, 0, text('x'))],
  ['an id that is open', concat(frame(data, syn, 1), frame(data, syn, 1))],
  [
    'an id that was open',
    concat(frame(data, syn, 1), frame(windowUpdate, rst, 1), frame(windowUpdate, syn, 1)),
  ],
  ['data after the end', concat(frame(data, syn | fin, 1), frame(data, 0, 1, text('x')))],
  ['a window past 32 bits', concat(frame(data, syn, 1), frame(windowUpdate, 0, 1, 0xffffffff))],
  ['a first frame longer than the window', frame(data, syn, 1, 0x7fffffff)],
  ['a long frame for no stream', frame(data, 0, 99, 0xffffffff)],
])('a protocol error: %s', async (_name, bytes) => {
  const { raw, closes, clock } = start();
  raw.feed(bytes);
  expect(raw.take().at(-1)).toMatchObject({ type: goAway, length: GoAway.protocolError });
  clock.advance(1000);
  await turn();
  expect(closes).toEqual([expect.objectContaining({ code: 'WIRE_YAMUX_INVALID' })]);
});

test.each([
  ['a window for no stream', frame(windowUpdate, 0, 99, 5)],
  ['an end of no stream', frame(data, fin, 99)],
  ['a reset of no stream', frame(windowUpdate, rst, 99)],
  ['an answer to no ping', frame(ping, ack, 0, 5)],
  ['a second end', concat(frame(data, syn | fin, 1), frame(data, fin, 1), frame(windowUpdate, fin, 1))],
  ['a second ACK', concat(frame(data, syn, 1), frame(windowUpdate, ack, 1))],
])('ignored: %s', (_name, bytes) => {
  const { raw, session } = start();
  raw.feed(bytes);
  expect(raw.take().filter(({ flags }) => flags !== ack)).toEqual([]);
  expect(session.closed).toBe(false);
});

test('data for a stream that never was is dropped and answered with a reset', () => {
  const { raw, session } = start();
  raw.feed(frame(data, 0, 99, text('who?')), frame(data, 0, 2, text('you?')));
  expect(raw.take()).toEqual([
    { type: windowUpdate, flags: rst, id: 99, length: 0, data: undefined },
    { type: windowUpdate, flags: rst, id: 2, length: 0, data: undefined },
  ]);
  expect(session.closed).toBe(false);
});

test('data for a stream that we reset is dropped, but no more than its window had', async () => {
  const { raw, streams, session } = start();
  raw.feed(frame(data, syn, 1), frame(data, 0, 1, new Uint8Array(62_144)));
  streams[0]!.channel.destroy();
  await turn();
  expect(raw.take().at(-1)).toMatchObject({ type: windowUpdate, flags: rst, id: 1 });
  expect(streams[0]!.closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
  raw.feed(frame(data, 0, 1, new Uint8Array(200_000)));
  expect(raw.take()).toEqual([]);
  expect(streams[0]!.bytes.length).toBe(62_144);
  expect(session.closed).toBe(false);
  raw.feed(frame(data, 0, 1, new Uint8Array(1)));
  expect(session.closed).toBe(true);
});

test('a reset by the peer drops what waits and tells the stream, once', async () => {
  const { raw, streams, session } = start();
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
  const { raw } = start({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn, 1, text('early ')), frame(data, fin, 1, text('bird')));
  await turn();
  const heard = new Heard(channels[0]!);
  expect(heard.chunks).toEqual([]);
  await turn();
  expect(heard.text).toBe('early bird');
  expect(heard.ends).toBe(1);
  expect(() => channels[0]!.attach(heard)).toThrow(TypeError);
});

test('a stream that was lost before somebody attached tells so', async () => {
  const channels: Channel[] = [];
  const { raw } = start({}, (channel) => void channels.push(channel) as undefined);
  raw.feed(frame(data, syn, 1, text('early')), frame(windowUpdate, rst, 1));
  await turn();
  const heard = new Heard(channels[0]!);
  await turn();
  expect(heard.closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
});

test('streams above the limit are reset, and their data is dropped', async () => {
  const { raw, streams } = start({ limits: { maxStreams: 2 } });
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
  const { raw, session } = start({ limits: { maxWaitingStreams: 3 } }, () => undefined);
  for (const id of [1, 3, 5, 7]) raw.feed(frame(windowUpdate, syn, id));
  expect(
    raw
      .take()
      .filter(({ flags }) => flags === rst)
      .map(({ id }) => id),
  ).toEqual([7]);
  expect(session.openStreams).toBe(3);
});

test('ids may come in any order: a stream takes its id when it is opened, and sends when it has data', () => {
  const { raw, streams, session } = start();
  for (const id of [5, 1, 9, 3]) raw.feed(frame(data, syn, id, text(`${id}`)));
  expect(streams.map((heard) => heard.text)).toEqual(['5', '1', '9', '3']);
  expect(session.closed).toBe(false);
});

test('pings are answered with their value, in order', () => {
  const { raw } = start();
  raw.feed(concat(frame(ping, syn, 0, 0), frame(ping, syn, 0, 0xffffffff)));
  expect(raw.take().map(({ type, flags, length }) => [type, flags, length])).toEqual([
    [ping, ack, 0],
    [ping, ack, 0xffffffff],
  ]);
});

test('a peer that pings without reading is not read any more, until it reads', () => {
  const { raw } = start();
  const pings = concat(...Array.from({ length: 1000 }, (_, i) => frame(ping, syn, 0, i)));
  raw.clogged = true;
  raw.feed(pings);
  expect(raw.paused).toBe(false);
  raw.feed(pings);
  expect(raw.paused).toBe(false);
  raw.feed(pings);
  expect(raw.paused).toBe(true);
  raw.take();
  raw.drain();
  expect(raw.paused).toBe(false);
  expect(raw.take().length).toBe(2000);
});

test('a silent peer is pinged, and gone within 30 s of its last byte', async () => {
  const { raw, clock, streams, closes } = start();
  raw.feed(frame(data, syn, 1, text('x')));
  raw.take();
  clock.advance(29_999);
  await turn();
  expect(raw.take().map(({ type, flags }) => [type, flags])).toEqual([
    [ping, syn],
    [ping, syn],
  ]);
  expect(raw.over).toBe(false);
  clock.advance(1);
  await turn();
  const silent = expect.objectContaining({ code: 'WIRE_PEER_SILENT', retryable: true });
  expect(streams[0]!.closes).toEqual([silent]);
  expect(raw.error).toEqual(silent);
  expect(closes).toEqual([silent]);
  expect(clock.pending).toBe(0);
});

test('a peer that answers pings stays, whatever the interval', async () => {
  const { raw, clock, session } = start({ ping: { intervalMs: 100, misses: 1 } });
  for (let i = 0; i < 50; i++) {
    clock.advance(100);
    await turn(1);
    for (const { length } of raw.take()) raw.feed(frame(ping, ack, 0, length));
  }
  expect(session.closed).toBe(false);
  clock.advance(200);
  expect(session.closed).toBe(true);
});

test('a client says nothing before its first stream’s SYN, however late, and pings from then on', async () => {
  const { raw, clock, session } = start({ side: 'client' });
  clock.advance(60_000);
  await turn();
  expect([raw.take(), session.closed, clock.pending]).toEqual([[], false, 0]);
  // A ping that is due in the same turn comes behind it.
  session.open();
  clock.advance(60_000);
  await turn();
  expect(raw.take()).toEqual([{ type: data, flags: syn, id: 1, length: 0, data: new Uint8Array(0) }]);
  clock.advance(10_000);
  await turn();
  expect(raw.take().map(({ type, flags }) => [type, flags])).toEqual([[ping, syn]]);
  await session.destroy();
});

test.each(['close', 'destroy'] as const)(
  'a client that never opened a stream says nothing at %s',
  async (end) => {
    const { raw, session } = start({ side: 'client' });
    const ended = session[end]();
    await turn();
    expect(raw.take()).toEqual([]);
    if (!raw.over) raw.destroy();
    await ended;
  },
);

test('without pings silence is no fault, and no timer waits', () => {
  const { clock, session } = start({ ping: false });
  expect(clock.pending).toBe(0);
  clock.advance(1e9);
  expect(session.closed).toBe(false);
});

test('after the peer goes away nothing new is opened, and what is open goes on', async () => {
  const { raw, streams, session, closes } = start({}, echoing);
  raw.feed(frame(data, syn, 1, text('a')), frame(goAway, 0, 0, GoAway.normal), frame(data, 0, 1, text('b')));
  expect(raw.take().map(({ data: bytes }) => Buffer.from(bytes!).toString())).toEqual(['a', 'b']);
  expect(() => session.open()).toThrow(
    expect.objectContaining({ code: 'WIRE_CONNECTION_LOST', retryable: true }),
  );
  raw.feed(frame(data, fin, 1));
  streams[0]!.channel.end();
  await turn();
  raw.feedEnd();
  expect(streams[0]!.closes).toEqual([undefined]);
  expect(closes).toEqual([undefined]);
});

test('a peer that goes away because of an error says so to the streams that are left', async () => {
  const { raw, streams, closes } = start();
  raw.feed(frame(data, syn, 1), frame(goAway, 0, 0, GoAway.protocolError));
  raw.feedEnd();
  await turn();
  const invalid = expect.objectContaining({ code: 'WIRE_YAMUX_INVALID' });
  expect(streams[0]!.closes).toEqual([invalid]);
  expect(closes).toEqual([invalid]);
});

test('close says go-away, refuses new streams, and waits for the open ones', async () => {
  const { raw, streams, session, closes, clock } = start();
  raw.feed(frame(data, syn, 1));
  raw.take();
  const closing = session.close();
  expect(() => session.open()).toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
  await turn();
  expect(raw.take()).toEqual([{ type: goAway, flags: 0, id: 0, length: GoAway.normal, data: undefined }]);
  raw.feed(frame(data, syn, 3, text('new')));
  expect(raw.take().map(({ flags, id }) => [flags, id])).toEqual([[rst, 3]]);
  raw.feed(frame(data, fin, 1, text('last')));
  streams[0]!.channel.write(text('words'));
  streams[0]!.channel.end();
  await turn();
  expect(raw.take().map(({ flags, length }) => [flags, length])).toEqual([
    [0, 5],
    [fin, 0],
  ]);
  expect(streams[0]!.text).toBe('last');
  expect(raw.ended).toBe(true);
  raw.feedEnd();
  await closing;
  expect(closes).toEqual([undefined]);
  expect(clock.pending).toBe(0);
});

test('close does not wait for ever', async () => {
  const { raw, streams, session, clock } = start({ limits: { closeTimeoutMs: 500 } });
  raw.feed(frame(data, syn, 1));
  const closing = session.close();
  clock.advance(500);
  await closing;
  await turn();
  expect(streams[0]!.closes.length).toBe(1);
  expect(raw.over).toBe(true);
  expect(clock.pending).toBe(0);
});

test('destroy ends everything at once, and may be called again', async () => {
  const { raw, streams, session, closes, clock } = start();
  raw.feed(frame(data, syn, 1), frame(data, syn, 3));
  const error = new Error('fire');
  await Promise.all([session.destroy(error), session.destroy(), session.close()]);
  await turn();
  expect(streams.map((heard) => heard.closes)).toEqual([[error], [error]]);
  expect(raw.error).toBe(error);
  expect(closes).toEqual([error]);
  expect(clock.pending).toBe(0);
  expect(session.openStreams).toBe(0);
});

test('a connection that is lost is told to every stream, and to open', async () => {
  const { raw, streams, session, closes } = start();
  raw.feed(frame(data, syn, 1));
  raw.close();
  await turn();
  const lost = expect.objectContaining({ code: 'WIRE_CONNECTION_LOST', retryable: true });
  expect(streams[0]!.closes).toEqual([lost]);
  expect(closes).toEqual([lost]);
  expect(() => session.open()).toThrow(lost);
  await session.close();
});

test('a connection that ends in the middle of a frame is lost', async () => {
  const { raw, closes } = start();
  raw.feed(frame(ping, syn, 0, 1).subarray(0, 11));
  raw.feedEnd();
  expect(closes).toEqual([expect.objectContaining({ code: 'WIRE_CONNECTION_LOST' })]);
});

test('what was complete when the connection was lost is still handed on', async () => {
  const { raw, streams } = start();
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  channel.end();
  await turn();
  raw.feed(frame(data, fin, 1, text('complete')));
  raw.close();
  await turn();
  expect(streams[0]!.closes).toEqual([]);
  channel.resume();
  await turn();
  expect(streams[0]!.text).toBe('complete');
  expect(streams[0]!.closes).toEqual([undefined]);
});

test('a program that throws while it is told of bytes ends the connection with an internal error', async () => {
  const { raw, closes, clock } = start({}, (channel) => {
    const heard = new Heard(channel);
    heard.onBytes = () => {
      throw new Error('bug');
    };
    return heard;
  });
  expect(() => raw.feed(frame(data, syn, 1, text('x')))).toThrow('bug');
  expect(raw.take().at(-1)).toMatchObject({ type: goAway, length: GoAway.internalError });
  clock.advance(1000);
  await turn();
  expect(closes).toEqual([expect.objectContaining({ message: 'bug' })]);
});

test('frames go in turns: a small stream does not wait for a bulk one, nor do any two', async () => {
  const { raw, streams } = start();
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
  const { raw, streams } = start();
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

test('limits and pings out of bounds are refused by name', () => {
  const channel = new RawChannel();
  expect(() => createYamuxSession({ channel, side: 'client', limits: { receiveWindowBytes: 1000 } })).toThrow(
    'Expected `receiveWindowBytes` to be an integer from 262144 to 67108864, got `1000`',
  );
  expect(() => createYamuxSession({ channel, side: 'client', ping: { misses: 0 } })).toThrow(RangeError);
  expect(channel.handler).toBeUndefined();
});
