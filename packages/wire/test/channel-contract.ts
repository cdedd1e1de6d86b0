import { afterEach, describe, expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';

/** Two ends of one connection. */
export interface ChannelEnds {
  readonly here: Channel;
  readonly there: Channel;
}

/** How a kind of channel differs from the others. */
export interface ChannelTraits {
  /** The peer of a channel that is destroyed hears an error, not only an end. Default true. */
  readonly tellsDestroy?: boolean;
}

type Event = 'end' | 'drain' | 'close';

/** What a channel tells, kept, and promises of what it will tell. */
class Ear {
  readonly channel: Channel;
  readonly events: Event[] = [];
  readonly chunks: Uint8Array[] = [];
  readonly closed: Promise<Error | undefined>;
  bytes = 0;
  /** Set while the channel is called, to catch calls back. */
  calling = false;
  onBytes: (bytes: Uint8Array) => void = () => {};
  onDrain = () => {};
  onEnd = () => {};
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  constructor(channel: Channel) {
    this.channel = channel;
    let close: (error: Error | undefined) => void;
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    this.call(() =>
      channel.attach({
        onBytes: (bytes) => {
          this.#heard();
          this.bytes += bytes.length;
          this.chunks.push(bytes);
          this.onBytes(bytes);
          this.#look();
        },
        onEnd: () => this.#hear('end', () => this.onEnd()),
        onDrain: () => this.#hear('drain', () => this.onDrain()),
        onClose: (error) => this.#hear('close', () => close(error)),
      }),
    );
  }

  /** Calls the channel, and fails when it calls back meanwhile. */
  call<T>(use: () => T): T {
    this.calling = true;
    try {
      return use();
    } finally {
      this.calling = false;
    }
  }

  until(ready: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ ready, resolve });
      this.#look();
    });
  }

  heard(event: Event): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  #hear(event: Event, then: () => void): void {
    this.#heard();
    this.events.push(event);
    then();
    this.#look();
  }

  #heard(): void {
    expect(this.calling, 'a handler is called inside a call to the channel').toBe(false);
    expect(this.events, 'nothing is told after onClose').not.toContain('close');
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ ready, resolve }) => {
      if (!ready()) return true;
      resolve();
      return false;
    });
  }
}

/** Lets the event loop turn. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** Bytes that say where they belong: the `at`th is told from its neighbours and from those 256 away. */
function pattern(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((from + i) * 31 + ((from + i) >> 8)) & 0xff);
}

