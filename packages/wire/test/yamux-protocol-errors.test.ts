import { expect, test } from 'vitest';
import { Flag, FrameType, GoAway } from '../src/yamux/header.ts';
import { concat, frame, Heard, startSession, text, turn } from './yamux-support.ts';

const { data, windowUpdate, ping, goAway } = FrameType;
const { syn, ack, fin, rst } = Flag;

test('one byte too many is a protocol error: go-away, and the connection is closed', async () => {
  const { raw, streams, closes, session, clock } = startSession({}, (channel) => {
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
  ['a window of 2³² bytes', concat(frame(data, syn, 1), frame(windowUpdate, 0, 1, 2 ** 32 - 262_144))],
  ['a first frame longer than the window', frame(data, syn, 1, 0x7fffffff)],
  ['a long frame for no stream', frame(data, 0, 99, 0xffffffff)],
])('a protocol error: %s', async (_name, bytes) => {
  const { raw, closes, clock } = startSession();
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
  ['a reset of no stream that comes with data', frame(data, rst, 99, text('bye'))],
  ['an answer to no ping', frame(ping, ack, 0, 5)],
  ['a second end', concat(frame(data, syn | fin, 1), frame(data, fin, 1), frame(windowUpdate, fin, 1))],
  ['the largest window', concat(frame(data, syn, 1), frame(windowUpdate, 0, 1, 2 ** 32 - 262_145))],
  ['a second ACK', concat(frame(data, syn, 1), frame(windowUpdate, ack, 1))],
])('ignored: %s', (_name, bytes) => {
  const { raw, streams, session } = startSession();
  raw.feed(bytes);
  expect(raw.take().filter(({ type, flags }) => type !== windowUpdate || flags !== ack)).toEqual([]);
  for (const { ends } of streams) expect(ends).toBeLessThan(2);
  expect(session.closed).toBe(false);
});

test('data for a stream that never was is dropped and answered with a reset', () => {
  const { raw, session } = startSession();
  raw.feed(frame(data, 0, 99, text('who?')), frame(data, 0, 2, text('you?')));
  expect(raw.take()).toEqual([
    { type: windowUpdate, flags: rst, id: 99, length: 0, data: undefined },
    { type: windowUpdate, flags: rst, id: 2, length: 0, data: undefined },
  ]);
  expect(session.closed).toBe(false);
});

test('data for a stream that we reset is dropped, but no more than its window had', async () => {
  const { raw, streams, session } = startSession();
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

test('data for a stream that was refused is dropped, but no more than a window of it', () => {
  const { raw, session } = startSession({ limits: { maxStreams: 0 } });
  raw.feed(frame(data, syn, 1, new Uint8Array(62_144)), frame(data, 0, 1, new Uint8Array(200_000)));
  expect(raw.take()).toMatchObject([{ flags: rst, id: 1 }]);
  expect(session.closed).toBe(false);
  raw.feed(frame(data, 0, 1, new Uint8Array(1)));
  expect(session.closed).toBe(true);
});

test.each([
  ['had ended it', syn | fin, true, undefined],
  ['ends it', syn, true, fin],
  ['resets it as well', syn, true, rst],
  ['alone resets it', syn, false, rst],
] as const)(
  'a stream takes no place among those whose data is counted when the peer %s',
  (_what, first, isReset, last) => {
    const { raw, streams, session } = startSession();
    raw.feed(frame(data, syn, 1));
    streams[0]!.channel.destroy();
    // As many as are counted at a time: with one more, the first would not be.
    for (let id = 3; id < 3 + 2 * 256; id += 2) {
      raw.feed(frame(data, first, id));
      if (isReset) streams.at(-1)!.channel.destroy();
      if (last !== undefined) raw.feed(frame(windowUpdate, last, id));
    }
    raw.feed(frame(data, 0, 1, new Uint8Array(262_144)));
    expect(session.closed).toBe(false);
    raw.feed(frame(data, 0, 1, new Uint8Array(1)));
    expect(session.closed).toBe(true);
  },
);

test('a stream that its peer opens and resets in one frame never was, but its id is used', () => {
  const { raw, streams, session } = startSession();
  raw.feed(frame(data, syn | rst, 1));
  expect([streams.length, raw.take(), session.closed]).toEqual([0, [], false]);
  raw.feed(frame(data, syn, 1));
  expect([streams.length, session.closed]).toEqual([0, true]);
});

test('a SYN with an id that the peer may not use opens no stream', () => {
  const { raw, streams, session } = startSession();
  raw.feed(frame(data, syn, 2, text('mine')));
  expect([streams.length, session.openStreams]).toEqual([0, 0]);
});

test('what follows a broken rule in the same chunk is not read', () => {
  const { raw, streams } = startSession();
  raw.feed(concat(frame(4, 0, 0), frame(data, syn, 1, text('ask')), frame(ping, syn, 0, 1)));
  expect(streams.length).toBe(0);
  expect(raw.take()).toMatchObject([{ type: goAway, length: GoAway.protocolError }]);
});

test('a broken rule does not take what a stream that both sides have ended holds for its handler', async () => {
  const { raw, streams, session } = startSession();
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  channel.end();
  await turn();
  raw.feed(frame(data, fin, 1, text('complete')), frame(windowUpdate, syn | rst, 1));
  expect(session.closed).toBe(true);
  channel.resume();
  await turn();
  expect(streams[0]!.text).toBe('complete');
  expect(streams[0]!.closes).toEqual([undefined]);
});

test('a program that throws while it is told of bytes ends the connection with an internal error', async () => {
  const { raw, closes, clock } = startSession({}, (channel) => {
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
