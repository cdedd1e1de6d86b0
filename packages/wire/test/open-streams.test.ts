import { createManualClock } from '@inkwire/base';
import { expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import { createChannelPair } from '../src/channels/memory-channel.ts';
import { createYamuxSession } from '../src/yamux/index.ts';
import { openStreams, type StreamsOptions } from '../src/yamux/open-streams.ts';

interface Heard {
  readonly channel: Channel;
  text: string;
  ended: boolean;
  closed: boolean;
}

/** A side that opens streams and echoes what they send. */
function serve(
  channel: Channel,
  options: StreamsOptions = {},
): { heard: Heard[]; streams: ReturnType<typeof openStreams> } {
  const heard: Heard[] = [];
  const streams = openStreams(
    channel,
    (stream) => {
      const one: Heard = { channel: stream, text: '', ended: false, closed: false };
      heard.push(one);
      stream.attach({
        onBytes: (bytes) => {
          one.text += Buffer.from(bytes).toString('latin1');
          stream.write(bytes);
        },
        onEnd: () => {
          one.ended = true;
          stream.end();
        },
        onDrain() {},
        onClose: () => {
          one.closed = true;
        },
      });
    },
    options,
  );
  return { heard, streams };
}

function listen(channel: Channel): Heard {
  const heard: Heard = { channel, text: '', ended: false, closed: false };
  channel.attach({
    onBytes: (bytes) => {
      heard.text += Buffer.from(bytes).toString('latin1');
    },
    onEnd: () => {
      heard.ended = true;
    },
    onDrain() {},
    onClose: () => {
      heard.closed = true;
    },
  });
  return heard;
}

async function settled(turns = 30): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

test.each([[[13]], [[1, 12]], [[2, 11]], [[3, 10]], [[4, 9]], [[1, 1, 1, 1, 9]], [[5, 1, 7]]])(
  'plain frames are one channel, its first bytes included, cut as %j',
  async (cuts) => {
    const [here, there] = createChannelPair();
    const { heard } = serve(there);
    const own = listen(here);
    const bytes = Buffer.from('\0\0\0\x09hello you', 'latin1');
    let at = 0;
    for (const length of cuts) {
      here.write(bytes.subarray(at, at + length));
      at += length;
      await settled(3);
    }
    here.end();
    await settled();
    expect(heard).toMatchObject([{ text: '\0\0\0\x09hello you', ended: true, closed: true }]);
    expect(own).toMatchObject({ text: '\0\0\0\x09hello you', ended: true, closed: true });
  },
);

test('yamux is a channel for each stream that the peer opens', async () => {
  const [here, there] = createChannelPair();
  const { heard, streams } = serve(there);
  const session = createYamuxSession({ channel: here, side: 'client' });
  const [first, second] = [session.open(), session.open()].map(listen);
  first!.channel.write(Buffer.from('one'));
  second!.channel.write(Buffer.from('two'));
  await settled();
  expect(heard.map(({ text }) => text)).toEqual(['one', 'two']);
  expect([first!.text, second!.text]).toEqual(['one', 'two']);
  await Promise.all([streams.destroy(), session.destroy()]);
});

test('who ends without a byte is ended, and who ends in the middle of a header is handed on', async () => {
  const [here, there] = createChannelPair();
  const { heard } = serve(there);
  const own = listen(here);
  here.end();
  await settled();
  expect([heard.length, own.closed]).toEqual([0, true]);

  const [here2, there2] = createChannelPair();
  const { heard: heard2 } = serve(there2);
  listen(here2);
  here2.write(Buffer.from('\0\0', 'latin1'));
  here2.end();
  await settled();
  expect(heard2).toMatchObject([{ text: '\0\0', ended: true }]);
});

test('a paused taker hears everything of a plain connection that both sides have ended, and then its end', async () => {
  const [here, there] = createChannelPair();
  const { heard } = serve(there);
  listen(here);
  here.write(Buffer.from('plain'));
  here.end();
  await new Promise<void>((resolve) => {
    const look = () => (heard.length > 0 ? resolve() : setImmediate(look));
    look();
  });
  heard[0]!.channel.pause();
  heard[0]!.channel.end();
  await settled();
  expect(heard).toMatchObject([{ text: '', closed: false }]);
  heard[0]!.channel.resume();
  await settled();
  expect(heard).toMatchObject([{ text: 'plain', ended: true, closed: true }]);
});

test('close ends a connection that has said nothing, and leaves a plain channel to its taker', async () => {
  const [here, there] = createChannelPair();
  const { streams } = serve(there);
  const own = listen(here);
  await streams.close();
  await settled();
  expect(own.closed).toBe(true);

  const [here2, there2] = createChannelPair();
  const { streams: streams2, heard } = serve(there2);
  const own2 = listen(here2);
  here2.write(Buffer.from('plain'));
  await settled();
  await streams2.close();
  here2.write(Buffer.from(' more'));
  await settled();
  expect(heard).toMatchObject([{ text: 'plain more', closed: false }]);
  await streams2.destroy();
  await settled();
  expect([heard[0]!.closed, own2.closed]).toEqual([true, true]);
});

test('who says nothing in time is ended; who has begun is handed on, to be judged as it is', async () => {
  const clock = createManualClock();
  const options = { clock, beginTimeoutMs: 1000 };
  const [silent, theirs] = createChannelPair();
  const [slow, theirs2] = createChannelPair();
  const nothing = serve(theirs, options);
  const little = serve(theirs2, options);
  const [own, own2] = [listen(silent), listen(slow)];
  slow.write(Buffer.from('\0\0\0', 'latin1'));
  await settled();
  clock.advance(999);
  await settled();
  expect([own.closed, own2.closed, little.heard]).toEqual([false, false, []]);
  clock.advance(1);
  await settled();
  expect([own.closed, own2.closed, nothing.heard]).toEqual([true, false, []]);
  expect(little.heard).toMatchObject([{ text: '\0\0\0' }]);
  slow.write(Buffer.from('\x01x', 'latin1'));
  await settled();
  expect(little.heard).toMatchObject([{ text: '\0\0\0\x01x' }]);
  expect(clock.pending).toBe(0);
});

test('no timer is left of a connection that has begun, or is over', async () => {
  const clock = createManualClock();
  const [here, there] = createChannelPair();
  const [gone, there2] = createChannelPair();
  serve(there, { clock });
  serve(there2, { clock });
  listen(here);
  listen(gone);
  expect(clock.pending).toBe(2);
  here.write(Buffer.from('plain'));
  gone.destroy();
  await settled();
  expect(clock.pending).toBe(0);
  expect(() => openStreams(here, () => {}, { beginTimeoutMs: 0 })).toThrow(RangeError);
});

test('options out of bounds are refused at the call', () => {
  const [here] = createChannelPair();
  expect(() => openStreams(here, () => {}, { limits: { maxStreams: -1 } })).toThrow(/maxStreams/);
  expect(() => openStreams(here, () => {}, { ping: { intervalMs: 0 } })).toThrow(/ping.intervalMs/);
  // Nobody has attached meanwhile.
  expect(() => openStreams(here, () => {}, { ping: false })).not.toThrow();
});

test('onClose tells the end of a connection once, plain, multiplexed or never begun', async () => {
  const ends: unknown[] = [];
  const opened = () => {
    const [here, there] = createChannelPair();
    serve(there, { onClose: (error) => ends.push(error) });
    return here;
  };
  const plain = opened();
  listen(plain);
  plain.write(Buffer.from('plain'));
  plain.end();
  await settled();
  expect(ends).toEqual([undefined]);

  const session = createYamuxSession({ channel: opened(), side: 'client' });
  listen(session.open()).channel.write(Buffer.from('one'));
  await settled();
  await session.destroy();
  await settled();
  expect(ends).toEqual([undefined, expect.objectContaining({ code: 'WIRE_CONNECTION_LOST' })]);

  const silent = opened();
  listen(silent);
  silent.destroy();
  await settled();
  expect(ends.length).toBe(3);
  expect(ends[2]).toMatchObject({ code: 'WIRE_CONNECTION_LOST' });
});