/** What every channel does. `connect` makes a connection that nobody has attached to. */
export function channelContract(
  name: string,
  connect: () => Promise<ChannelEnds>,
  { tellsDestroy = true }: ChannelTraits = {},
): void {
  describe(`the channel contract: ${name}`, () => {
    const open: Channel[] = [];

    async function connected(): Promise<ChannelEnds> {
      const ends = await connect();
      open.push(ends.here, ends.there);
      return ends;
    }

    async function heard(): Promise<{ here: Ear; there: Ear }> {
      const { here, there } = await connected();
      return { here: new Ear(here), there: new Ear(there) };
    }

    afterEach(() => {
      for (const channel of open.splice(0)) channel.destroy();
    });

    test('carries bytes of all sizes in order, both ways at once', async () => {
      const { here, there } = await heard();
      const sizes = [1, 2, 3, 100, 1000, 65_535, 65_536, 65_537, 1, 100_000, 7];
      const total = sizes.reduce((sum, size) => sum + size, 0);
      let at = 0;
      for (const size of sizes) {
        here.call(() => here.channel.write(pattern(at, size)));
        there.call(() => there.channel.write(pattern(at + 1, size)));
        at += size;
      }
      await Promise.all([here.until(() => here.bytes >= total), there.until(() => there.bytes >= total)]);
      expect(Buffer.concat(there.chunks).equals(pattern(0, total))).toBe(true);
      expect(Buffer.concat(here.chunks).equals(pattern(1, total))).toBe(true);
    });

    test('keeps what arrived before anyone attached', async () => {
      const ends = await connected();
      const here = new Ear(ends.here);
      here.channel.write(latin1('first'));
      here.channel.end();
      await new Promise((resolve) => setImmediate(resolve));
      const there = new Ear(ends.there);
      await there.heard('end');
      expect(there.text()).toBe('first');
    });

    test('names its transport and its peer', async () => {
      const { here, there } = await connected();
      expect(here.transport).toBe(there.transport);
      expect(here.peer.address).not.toBe('');
      expect(here.maxWriteBytes).toBeGreaterThanOrEqual(131_072);
    });

    test('takes one handler only', async () => {
      const { here } = await heard();
      expect(() => here.channel.attach({ onBytes() {}, onEnd() {}, onDrain() {}, onClose() {} })).toThrow(
        TypeError,
      );
    });

    test('a peer that does not read stops the writer, and memory stays bounded', async () => {
      const { here, there } = await heard();
      there.channel.pause();
      const chunk = pattern(0, 16_384);
      let written = 0;
      const writeOn = () => {
        do written += chunk.length;
        while (here.call(() => here.channel.write(chunk)) && written < 256 * 2 ** 20);
      };
      here.onDrain = writeOn;
      writeOn();
      // The system takes what it has room for, then nothing: so long until no drain has come in many turns.
      for (let before = -1; before !== written; ) {
        before = written;
        await turns(200);
      }
      expect(written).toBeLessThan(64 * 2 ** 20);
      expect(here.channel.queuedBytes).toBeLessThan(2 ** 20);
      expect(there.bytes).toBeLessThan(2 ** 20);

      here.onDrain = () => {};
      const drains = here.events.filter((event) => event === 'drain').length;
      there.channel.resume();
      await there.until(() => there.bytes === written);
      await here.until(() => here.events.filter((event) => event === 'drain').length > drains);
      expect(here.channel.queuedBytes).toBeLessThan(2 ** 16);
    });

    test('who ends while the peer does not keep up is told all the same when it does', async () => {
      const { here, there } = await heard();
      there.channel.pause();
      while (here.channel.write(pattern(0, 65_536)));
      here.call(() => here.channel.end());
      there.channel.resume();
      await here.heard('drain');
      await there.heard('end');
      expect(here.events).toEqual(['drain']);
    });

    test('a paused channel that both sides have ended tells of nothing, and of everything when it is resumed', async () => {
      const { here, there } = await heard();
      there.onBytes = () => there.channel.pause();
      for (let i = 0; i < 50; i++) here.channel.write(pattern(i * 1000, 1000));
      await there.until(() => there.bytes > 0);
      here.channel.end();
      there.channel.end();
      const sofar = there.chunks.length;
      await here.heard('end');
      await turns(20);
      expect(there.chunks.length).toBe(sofar);
      there.onBytes = () => {};
      there.channel.resume();
      expect(await there.closed).toBeUndefined();
      expect(Buffer.concat(there.chunks).equals(pattern(0, 50_000))).toBe(true);
      expect(there.events).toEqual(['end', 'close']);
    });

    test('a paused channel tells of no bytes, and of all of them when it is resumed', async () => {
      const { here, there } = await heard();
      there.onBytes = () => there.channel.pause();
      for (let i = 0; i < 50; i++) here.channel.write(pattern(i * 1000, 1000));
      here.channel.end();
      await there.until(() => there.bytes > 0);
      const sofar = there.chunks.length;
      // A round trip later everything has arrived.
      there.channel.write(latin1('!'));
      await here.until(() => here.bytes === 1);
      expect(there.chunks.length).toBe(sofar);
      there.onBytes = () => {};
      there.channel.resume();
      await there.heard('end');
      expect(Buffer.concat(there.chunks).equals(pattern(0, 50_000))).toBe(true);
    });

    test('pausing and resuming at every chunk loses nothing', async () => {
      const { here, there } = await heard();
      there.onBytes = () => {
        there.channel.pause();
        setImmediate(() => there.channel.resume());
      };
      for (let i = 0; i < 20; i++) here.channel.write(pattern(i * 10_000, 10_000));
      here.channel.end();
      await there.heard('end');
      expect(Buffer.concat(there.chunks).equals(pattern(0, 200_000))).toBe(true);
    });

    test('a side that has ended still receives, and both close in order', async () => {
      const { here, there } = await heard();
      here.channel.write(latin1('subscribe'));
      here.call(() => here.channel.end());
      await there.heard('end');
      expect(there.text()).toBe('subscribe');
      const answer = pattern(0, 300_000);
      for (let at = 0; at < answer.length; at += 100_000)
        there.channel.write(answer.subarray(at, at + 100_000));
      await here.until(() => here.bytes === answer.length);
      expect(here.events).not.toContain('close');
      there.call(() => there.channel.end());
      expect(await here.closed).toBeUndefined();
      expect(await there.closed).toBeUndefined();
      expect(here.events.filter((event) => event !== 'drain')).toEqual(['end', 'close']);
      expect(there.events.filter((event) => event !== 'drain')).toEqual(['end', 'close']);
    });

    test('what was written before the end arrives before the end', async () => {
      const { here, there } = await heard();
      const bytes = pattern(0, 2_000_000);
      for (let at = 0; at < bytes.length; at += 100_000) here.channel.write(bytes.subarray(at, at + 100_000));
      here.channel.end();
      await there.heard('end');
      expect(Buffer.concat(there.chunks).equals(bytes)).toBe(true);
    });

    test('both may end at the same time', async () => {
      const { here, there } = await heard();
      here.channel.write(latin1('a'));
      there.channel.write(latin1('b'));
      here.channel.end();
      there.channel.end();
      expect(await Promise.all([here.closed, there.closed])).toEqual([undefined, undefined]);
      expect([here.text(), there.text()]).toEqual(['b', 'a']);
    });

    test('destroy tells this side its error and the other side that this was no end', async () => {
      const { here, there } = await heard();
      const error = new Error('enough');
      there.onEnd = () => there.channel.end();
      here.call(() => here.channel.destroy(error));
      expect(await here.closed).toBe(error);
      const told = await there.closed;
      if (tellsDestroy) expect(told).toMatchObject({ code: expect.stringMatching(/^WIRE_/) });
      expect(here.events).toEqual(['close']);
    });

    test('destroy without an error tells of a connection lost', async () => {
      const { here } = await heard();
      here.channel.destroy();
      expect(await here.closed).toMatchObject({ code: expect.stringMatching(/^WIRE_/) });
    });

    test('destroy in the middle of much that was written drops it', async () => {
      const { here, there } = await heard();
      there.channel.pause();
      while (here.channel.write(pattern(0, 65_536)));
      here.channel.destroy(new Error('enough'));
      await here.closed;
      expect(here.channel.queuedBytes).toBe(0);
    });

    test('destroy while bytes are handed on: no more of them are', async () => {
      const { here, there } = await heard();
      there.onBytes = () => there.channel.destroy(new Error('seen enough'));
      for (let i = 0; i < 100; i++) here.channel.write(pattern(0, 10_000));
      expect(await there.closed).toMatchObject({ message: 'seen enough' });
      expect(there.chunks.length).toBe(1);
      await here.closed;
    });

    test('after the end of a channel every call is idle', async () => {
      const { here, there } = await heard();
      here.channel.destroy();
      there.onEnd = () => there.channel.end();
      await Promise.all([here.closed, there.closed]);
      for (const { channel, events } of [here, there]) {
        const before = [...events];
        channel.write(latin1('late'));
        channel.pause();
        channel.resume();
        channel.end();
        channel.destroy(new Error('late'));
        await new Promise((resolve) => setImmediate(resolve));
        expect(events).toEqual(before);
        expect(channel.queuedBytes).toBe(0);
      }
    });

    test('what is written after end goes nowhere', async () => {
      const { here, there } = await heard();
      here.channel.write(latin1('all'));
      here.channel.end();
      here.channel.write(latin1('late'));
      here.channel.end();
      await there.heard('end');
      there.channel.end();
      await here.closed;
      expect(there.text()).toBe('all');
    });

    test('who attaches to a channel that is over is told so', async () => {
      const { here, there } = await connected();
      here.destroy();
      const ear = new Ear(here);
      await ear.closed;
      const other = new Ear(there);
      other.onEnd = () => other.channel.end();
      await other.closed;
      expect(ear.events).toEqual(['close']);
    });
  });
}
