import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Channel } from '../channels/channel.ts';
import { createChannelPair } from '../channels/memory-channel.ts';
import { WireError } from '../errors.ts';
import { Allowance } from './allowance.ts';
import { FrameStream } from './frame-stream.ts';
import { sharedWriter } from './frame-writer.ts';

type Told = string | { readonly invalid: string } | { readonly closed: unknown };

interface Setup {
  /** The raw other end. */
  readonly raw: Channel;
  readonly stream: FrameStream;
  /** The events of the stream, payloads as text. */
  readonly told: Told[];
  /** The bytes that the raw end received. */
  readonly received: () => Buffer;
}

interface Reaction {
  readonly onFrame?: (payload: string, stream: FrameStream) => void;
  readonly onEnd?: () => void;
  readonly onDrain?: () => void;
  readonly onInvalid?: (error: WireError) => void;
  readonly allowance?: Allowance;
  readonly readsOn?: boolean;
}

function setUp(react: Reaction = {}): Setup {
  const [near, raw] = createChannelPair();
  const told: Told[] = [];
  const chunks: Uint8Array[] = [];
  const stream = new FrameStream(
    near,
    {
      onFrame(bytes, start, end) {
        const payload = Buffer.from(bytes.subarray(start, end)).toString('latin1');
        told.push(payload.length > 100 ? `${payload.length} bytes` : payload);
        react.onFrame?.(payload, stream);
      },
      onEnd() {
        told.push('end');
        react.onEnd?.();
      },
      onDrain() {
        told.push('drain');
        react.onDrain?.();
      },
      onInvalid(error) {
        told.push({ invalid: error.code });
        react.onInvalid?.(error);
      },
      onClose(error) {
        told.push({ closed: error });
      },
    },
    react.allowance ?? new Allowance(),
    { readsOn: react.readsOn ?? false },
  );
  raw.attach({ onBytes: (bytes) => chunks.push(bytes), onEnd() {}, onDrain() {}, onClose() {} });
  return { raw, stream, told, received: () => Buffer.concat(chunks) };
}

function frame(payload: string | Uint8Array, compressed = false): Buffer {
  const bytes = Buffer.from(payload as string);
  const header = Buffer.alloc(4);
  header.writeUInt32BE((bytes.length + (compressed ? 2 ** 31 : 0)) >>> 0);
  return Buffer.concat([header, bytes]);
}

const packed = (payload: string | Uint8Array) => frame(gzipSync(payload), true);

function reply(stream: FrameStream, payload: string): boolean {
  sharedWriter.begin();
  sharedWriter.need(payload.length);
  sharedWriter.bytes.set(Buffer.from(payload, 'latin1'), sharedWriter.at);
  sharedWriter.at += payload.length;
  return stream.outbox.add();
}

/** Until everything that was on its way has arrived. */
async function settled(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await settled(1);
}

const long = Buffer.alloc(500_000, 'x');

test('frames come in order, compressed or not, also past one that another thread inflates', async () => {
  const { raw, told } = setUp();
  raw.write(
    Buffer.concat([frame('a'), packed('b'), packed(long), frame('c'), packed(long), packed('d'), frame('')]),
  );
  raw.end();
  await until(() => told.includes('end'));
  expect(told).toEqual(['a', 'b', '500000 bytes', 'c', '500000 bytes', 'd', '', 'end']);
});

test('nothing comes while paused, nor the end, and all of it after', async () => {
  const { raw, told, stream } = setUp({ onFrame: (payload) => payload === 'a' && stream.pause() });
  raw.write(Buffer.concat([frame('a'), frame('b'), packed(long), frame('c')]));
  raw.end();
  await settled();
  expect(told).toEqual(['a']);
  stream.resume();
  await until(() => told.includes('end'));
  expect(told).toEqual(['a', 'b', '500000 bytes', 'c', 'end']);
});

test('pause and resume within a frame neither lose nor repeat anything', async () => {
  const { raw, told } = setUp({
    onFrame: (_, stream) => {
      stream.pause();
      stream.resume();
    },
  });
  for (const letter of 'abcdef') raw.write(frame(letter));
  raw.end();
  await until(() => told.includes('end'));
  expect(told).toEqual([...'abcdef', 'end']);
});

