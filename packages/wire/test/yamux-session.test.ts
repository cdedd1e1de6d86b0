import { expect, test } from 'vitest';
import { Flag, FrameType, GoAway } from '../src/yamux/header.ts';
import { createYamuxSession } from '../src/yamux/index.ts';
import {
  concat,
  echoing,
  frame,
  RawChannel,
  startHeldStream,
  startSession,
  text,
  turn,
} from './yamux-support.ts';

const { data, ping, goAway } = FrameType;
const { syn, ack, fin, rst } = Flag;

test('pings are answered with their value, in order', () => {
  const { raw } = startSession();
  raw.feed(concat(frame(ping, syn, 0, 0), frame(ping, syn, 0, 0xffffffff)));
  expect(raw.take().map(({ type, flags, length }) => [type, flags, length])).toEqual([
    [ping, ack, 0],
    [ping, ack, 0xffffffff],
  ]);
});

test('a peer that pings without reading is not read any more, until it reads', () => {
  const { raw } = startSession();
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
  const { raw, clock, streams, closes } = startSession();
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
  const { raw, clock, session } = startSession({ ping: { intervalMs: 100, misses: 1 } });
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
  const { raw, clock, session } = startSession({ side: 'client' });
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
    const { raw, session } = startSession({ side: 'client' });
    const ended = session[end]();
    await turn();
    expect(raw.take()).toEqual([]);
    if (!raw.over) raw.destroy();
    await ended;
  },
);

test('without pings silence is no fault, and no timer waits', () => {
  const { clock, session } = startSession({ ping: false });
  expect(clock.pending).toBe(0);
  clock.advance(1e9);
  expect(session.closed).toBe(false);
});

test('after the peer goes away nothing new is opened, and what is open goes on', async () => {
  const { raw, streams, session, closes } = startSession({}, echoing);
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
  const { raw, streams, closes } = startSession();
  raw.feed(frame(data, syn, 1), frame(goAway, 0, 0, GoAway.protocolError));
  raw.feedEnd();
  await turn();
  const invalid = expect.objectContaining({ code: 'WIRE_YAMUX_INVALID' });
  expect(streams[0]!.closes).toEqual([invalid]);
  expect(closes).toEqual([invalid]);
});

test('close says go-away, refuses new streams, and waits for the open ones', async () => {
  const { raw, streams, session, closes, clock } = startSession();
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
  const { raw, streams, session, clock } = startSession({ limits: { closeTimeoutMs: 500 } });
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
  const { raw, streams, session, closes, clock } = startSession();
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
  const { raw, streams, session, closes } = startSession();
  raw.feed(frame(data, syn, 1));
  raw.close();
  await turn();
  const lost = expect.objectContaining({ code: 'WIRE_CONNECTION_LOST', retryable: true });
  expect(streams[0]!.closes).toEqual([lost]);
  expect(closes).toEqual([lost]);
  expect(() => session.open()).toThrow(lost);
  await session.close();
});

test.each([
  ['a header', frame(ping, syn, 0, 1).subarray(0, 11)],
  ['a payload, although no stream is there for it', frame(data, 0, 1, text('cut')).subarray(0, 14)],
])('a connection that ends in the middle of %s is lost', async (_where, bytes) => {
  const { raw, closes } = startSession();
  raw.feed(bytes);
  raw.feedEnd();
  expect(closes).toEqual([expect.objectContaining({ code: 'WIRE_CONNECTION_LOST' })]);
});

test('what was complete when the connection was lost is still handed on', async () => {
  const { raw, streams } = startSession();
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

test.each([
  ['this side', true, false],
  ['the peer', false, true],
])('a stream that only %s has ended is lost with its connection', async (_side, ours, theirs) => {
  const { raw, streams } = await startHeldStream({ ours, theirs });
  raw.close();
  await turn();
  expect(streams[0]!.closes).toEqual([expect.objectContaining({ code: 'WIRE_CONNECTION_LOST' })]);
});

test('limits and pings out of bounds are refused by name', () => {
  const channel = new RawChannel();
  expect(() => createYamuxSession({ channel, side: 'client', limits: { receiveWindowBytes: 1000 } })).toThrow(
    'Expected `receiveWindowBytes` to be an integer from 262144 to 67108864, got `1000`',
  );
  expect(() => createYamuxSession({ channel, side: 'client', ping: { misses: 0 } })).toThrow(RangeError);
  expect(channel.handler).toBeUndefined();
});
