import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { ProtobufReader } from '../src/codec/protobuf-reader.ts';
import { writeBinary, writeText } from '../src/codec/protobuf-writer.ts';
import { WireError } from '../src/errors.ts';
import type { FrameWriter } from '../src/frames/frame-writer.ts';
import {
  createMessageStream,
  type MessageStream,
  type MessageStreamOptions,
} from '../src/frames/message-stream.ts';
import type { ChannelEnds, ChannelTraits } from './channel-contract.ts';

/** Messages of this suite: texts. */
export type Texts = MessageStream<string, string>;

function encode(text: string, writer: FrameWriter): void {
  if (text === 'unencodable') throw new TypeError('cannot be encoded');
  writeText(writer, text);
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  const text = new ProtobufReader().over(bytes, start, end).text();
  if (text === 'invalid') throw new WireError('WIRE_MESSAGE_INVALID', 'as it says');
  return text;
}

type Options = Partial<MessageStreamOptions<string, string>>;

/** What message streams do, whatever they go over. */
export function messageStreamContract(
  name: string,
  connect: () => Promise<ChannelEnds>,
  { tellsDestroy = true }: ChannelTraits = {},
): void {
  describe(`the message stream contract: ${name}`, () => {
    const open: Texts[] = [];

    async function connected(options: Options = {}): Promise<{ here: Texts; there: Texts }> {
      const ends = await connect();
      const [here, there] = [ends.here, ends.there].map((channel) =>
        createMessageStream<string, string>({ channel, encode, decode, closeTimeoutMs: 500, ...options }),
      ) as [Texts, Texts];
      open.push(here, there);
      return { here, there };
    }

    afterEach(async () => {
      await Promise.all(open.splice(0).map((stream) => stream.destroy()));
    });

    test('messages arrive in order, both ways, and for await ends with the peer', async () => {
      const { here, there } = await connected();
      const sent = Array.from({ length: 2000 }, (_, i) => `no. ${i} ${'x'.repeat((i * 37) % 3000)}`);
      const echo = (async () => {
        for await (const message of there) await there.send(message.toUpperCase());
        there.end();
      })();
      const send = (async () => {
        for (const message of sent) await here.send(message);
        here.end();
      })();
      const heard: string[] = [];
      for await (const message of here) heard.push(message);
      await Promise.all([send, echo]);
      expect(heard).toEqual(sent.map((message) => message.toUpperCase()));
    });

    test('sends that nobody waits for keep their order', async () => {
      const { here, there } = await connected({ highWaterBytes: 5000 });
      const sends = Array.from({ length: 1000 }, (_, i) => here.send(`${i}`.padEnd(500)));
      here.end();
      const heard: number[] = [];
      for await (const message of there) heard.push(Number(message));
      await Promise.all(sends);
      expect(heard).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    });

    test('a peer that does not read stops the sender, and memory stays bounded on both sides', async () => {
      const { here, there } = await connected();
      const message = 'm'.repeat(1400);
      let sent = 0;
      const sending = (async () => {
        for (; sent < 100_000; sent++) await here.send(message);
      })();
      for (let before = -1; before !== sent; ) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(sent).toBeLessThan(40_000);
      expect(here.channel.queuedBytes).toBeLessThan(2 ** 20);
      let heard = 0;
      while (heard < Math.min(sent + 5000, 60_000)) {
        await there.next();
        heard++;
      }
      const rejected = expect(sending).rejects.toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
      await here.destroy();
      await rejected;
    });

    test('two that both send more than the other has read do not wait for each other for ever', async () => {
      const { here, there } = await connected({ highWaterBytes: 2000 });
      const talk = async (stream: Texts) => {
        const speak = (async () => {
          for (let i = 0; i < 3000; i++) await stream.send('t'.repeat(1000));
          stream.end();
        })();
        let heard = 0;
        for await (const _ of stream) heard++;
        await speak;
        return heard;
      };
      expect(await Promise.all([talk(here), talk(there)])).toEqual([3000, 3000]);
    });

    test('who has ended still reads; sending is then refused', async () => {
      const { here, there } = await connected();
      await here.send('question');
      here.end();
      await expect(here.send('late')).rejects.toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
      expect(await there.next()).toEqual({ done: false, value: 'question' });
      expect(await there.next()).toEqual({ done: true, value: undefined });
      await there.send('answer');
      expect(await here.next()).toEqual({ done: false, value: 'answer' });
    });

    test('both have ended, and the reader is slow: everything is read', async () => {
      const { here, there } = await connected({ highWaterBytes: 4000 });
      const sent = Array.from({ length: 400 }, (_, i) => `${i}`.padEnd(1000));
      await here.send('question');
      here.end();
      expect((await there.next()).value).toBe('question');
      const sending = (async () => {
        for (const message of sent) await there.send(message);
        there.end();
      })();
      const heard: string[] = [];
      for await (const message of here) {
        heard.push(message);
        if (heard.length % 20 === 1) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await sending;
      expect(heard).toEqual(sent);
      await here.close();
    });

    test('close and destroy do not wait for what was never read of a peer that has ended as well', async () => {
      for (const end of ['close', 'destroy'] as const) {
        const { here, there } = await connected({ highWaterBytes: 4000 });
        here.end();
        const sending = (async () => {
          for (let i = 0; i < 50; i++) await there.send(`${i}`.padEnd(1000));
          there.end();
        })();
        await here.next();
        await new Promise((resolve) => setTimeout(resolve, 50));
        await here[end]();
        await sending;
      }
    });

    test('an abort ends a wait to read, and nothing is lost', async () => {
      const { here, there } = await connected();
      const controller = new AbortController();
      const waiting = here.next({ signal: controller.signal });
      controller.abort(new Error('never mind'));
      await expect(waiting).rejects.toThrow('never mind');
      await expect(here.next({ signal: controller.signal })).rejects.toThrow('never mind');
      await expect(here.next({ timeoutMs: 1 })).rejects.toThrow(
        expect.objectContaining({ code: 'BASE_TIMEOUT' }),
      );
      await there.send('after all');
      expect(await here.next()).toEqual({ done: false, value: 'after all' });
    });

    test('an abort ends a wait to send, and that message is not sent', async () => {
      const { here, there } = await connected({ highWaterBytes: 1000 });
      const controller = new AbortController();
      const big = Array.from({ length: 10_000 }, () => here.send('b'.repeat(1400)));
      const aborted = here.send('aborted', { signal: controller.signal });
      const last = here.send('last');
      controller.abort(new Error('never mind'));
      await expect(aborted).rejects.toThrow('never mind');
      here.end();
      const heard: string[] = [];
      for await (const message of there) if (message.length < 1000) heard.push(message);
      expect(heard).toEqual(['last']);
      await Promise.all([...big, last]);
    });

    test('breaking out of for await ends nothing', async () => {
      const { here, there } = await connected();
      for (const text of ['a', 'b', 'c']) await there.send(text);
      for await (const message of here) if (message === 'b') break;
      expect(await here.next()).toEqual({ done: false, value: 'c' });
    });

    test('close sends what was accepted, and waits for the peer to end', async () => {
      const { here, there } = await connected({ highWaterBytes: 1000 });
      const sends = Array.from({ length: 500 }, (_, i) => here.send(`${i}`.padEnd(1000)));
      const closing = here.close();
      expect(here.closed).toBe(true);
      await expect(here.send('late')).rejects.toThrow(expect.objectContaining({ code: 'BASE_CLOSED' }));
      expect(await here.next()).toEqual({ done: true, value: undefined });
      let heard = 0;
      for await (const _ of there) heard++;
      there.end();
      await closing;
      await Promise.all(sends);
      expect(heard).toBe(500);
      expect(here.close()).toBe(closing);
    });

    test('close does not wait for ever for a peer that never ends', async () => {
      const { here } = await connected({ closeTimeoutMs: 30 });
      await here.close();
      expect(here.closed).toBe(true);
    });

    test('destroy rejects everything that waits, on this side with its error, on the other as lost', async () => {
      const { here, there } = await connected({ highWaterBytes: 1000 });
      const waits = [
        here.next(),
        here.next(),
        ...Array.from({ length: 20_000 }, () => here.send('w'.repeat(1400))),
      ];
      const settled = Promise.allSettled(waits);
      const error = new Error('enough');
      await here.destroy(error);
      const results = await settled;
      expect(results.slice(0, 2)).toEqual(Array(2).fill({ status: 'rejected', reason: error }));
      expect(results.at(-1)).toEqual({ status: 'rejected', reason: error });
      await expect(here.next()).rejects.toBe(error);
      await expect(here.send('late')).rejects.toBe(error);
      expect(here.closed).toBe(true);
      const drained = (async () => {
        for await (const _ of there);
      })();
      if (tellsDestroy) await expect(drained).rejects.toThrow(WireError);
      else await drained.catch(() => {});
    });

    test('what arrived before the peer was lost is still read', async () => {
      const { here, there } = await connected();
      await there.send('last words');
      // Read by the channel, not by the program.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await there.destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await here.next()).toEqual({ done: false, value: 'last words' });
      if (tellsDestroy) await expect(here.next()).rejects.toThrow(WireError);
    });

    test('a message that cannot be read ends the stream, after those before it', async () => {
      const { here, there } = await connected();
      await there.send('valid');
      await there.send('invalid');
      expect(await here.next()).toEqual({ done: false, value: 'valid' });
      await expect(here.next()).rejects.toThrow(expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' }));
      await expect(here.send('anything')).rejects.toThrow(
        expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' }),
      );
    });

    test('a message that cannot be encoded rejects its own send only', async () => {
      const { here, there } = await connected();
      await here.send('before');
      await expect(here.send('unencodable')).rejects.toThrow(TypeError);
      await here.send('after');
      expect([(await there.next()).value, (await there.next()).value]).toEqual(['before', 'after']);
    });

    test('a message that is longer than a frame may be rejects its own send only, whatever the transport', async () => {
      let most = 0;
      const { here, there } = await connected({
        encode: (text, writer) =>
          text === 'too long' ? writeBinary(writer, randomBytes(most)) : encode(text, writer),
      });
      // What a peer with the usual limits takes, or less.
      most = Math.min(16 * 2 ** 20, here.channel.maxWriteBytes);
      await here.send('before');
      await expect(here.send('too long')).rejects.toMatchObject({
        code: 'WIRE_FRAME_TOO_LARGE',
        retryable: false,
      });
      await here.send('after');
      expect([(await there.next()).value, (await there.next()).value]).toEqual(['before', 'after']);
    });

    test('more sends than may wait are refused', async () => {
      const { here } = await connected({ highWaterBytes: 1000, maxQueued: 3 });
      const refusals: unknown[] = [];
      const sends = Array.from({ length: 20_000 }, () =>
        here.send('q'.repeat(1400)).catch((error) => refusals.push(error)),
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect(refusals.length).toBeGreaterThan(0);
      expect(refusals[0]).toMatchObject({ code: 'WIRE_QUEUE_FULL', retryable: true });
      await here.destroy();
      await Promise.all(sends);
    });

    test('await using closes', async () => {
      const { here, there } = await connected();
      const reading = there.next().then(() => there.end());
      {
        await using stream = here;
        expect(stream.closed).toBe(false);
      }
      expect(here.closed).toBe(true);
      await reading;
    });
  });
}