test('replies to one chunk are one write, in the order of the requests', async () => {
  const writes: number[] = [];
  const { raw, stream, received } = setUp({ onFrame: (payload, own) => reply(own, payload.toUpperCase()) });
  const write = stream.channel.write.bind(stream.channel);
  stream.channel.write = (bytes) => {
    writes.push(bytes.length);
    return write(bytes);
  };
  raw.write(Buffer.concat([frame('a'), frame('bb'), frame('ccc')]));
  await settled();
  expect(writes).toEqual([18]);
  expect(received()).toEqual(Buffer.concat([frame('A'), frame('BB'), frame('CCC')]));
});

test('streams that answer together are each written, whatever becomes of one of them', async () => {
  const setups = Array.from({ length: 17 }, () =>
    setUp({ onFrame: (payload, own) => reply(own, payload.toUpperCase()) }),
  );
  const [destroyed, failing, ...others] = setups as [Setup, Setup, ...Setup[]];
  failing.stream.channel.write = () => {
    throw new RangeError('cannot be written');
  };
  const received = () => setups.map((setup) => setup.received().toString('latin1', 4));
  for (const { raw } of setups) raw.write(frame('a'));
  // Each hears its frame in an immediate of its own: destroyed after it has answered, and before the sixteenth has.
  const { stream } = destroyed;
  const add = stream.outbox.add.bind(stream.outbox);
  stream.outbox.add = () => {
    queueMicrotask(() => stream.destroy(new Error('enough')));
    return add();
  };
  await settled();
  expect(received()).toEqual(['', '', ...others.map(() => 'A')]);
  expect(destroyed.told.at(-1)).toEqual({ closed: new Error('enough') });
  expect(failing.told.at(-1)).toEqual({ closed: new RangeError('cannot be written') });
  expect(others.map(({ told }) => told)).toEqual(others.map(() => ['a']));
});

test('what is added between chunks is one write at the end of the turn', async () => {
  const { stream, received } = setUp();
  for (const text of ['a', 'b']) {
    reply(stream, text);
    stream.flushSoon();
  }
  expect(stream.outbox.bytes).toBe(10);
  await settled();
  expect(received()).toEqual(Buffer.concat([frame('a'), frame('b')]));
});

test('a peer that reads no answers is not listened to any more, and its requests wait with it', async () => {
  let answered = 0;
  const { raw, stream, told } = setUp({
    onFrame: (_, own) => {
      answered++;
      reply(own, 'r'.repeat(1000));
    },
  });
  raw.pause();
  const requests = Buffer.concat(Array.from({ length: 1000 }, () => frame('r')));
  for (let i = 0; i < 20; i++) raw.write(requests);
  await settled();
  expect(answered).toBeGreaterThan(0);
  expect(answered).toBeLessThan(300);
  expect(stream.hasRoom).toBe(false);
  expect(stream.channel.queuedBytes + stream.outbox.bytes).toBeLessThan(300_000);
  raw.resume();
  await until(() => answered === 20_000);
  expect(told.filter((each) => each === 'drain').length).toBeGreaterThan(0);
});

test('with readsOn frames come also while the peer does not read', async () => {
  let heard = 0;
  const { raw, stream } = setUp({ readsOn: true, onFrame: () => heard++ });
  raw.pause();
  while (stream.hasRoom) {
    reply(stream, 'r'.repeat(1000));
    stream.flush();
  }
  raw.write(Buffer.concat([frame('a'), frame('b')]));
  await until(() => heard === 2);
});

test('writing within onDrain until there is no room again', async () => {
  let written = 0;
  const fill = (stream: FrameStream) => {
    while (written < 2000) {
      reply(stream, String(written++).padStart(1000));
      if (!stream.flush()) return;
    }
  };
  const { stream, received } = setUp({ onDrain: () => fill(stream) });
  fill(stream);
  await until(() => received().length === 2000 * 1004);
  const texts = Array.from({ length: 2000 }, (_, i) =>
    Number(received().toString('latin1', i * 1004 + 4, i * 1004 + 1004)),
  );
  expect(texts).toEqual(Array.from({ length: 2000 }, (_, i) => i));
});

