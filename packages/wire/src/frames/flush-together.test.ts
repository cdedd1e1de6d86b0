import { expect, it } from 'vitest';
import type { Channel, ChannelHandler } from '../channels/channel.ts';
import { createChannelPair } from '../channels/memory-channel.ts';
import { createYamuxSession } from '../yamux/index.ts';
import { Allowance } from './allowance.ts';
import { flushAnswered, flushTogether } from './flush-together.ts';
import { FrameStream } from './frame-stream.ts';
import { sharedWriter } from './frame-writer.ts';

const turn = () => new Promise(setImmediate);

/** Somebody who answers, and counts how often that was written. */
function answering() {
  const one = {
    flushed: 0,
    flush() {
      one.flushed++;
    },
  };
  return one;
}

it('writes sixteen answers at once, and fewer at the end of the turn', async () => {
  const all = Array.from({ length: 18 }, answering);
  const flushed = () => all.map((one) => one.flushed).reduce((sum, count) => sum + count);
  for (const one of all.slice(0, 15)) flushTogether(one);
  expect(flushed()).toBe(0);
  for (const one of all.slice(15)) flushTogether(one);
  expect(flushed()).toBe(16);
  await turn();
  expect(all.every((one) => one.flushed === 1)).toBe(true);
});

it('writes what is answered while others are written', async () => {
  const [first, second] = [answering(), answering()];
  const flush = first.flush;
  first.flush = () => {
    flush();
    if (first.flushed === 1) flushTogether(second);
  };
  flushTogether(first);
  flushAnswered();
  expect(second.flushed).toBe(0);
  await turn();
  expect([first.flushed, second.flushed]).toEqual([1, 1]);
});

/** A channel that a test hands bytes to, and that keeps what is written. */
function fakeChannel() {
  let handler: ChannelHandler | undefined;
  const written: Uint8Array[] = [];
  const channel = {
    ...createChannelPair()[0],
    maxWriteBytes: Number.POSITIVE_INFINITY,
    attach: (to: ChannelHandler) => void (handler = to),
    write: (bytes: Uint8Array) => written.push(bytes.slice()) > 0,
    pause() {},
    resume() {},
  } as unknown as Channel;
  return { channel, written, receive: (bytes: Uint8Array) => handler!.onBytes(bytes) };
}

it('a multiplexed stream is answered when the chunk that asked is done', () => {
  const { channel, written, receive } = fakeChannel();
  createYamuxSession({
    channel,
    side: 'server',
    ping: false,
    onChannel(opened) {
      const handler = { onEnd() {}, onDrain() {}, onInvalid() {}, onClose() {} };
      const stream: FrameStream = new FrameStream(
        opened,
        {
          ...handler,
          onFrame(bytes, start, end) {
            sharedWriter.begin();
            sharedWriter.need(end - start);
            sharedWriter.bytes.set(bytes.subarray(start, end), sharedWriter.at);
            sharedWriter.at += end - start;
            stream.outbox.add();
          },
        },
        new Allowance(),
      );
    },
  });
  // DATA with SYN on stream 1: a frame of three bytes.
  receive(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 3, 1, 2, 3));
  const sent = Buffer.concat(written);
  expect(sent.includes(Buffer.of(0, 0, 0, 3, 1, 2, 3))).toBe(true);
});
