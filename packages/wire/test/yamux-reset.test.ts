import { expect, test } from 'vitest';
import { Allowance } from '../src/frames/allowance.ts';
import { Flag, FrameType, GoAway } from '../src/yamux/header.ts';
import { concat, frame, Heard, startHeldStream, startSession, text, turn } from './yamux-support.ts';

const { data, windowUpdate, ping, goAway } = FrameType;
const { syn, ack, fin, rst } = Flag;

test('the rest of a payload is skipped when its stream was reset meanwhile, wherever it is cut', async () => {
  // What is not skipped is read as headers, and each of these would be answered.
  const payload = concat(...Array.from({ length: 4 }, () => frame(ping, syn, 0, 1)));
  const whole = frame(data, fin, 1, payload);
  for (let cut = 1; cut < payload.length; cut++) {
    const { raw, streams, session } = startSession();
    raw.feed(frame(data, syn, 1), whole.subarray(0, whole.length - cut));
    streams[0]!.channel.destroy();
    await turn();
    expect(raw.take().at(-1)).toMatchObject({ type: windowUpdate, flags: rst, id: 1 });
    raw.feed(whole.subarray(whole.length - cut), frame(ping, syn, 0, 2), frame(data, syn, 3, text('next')));
    expect(raw.take().filter(({ type }) => type === ping)).toMatchObject([{ flags: ack, length: 2 }]);
    expect(streams.map((heard) => heard.bytes.length)).toEqual([payload.length - cut, 4]);
    expect(streams.map((heard) => [heard.ends, heard.closes.length])).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(session.closed).toBe(false);
  }
});

test('a payload that was announced before a reset counts whole against the window', () => {
  const { raw, streams, session } = startSession();
  const whole = frame(data, 0, 1, new Uint8Array(100_000));
  raw.feed(frame(data, syn, 1), whole.subarray(0, 40_000));
  streams[0]!.channel.destroy();
  raw.feed(whole.subarray(40_000), frame(data, 0, 1, new Uint8Array(162_144)));
  expect(session.closed).toBe(false);
  raw.feed(frame(data, 0, 1, new Uint8Array(1)));
  expect(session.closed).toBe(true);
});

test('a handler that resets its stream while it receives bytes receives no more, and the session continues', async () => {
  const { raw, streams, session } = startSession({}, (channel) => {
    const heard = new Heard(channel);
    const keep = heard.onBytes.bind(heard);
    heard.onBytes = (bytes) => {
      keep(bytes);
      channel.destroy();
    };
    return heard;
  });
  const whole = frame(data, syn | fin, 1, new Uint8Array(200_000));
  raw.feed(whole.subarray(0, 150_000), whole.subarray(150_000), frame(ping, syn, 0, 3));
  await turn();
  expect(raw.take()).toMatchObject([
    { type: windowUpdate, flags: rst, id: 1 },
    { type: ping, flags: ack, length: 3 },
  ]);
  expect(streams[0]!.chunks.map(({ length }) => length)).toEqual([150_000 - 12]);
  expect([streams[0]!.ends, session.closed]).toEqual([0, false]);
});

test.each([
  ['neither side', false, false, [rst]],
  ['this side', true, false, [rst]],
  ['the peer', false, true, [rst]],
  ['both sides', true, true, []],
])(
  'destroy drops what is held of a stream that %s had ended, and the peer receives what it must',
  async (_sides, ours, theirs, sent) => {
    const { raw, streams } = await startHeldStream({ ours, theirs });
    const { channel } = streams[0]!;
    raw.take();
    channel.destroy();
    channel.resume();
    await turn();
    expect(raw.take().map(({ flags }) => flags)).toEqual(sent);
    const { text: told, ends, closes } = streams[0]!;
    expect([told, ends]).toEqual(['', 0]);
    expect(closes).toEqual([expect.objectContaining({ code: 'WIRE_STREAM_RESET' })]);
  },
);

test('the peer never learns of a stream that is destroyed before its SYN was sent', async () => {
  const { raw, session } = startSession({ side: 'client' });
  const heard = new Heard(session.open());
  heard.channel.destroy();
  await turn();
  expect([raw.take(), heard.closes.length, session.openStreams]).toEqual([[], 1, 0]);
});

test('a handler that destroys its stream owes the peer no window', async () => {
  const { raw, streams } = startSession({}, (channel) => {
    const heard = new Heard(channel);
    heard.onBytes = () => channel.destroy();
    return heard;
  });
  raw.feed(frame(data, syn, 1));
  raw.take();
  raw.feed(frame(data, 0, 1, new Uint8Array(200_000)));
  await turn();
  expect(raw.take()).toMatchObject([{ type: windowUpdate, flags: rst, id: 1 }]);
  expect(streams[0]!.closes.length).toBe(1);
});

test('a stream that is over holds nothing: no bytes to send, and none on the allowance', () => {
  const allowance = new Allowance();
  const { raw, streams } = startSession({ allowance });
  raw.clogged = true;
  raw.feed(frame(data, syn, 1));
  const { channel } = streams[0]!;
  channel.pause();
  channel.write(new Uint8Array(1000));
  raw.feed(frame(data, 0, 1, new Uint8Array(5000)));
  expect([channel.queuedBytes, allowance.heldBytes]).toEqual([1000, 5000]);
  channel.destroy();
  channel.write(new Uint8Array(1000));
  expect([channel.queuedBytes, allowance.heldBytes]).toEqual([0, 0]);
});

test('a stream that would make us hold more than its connection may is reset, and the connection ends', async () => {
  const { raw, streams } = startSession({ allowance: new Allowance({ maxHeldBytes: 1000 }) }, (channel) => {
    channel.pause();
    return new Heard(channel);
  });
  raw.feed(frame(data, syn, 1, new Uint8Array(1001)), frame(ping, syn, 0, 1));
  expect(raw.take()).toMatchObject([
    { type: windowUpdate, flags: rst, id: 1 },
    { type: ping, flags: ack },
  ]);
  await turn();
  expect(streams[0]!.closes).toEqual([expect.objectContaining({ code: 'WIRE_HELD_TOO_LARGE' })]);
  expect(raw.take()).toMatchObject([{ type: goAway, length: GoAway.protocolError }]);
});