test.each([
  ['a frame above the limit', Buffer.from('7fffffff00', 'hex'), 'WIRE_FRAME_TOO_LARGE'],
  ['a compressed frame above the limit', Buffer.from('ffffffff00', 'hex'), 'WIRE_FRAME_TOO_LARGE'],
  ['a bomb', packed(Buffer.alloc(20_000)), 'WIRE_INFLATED_TOO_LARGE'],
  ['a bomb for another thread', packed(Buffer.alloc(2_000_000)), 'WIRE_INFLATED_TOO_LARGE'],
  ['compressed garbage', frame(Buffer.alloc(50, 7), true), 'WIRE_GZIP_INVALID'],
  [
    'garbage for another thread',
    frame(Buffer.concat([gzipSync(long), gzipSync(long)]), true),
    'WIRE_GZIP_INVALID',
    2 ** 20,
  ],
] as const)(
  '%s is told once, after the frames before it; the answer is still sent',
  async (_, bytes, code, limit = 10_000) => {
    const { raw, told, stream, received } = setUp({
      allowance: new Allowance({ maxFrameBytes: 10_000, maxInflatedBytes: limit }),
      onInvalid: () => {
        reply(stream, 'bad');
        stream.flushSoon();
        stream.end();
      },
    });
    raw.write(Buffer.concat([frame('a'), bytes, frame('never'), bytes]));
    await until(() => told.length === 2 && received().length > 0);
    expect(told).toEqual(['a', { invalid: code }]);
    expect(received()).toEqual(frame('bad'));
    // Later frames are let through, and both can end in order.
    for (let i = 0; i < 100; i++) raw.write(frame('more'));
    raw.end();
    await until(() => told.length === 3);
    expect(told[2]).toEqual({ closed: undefined });
  },
);

test('an end in the middle of a frame is invalid', async () => {
  for (const bytes of [Buffer.from([0]), Buffer.from('000000', 'hex'), Buffer.from('0000000561', 'hex')]) {
    const { raw, told } = setUp();
    raw.write(Buffer.concat([frame('a'), bytes]));
    raw.end();
    await until(() => told.length === 2);
    expect(told).toEqual(['a', { invalid: 'WIRE_CONNECTION_LOST' }]);
  }
});

test('destroyed while a frame inflates: it is not handed on', async () => {
  const allowance = new Allowance();
  const { raw, told, stream } = setUp({ allowance });
  raw.write(Buffer.concat([packed(long), frame('a')]));
  await settled(2);
  const error = new Error('enough');
  stream.destroy(error);
  await until(() => told.length > 0 && allowance.heldBytes === 0);
  await settled();
  expect(told).toEqual([{ closed: error }]);
});

test('destroyed while garbage inflates: nothing is told after the end', async () => {
  const allowance = new Allowance();
  const { raw, told, stream } = setUp({ allowance });
  const longer = gzipSync(Buffer.alloc(20_000_000));
  raw.write(frame(Buffer.concat([longer, longer]), true));
  await until(() => allowance.heldBytes > 20_000_000);
  const error = new Error('enough');
  stream.destroy(error);
  await until(() => told.length > 0 && allowance.heldBytes === 0);
  await settled();
  expect(told).toEqual([{ closed: error }]);
});

test('other limits are those of the very next frame', async () => {
  const allowance = new Allowance({ maxFrameBytes: 10, maxInflatedBytes: 10 });
  const { raw, told } = setUp({
    allowance,
    onFrame: (payload) => payload === 'sign in' && allowance.raise(),
  });
  raw.write(Buffer.concat([frame('sign in'), frame('x'.repeat(99)), packed(long)]));
  raw.end();
  await until(() => told.includes('end'));
  expect(told).toEqual(['sign in', 'x'.repeat(99), '500000 bytes', 'end']);
  expect(allowance.heldBytes).toBe(0);
});

