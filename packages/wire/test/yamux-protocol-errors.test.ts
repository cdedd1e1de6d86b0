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
  ['an answer to no ping', frame(ping, ack, 0, 5)],
  ['a second end', concat(frame(data, syn | fin, 1), frame(data, fin, 1), frame(windowUpdate, fin, 1))],
  ['a second ACK', concat(frame(data, syn, 1), frame(windowUpdate, ack, 1))],
])('ignored: %s', (_name, bytes) => {
  const { raw, session } = startSession();
  raw.feed(bytes);
  expect(raw.take().filter(({ flags }) => flags !== ack)).toEqual([]);
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
