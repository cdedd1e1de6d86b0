import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import { Allowance } from '../src/frames/allowance.ts';
import { FrameStream } from '../src/frames/frame-stream.ts';
import { sharedWriter } from '../src/frames/frame-writer.ts';
import type { ChannelEnds } from './channel-contract.ts';

/** One side: frames of text, sent as fast as the peer takes them. */
class Texts {
  readonly stream: FrameStream;
  readonly received: string[] = [];
  receivedBytes = 0;
  hasEnded = false;
  onText: (text: string) => void = () => {};
  onEnd: () => void = () => {};
  readonly closed: Promise<Error | undefined>;
  #onChange: (() => void)[] = [];

  constructor(channel: Channel, readsOn: boolean) {
    let close: (error?: Error) => void;
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    this.stream = new FrameStream(
      channel,
      {
        onFrame: (bytes, start, end) => {
          const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
          this.received.push(text);
          this.receivedBytes += text.length;
          this.onText(text);
          this.#changed();
        },
        onEnd: () => {
          this.hasEnded = true;
          this.onEnd();
          this.#changed();
        },
        onDrain: () => this.#changed(),
        onInvalid: (error) => this.stream.destroy(error),
        onClose: (error) => close(error),
      },
      new Allowance(),
      { readsOn },
    );
  }

  /** Adds a frame. */
  add(text: string): boolean {
    sharedWriter.begin();
    sharedWriter.need(text.length);
    sharedWriter.bytes.set(Buffer.from(text, 'latin1'), sharedWriter.at);
    sharedWriter.at += text.length;
    return this.stream.outbox.add();
  }

  /** Sends one frame after another, waiting whenever the peer does not keep up. */
  async send(texts: Iterable<string>): Promise<void> {
    for (const text of texts) {
      expect(this.add(text)).toBe(true);
      if (!this.stream.flush()) await this.until(() => this.stream.hasRoom);
    }
  }

  /** Resolves when the condition holds, which is looked at whenever something was told. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => (condition() ? resolve() : this.#onChange.push(look));
      look();
    });
  }

  #changed(): void {
    for (const look of this.#onChange.splice(0)) look();
  }
}

/** What frame streams do, whatever they go over. */
export function frameStreamContract(name: string, connect: () => Promise<ChannelEnds>): void {
  describe(`the frame stream contract: ${name}`, () => {
    const open: Texts[] = [];

    async function connected(readsOn = true): Promise<{ here: Texts; there: Texts }> {
      const { here, there } = await connect();
      const sides = { here: new Texts(here, readsOn), there: new Texts(there, readsOn) };
      open.push(sides.here, sides.there);
      return sides;
    }

    afterEach(async () => {
      for (const { stream } of open) stream.destroy();
      await Promise.all(open.splice(0).map(({ closed }) => closed));
    });

    test('frames arrive in order, both ways, and then the end', async () => {
      const { here, there } = await connected();
      const sent = Array.from({ length: 2000 }, (_, i) => `no. ${i} ${'x'.repeat((i * 37) % 3000)}`);
      there.onText = (text) => there.add(text.toUpperCase());
      there.onEnd = () => there.stream.end();
      await here.send(sent);
      here.stream.end();
      await here.until(() => here.hasEnded);
      expect(here.received).toEqual(sent.map((text) => text.toUpperCase()));
      expect(await here.closed).toBeUndefined();
    });

    test('a peer that does not read stops the sender, and memory stays bounded on both sides', async () => {
      const { here, there } = await connected();
      there.stream.pause();
      // Noise, so that it is as long on its way.
      const text = randomBytes(1400).toString('latin1');
      let sent = 0;
      while (here.add(text) && here.stream.flush()) if (++sent % 50 === 0) await new Promise(setImmediate);
      expect(sent).toBeLessThan(40_000);
      expect(here.stream.channel.queuedBytes).toBeLessThan(2 ** 20);
      there.stream.resume();
      await here.until(() => here.stream.hasRoom);
      await there.until(() => there.received.length === sent + 1);
      expect(there.received.every((one) => one === text)).toBe(true);
    });

    test('two that both send more than the other has read do not wait for each other for ever', async () => {
      const { here, there } = await connected();
      const texts = Array.from({ length: 3000 }, () => 't'.repeat(1000));
      await Promise.all([here.send(texts), there.send(texts)]);
      await Promise.all([here, there].map((one) => one.until(() => one.received.length === 3000)));
    });

    test('one that has ended still reads', async () => {
      const { here, there } = await connected();
      await here.send(['question']);
      here.stream.end();
      await there.until(() => there.hasEnded);
      expect(there.received).toEqual(['question']);
      await there.send(['answer']);
      await here.until(() => here.received.length === 1);
      expect(here.received).toEqual(['answer']);
    });

    test('both have ended, and the reader is slow: everything is read, and then the stream is over', async () => {
      const { here, there } = await connected(false);
      const sent = Array.from({ length: 400 }, (_, i) => `${i}`.padEnd(1000));
      here.onText = () => {
        here.stream.pause();
        setImmediate(() => here.stream.resume());
      };
      here.stream.end();
      await there.until(() => there.hasEnded);
      await there.send(sent);
      there.stream.end();
      expect(await here.closed).toBeUndefined();
      expect(here.received).toEqual(sent);
      expect(here.hasEnded).toBe(true);
    });

    test('destroy does not wait for what was never read of a peer that has ended as well', async () => {
      const { here, there } = await connected(false);
      here.onText = () => here.stream.pause();
      here.stream.end();
      await there.until(() => there.hasEnded);
      await there.send(Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(1000)));
      there.stream.end();
      await here.until(() => here.received.length === 1);
      here.stream.destroy();
      await here.closed;
      expect(here.received.length).toBe(1);
    });
  });
}