test('streams that together hold too much: who passes the limit is told, and lets go of what it held', async () => {
  const allowance = new Allowance({ maxFrameBytes: 100_000, maxHeldBytes: 150_000 });
  const [one, other] = [setUp({ allowance }), setUp({ allowance })];
  const half = frame('x'.repeat(99_000)).subarray(0, 90_000);
  one.raw.write(half);
  await settled();
  expect([one.told, allowance.heldBytes >= 90_000]).toEqual([[], true]);
  other.raw.write(half);
  await until(() => other.told.length > 0);
  expect([one.told, other.told]).toEqual([[], [{ invalid: 'WIRE_HELD_TOO_LARGE' }]]);
  one.raw.write(frame('x'.repeat(99_000)).subarray(90_000));
  await until(() => one.told.length > 0);
  expect(one.told).toEqual(['99000 bytes']);
  expect(allowance.heldBytes).toBe(0);
});

test('what is to be inflated counts before it is, whatever waits meanwhile', async () => {
  const allowance = new Allowance({ maxInflatedBytes: 600_000, maxHeldBytes: 800_000 });
  const [one, other] = [setUp({ allowance }), setUp({ allowance })];
  one.raw.write(packed(long));
  other.raw.write(packed(long));
  await until(() => one.told.length + other.told.length === 2);
  expect([...one.told, ...other.told]).toEqual(['500000 bytes', { invalid: 'WIRE_HELD_TOO_LARGE' }]);
  expect(allowance.heldBytes).toBe(0);
});

test('a compressed frame as long as the limits permit is taken, in pieces and with another behind it', async () => {
  const allowance = new Allowance({ maxFrameBytes: 2 ** 20, maxInflatedBytes: 2 ** 21 });
  const { raw, told } = setUp({ allowance });
  const member = gzipSync(Buffer.concat([randomBytes(2 ** 20 - 5000), Buffer.alloc(2 ** 20 + 5000)]));
  expect(member.length).toBeGreaterThan(2 ** 20 - 5000);
  const bytes = Buffer.concat([frame(member, true), frame('x'.repeat(20_000))]);
  for (let at = 0; at < bytes.length; at += 65_536) raw.write(bytes.subarray(at, at + 65_536));
  await until(() => told.length === 2);
  expect(told).toEqual(['2097152 bytes', '20000 bytes']);
  expect(allowance.heldBytes).toBe(0);
});

test('a channel that both sides have ended is over for a paused stream once it has handed everything on', async () => {
  const { raw, told, stream } = setUp({ onFrame: (payload) => payload === 'a' && stream.pause() });
  raw.write(Buffer.concat([frame('a'), frame('b'), packed(long), frame('c')]));
  raw.end();
  stream.end();
  await settled();
  expect(told).toEqual(['a']);
  stream.resume();
  await until(() => told.length === 6);
  expect(told).toEqual(['a', 'b', '500000 bytes', 'c', 'end', { closed: undefined }]);
});

test.each([
  ['is a piece of a frame', Buffer.from('0000', 'hex'), 'WIRE_CONNECTION_LOST'],
  ['cannot be inflated', frame(Buffer.alloc(50, 7), true), 'WIRE_GZIP_INVALID'],
] as const)(
  'what is left of a channel that both sides have ended %s: told, and then the end',
  async (_, rest, code) => {
    const { raw, told, stream } = setUp({ onFrame: (payload) => payload === 'a' && stream.pause() });
    raw.write(Buffer.concat([frame('a'), frame('b'), rest]));
    raw.end();
    stream.end();
    await settled();
    stream.resume();
    await settled();
    expect(told).toEqual(['a', 'b', { invalid: code }, { closed: undefined }]);
  },
);

test('destroyed while frames wait on a channel that both sides have ended: none is handed on', async () => {
  const { raw, told, stream } = setUp({ onFrame: (payload) => payload === 'a' && stream.pause() });
  raw.write(Buffer.concat([frame('a'), frame('b')]));
  raw.end();
  stream.end();
  await settled();
  const error = new Error('enough');
  stream.destroy(error);
  stream.resume();
  expect(told).toEqual(['a']);
  await settled();
  expect(told).toEqual(['a', { closed: error }]);
});

test('frames that wait for a paused reader are counted, until they are handed on or the stream is over', async () => {
  const allowance = new Allowance();
  const { raw, told, stream } = setUp({ allowance, onFrame: (payload) => payload === 'a' && stream.pause() });
  raw.write(Buffer.concat([frame('a'), frame('x'.repeat(50_000))]));
  await until(() => told.length === 1);
  expect(allowance.heldBytes).toBeGreaterThan(50_000);
  stream.resume();
  await until(() => told.length === 2);
  expect(allowance.heldBytes).toBe(0);
  raw.write(Buffer.concat([frame('a'), frame('x'.repeat(50_000))]));
  await until(() => told.length === 3);
  expect(allowance.heldBytes).toBeGreaterThan(50_000);
  stream.destroy();
  await until(() => told.length === 4);
  expect(allowance.heldBytes).toBe(0);
});

test('destroyed within a frame: no further one is handed on', async () => {
  const { raw, told } = setUp({ onFrame: (_, stream) => stream.destroy() });
  raw.write(Buffer.concat([frame('a'), frame('b')]));
  await until(() => told.length === 2);
  expect(told).toEqual(['a', { closed: expect.any(WireError) }]);
});

test('a handler that throws a WireError has refused the frame', async () => {
  const { raw, told } = setUp({
    onFrame: (payload) => {
      if (payload === 'b') throw new WireError('WIRE_MESSAGE_INVALID', 'no');
    },
  });
  raw.write(Buffer.concat([frame('a'), frame('b'), frame('c')]));
  await settled();
  expect(told).toEqual(['a', 'b', { invalid: 'WIRE_MESSAGE_INVALID' }]);
});

test.each(['onFrame', 'onEnd', 'onDrain', 'onInvalid'] as const)(
  'a mistake in %s destroys its own stream, and is what onClose tells',
  async (where) => {
    const mistake = new TypeError('a mistake');
    const fail = () => {
      throw mistake;
    };
    const { raw, told, stream } = setUp({ [where]: fail });
    if (where === 'onDrain') {
      while (stream.hasRoom) {
        reply(stream, 'r'.repeat(1000));
        stream.flush();
      }
    } else {
      raw.write(
        where === 'onInvalid' ? Buffer.from('ffffffff', 'hex') : packed(where === 'onFrame' ? long : 'a'),
      );
      raw.end();
    }
    await until(() => told.some((each) => typeof each === 'object' && 'closed' in each));
    expect(told.at(-1)).toEqual({ closed: mistake });
  },
);

test('long messages are compressed on their way, and one that is too long for the channel is not added', async () => {
  const { stream, received } = setUp();
  expect(reply(stream, 'r'.repeat(1436))).toBe(true);
  expect(reply(stream, 'r'.repeat(1437))).toBe(true);
  stream.flush();
  await until(() => received().length > 1440);
  expect(received().readUInt32BE(0)).toBe(1436);
  expect(received().readUInt32BE(1440)).toBeGreaterThan(2 ** 31);

  const [small] = createChannelPair({ maxWriteBytes: 1000 });
  const narrow = new FrameStream(
    small,
    { onFrame() {}, onEnd() {}, onDrain() {}, onInvalid() {}, onClose() {} },
    new Allowance(),
  );
  expect(reply(narrow, 'r'.repeat(997))).toBe(false);
  expect(narrow.outbox.bytes).toBe(0);
  expect(reply(narrow, 'r'.repeat(996))).toBe(true);
  expect(reply(narrow, 'r'.repeat(50_000))).toBe(true);
  expect(narrow.outbox.addEncoded(new Uint8Array(1001))).toBe(false);
  expect(narrow.outbox.addEncoded(new Uint8Array(1000))).toBe(true);
  for (const piece of narrow.outbox.take()) expect(piece.length).toBeLessThanOrEqual(1000);
});

test('a frame that is longer than a peer with our own limits takes is not added', () => {
  const { stream } = setUp();
  sharedWriter.begin();
  const noise = randomBytes(16 * 2 ** 20);
  sharedWriter.need(noise.length);
  sharedWriter.bytes.set(noise, sharedWriter.at);
  sharedWriter.at += noise.length;
  // A gzip member of noise is a little longer than the noise.
  expect(stream.outbox.add()).toBe(false);
  expect(reply(stream, 'the next')).toBe(true);
});
