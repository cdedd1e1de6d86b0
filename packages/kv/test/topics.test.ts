import { createRandom } from '@inkwire/base';
import { createChannelPair, type Value } from '@inkwire/wire';
import { describe, expect, it } from 'vitest';
import {
  createCommandService,
  createMemoryTables,
  createTopics,
  KvMetrics,
  type Refusal,
  type Subscriber,
  type TopicLimits,
} from '../src/index.ts';
import { SubscriberQueue } from '../src/topics/subscriber-queue.ts';
import { connect, createPeer, turns } from './peer.ts';

const bytes = (length: number): Value => ({ kind: 'binary', value: new Uint8Array(length).fill(7) });
const encoded = (length: number) => Uint8Array.of(0x12, length, ...new Uint8Array(length));

function create(limits: TopicLimits = {}) {
  const metrics = new KvMetrics();
  const topics = createTopics({ metrics, limits });
  const service = createCommandService<string>({ tables: createMemoryTables(), topics, metrics });
  return { metrics, topics, service };
}

/** A subscriber that takes everything, or nothing. */
function createEar(options: { readonly stuck?: boolean; readonly maxFrameBytes?: number } = {}) {
  const heard: Uint8Array[] = [];
  let ended: Refusal | 'unsubscribed' | undefined;
  let queuedBytes = 0;
  const subscriber: Subscriber = {
    get queuedBytes() {
      return queuedBytes;
    },
    maxFrameBytes: options.maxFrameBytes ?? Number.POSITIVE_INFINITY,
    deliver(frames) {
      heard.push(frames);
      if (options.stuck) queuedBytes += frames.length;
    },
    over(dropped) {
      ended = dropped ?? 'unsubscribed';
    },
  };
  return {
    subscriber,
    heard,
    get ended() {
      return ended;
    },
    take(count: number) {
      queuedBytes -= count;
    },
  };
}

describe('publishing', () => {
  it('hands all subscribers the same memory, once a turn', async () => {
    const { topics } = create();
    const ears = [createEar(), createEar(), createEar()];
    for (const { subscriber } of ears) topics.subscribe('news', subscriber);
    for (let i = 0; i < 10; i++) expect(topics.publish('news', [encoded(100)])).toBe(3);
    expect(ears[0]!.heard.length).toBe(0);
    await turns(2);
    for (const { heard } of ears) {
      expect(heard.length).toBe(1);
      expect(heard[0]!.length).toBe(10 * (4 + 3 + 2 + 102));
      expect(heard[0]).toBe(ears[0]!.heard[0]);
    }
  });

  it('is heard by nobody who came later, and by nobody who has left', async () => {
    const { topics } = create();
    const [early, late, gone] = [createEar(), createEar(), createEar()];
    topics.subscribe('news', early.subscriber);
    const { id } = topics.subscribe('news', gone.subscriber)!;
    topics.publish('news', [encoded(1)]);
    topics.subscribe('news', late.subscriber);
    expect(topics.unsubscribe('news', id)).toBe(true);
    topics.publish('news', [encoded(2)]);
    await turns(2);
    const sizes = ({ heard }: { heard: Uint8Array[] }) => heard.map(({ length }) => length);
    expect(sizes(early)).toEqual([12, 13]);
    expect(sizes(late)).toEqual([13]);
    expect(sizes(gone)).toEqual([12]);
    expect(gone.ended).toBe('unsubscribed');
  });

  it('of more than a batch goes out in the same turn, in order', async () => {
    const { service, topics } = create();
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: 'news' });
    await peer.until(1);
    for (let i = 0; i < 5000; i++) topics.publish('news', [Uint8Array.of(0x18, i & 0x7f, ...[])]);
    await peer.until(5001);
    expect(peer.replies.slice(1).map(({ values }) => values[0])).toEqual(
      Array.from({ length: 5000 }, (_, i) => ({ kind: 'integer', value: BigInt(i & 0x7f) })),
    );
  });

  it('compresses a long message once', async () => {
    const { service, topics, metrics } = create();
    const peers = [connect(service, 'a'), connect(service, 'b')];
    for (const peer of peers) peer.send({ kind: 'subscribe', topic: 'news' });
    for (const peer of peers) await peer.until(1);
    const publisher = connect(service, 'c');
    const before = metrics.bytesOut;
    publisher.send({ kind: 'publish', topic: 'news', data: [bytes(100_000)] });
    for (const peer of peers) {
      await peer.until(2);
      expect(peer.replies[1]!.values).toEqual([bytes(100_000)]);
    }
    expect(metrics.bytesOut - before).toBeLessThan(2000);
    expect(topics.subscribers('news')).toBe(2);
  });

  it('gives ids that nobody can guess, and none twice', () => {
    const { topics } = create();
    const ids = Array.from({ length: 1000 }, () => topics.subscribe('news', createEar().subscriber)!.id);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id >= 1 && id < 2 ** 32 && Number.isInteger(id)).toBe(true);
    const taken = [5, 5, 5, 6];
    const other = createTopics({ nextId: () => taken.shift()! });
    expect(other.subscribe('a', createEar().subscriber)!.id).toBe(5);
    expect(other.subscribe('a', createEar().subscriber)!.id).toBe(6);
  });
});

describe('a subscriber that is too slow', () => {
  it('is dropped by bytes, with a reason, and costs the others nothing', async () => {
    const { topics, metrics } = create({ maxQueuedBytes: 1000 });
    const [slow, quick] = [createEar({ stuck: true }), createEar()];
    topics.subscribe('news', slow.subscriber);
    topics.subscribe('news', quick.subscriber);
    for (let i = 0; i < 12; i++) {
      topics.publish('news', [encoded(100)]);
      await turns(1);
    }
    expect(slow.heard.length).toBe(9);
    expect(slow.ended).toEqual({ status: 429, message: 'Too slow: 9 messages were waiting' });
    expect(quick.heard.length).toBe(12);
    expect(quick.ended).toBeUndefined();
    expect(metrics).toMatchObject({ dropped: 1, delivered: 21, subscriptions: 1 });
  });

  it('is dropped by messages, of which those that have gone do not count', async () => {
    const { topics } = create({ maxQueuedMessages: 5 });
    const ear = createEar({ stuck: true });
    topics.subscribe('news', ear.subscriber);
    for (let i = 0; i < 20; i++) {
      topics.publish('news', [encoded(10)]);
      await turns(1);
      if (i >= 4) ear.take(21);
    }
    expect(ear.ended).toBeUndefined();
    topics.publish('news', [encoded(10)]);
    topics.publish('news', [encoded(10)]);
    await turns(1);
    expect(ear.ended).toMatchObject({ status: 429 });
  });

  it('does not hold on to memory that others filled', async () => {
    const { topics } = create();
    const ear = createEar({ stuck: true });
    topics.subscribe('small', ear.subscriber);
    for (let i = 0; i < 10; i++) {
      topics.publish('small', [encoded(10)]);
      await turns(1);
    }
    expect(ear.heard.slice(1).every((frames) => frames.buffer.byteLength === frames.length)).toBe(true);
  });

  it('hears 429 as its last frame, and the end', async () => {
    const { service, topics } = create({ maxQueuedBytes: 10_000 });
    const [here, there] = createChannelPair({ highWaterBytes: 1000 });
    service.serve(there, 'slow');
    const slow = createPeer(here);
    const quick = connect(service, 'quick');
    slow.send({ kind: 'subscribe', topic: 'news' });
    quick.send({ kind: 'subscribe', topic: 'news' });
    await slow.until(1);
    await quick.until(1);
    slow.stream.pause();
    for (let i = 0; i < 200; i++) {
      topics.publish('news', [encoded(100)]);
      await turns(1);
    }
    expect(topics.subscribers('news')).toBe(1);
    slow.stream.resume();
    await slow.untilEnded();
    await quick.until(201);
    const last = slow.replies.at(-1)!;
    expect(last.status).toBe(429);
    expect(last.message).toMatch(/^Too slow: \d+ messages were waiting$/);
    expect(slow.replies.length).toBeLessThan(200);
    expect(slow.replies.slice(0, -1).every(({ status }) => status === 200)).toBe(true);
  });

  it('is sent a message longer than its limit when nothing else waits', async () => {
    const { topics } = create({ maxQueuedBytes: 1000 });
    const ear = createEar({ stuck: true });
    topics.subscribe('news', ear.subscriber);
    const noise = createRandom(1);
    topics.publish('news', [Uint8Array.from({ length: 100_000 }, () => noise.below(256))]);
    await turns(1);
    expect(ear.heard[0]!.length).toBeGreaterThan(50_000);
    topics.publish('news', [encoded(1)]);
    await turns(1);
    expect(ear.ended).toMatchObject({ status: 429 });
  });

  it('hears 413 in the place of a message that its stream cannot carry, and then the next', async () => {
    const { topics, service } = create();
    const [narrow, wide] = [connect(service, 'a', { maxWriteBytes: 131_072 }), connect(service, 'b')];
    for (const peer of [narrow, wide]) {
      peer.send({ kind: 'subscribe', topic: 'news' });
      await peer.until(1);
    }
    const noise = createRandom(1);
    topics.publish('news', [Uint8Array.of(0x28, 1)]);
    const long = Uint8Array.from({ length: 200_004 }, () => noise.below(256));
    long.set([0x12, 0xc0, 0x9a, 0x0c]);
    topics.publish('news', [long]);
    topics.publish('news', [Uint8Array.of(0x28, 1)]);
    await narrow.until(4);
    await wide.until(4);
    expect(narrow.replies.map(({ status }) => status)).toEqual([200, 200, 413, 200]);
    expect(wide.replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is dropped for not reading such 413s either', async () => {
    const { topics } = create({ maxQueuedMessages: 3 });
    const ear = createEar({ stuck: true, maxFrameBytes: 100 });
    topics.subscribe('news', ear.subscriber);
    for (let i = 0; i < 5; i++) {
      topics.publish('news', [encoded(200)]);
      await turns(1);
    }
    expect(ear.ended).toMatchObject({ status: 429 });
    expect(ear.heard).toHaveLength(3);
  });
});

describe('topics', () => {
  it('are forgotten with their last subscriber, however many there were', async () => {
    const { service, topics, metrics } = create();
    for (let round = 0; round < 20; round++) {
      const peers = Array.from({ length: 50 }, () => connect(service, 'me'));
      for (const [i, peer] of peers.entries()) peer.send({ kind: 'subscribe', topic: `topic ${round} ${i}` });
      for (const peer of peers) await peer.until(1);
      for (let i = 0; i < 50; i++) topics.publish(`topic ${round} ${i}`, [encoded(5)]);
      expect(metrics.topics).toBe(50);
      for (const [i, peer] of peers.entries()) {
        if (i % 2 === 0) peer.channel.destroy();
        else
          topics.unsubscribe(
            `topic ${round} ${i}`,
            Number((peer.replies[0]!.values[0] as { value: bigint }).value),
          );
      }
      for (const peer of peers) peer.stream.end();
      for (const peer of peers) await peer.untilClosed();
      await turns(3);
    }
    expect(metrics).toMatchObject({ topics: 0, subscriptions: 0, streams: 0, pending: 0, subscribed: 1000 });
  });

  it('take no more subscriptions than they may', async () => {
    const { service } = create({ maxSubscriptions: 2 });
    const peers = [connect(service, 'a'), connect(service, 'b'), connect(service, 'c')];
    for (const peer of peers) peer.send({ kind: 'subscribe', topic: 'news' });
    for (const peer of peers) await peer.until(1);
    expect(peers.map(({ replies }) => replies[0]!.status)).toEqual([200, 200, 503]);
    peers[2]!.send({ kind: 'hget', table: 't', key: 'k' });
    await peers[2]!.until(2);
  });

  it('end with 503 when the server stops', async () => {
    const { service, topics } = create();
    const peer = connect(service, 'a');
    peer.send({ kind: 'subscribe', topic: 'news' });
    await peer.until(1);
    topics.publish('news', [encoded(1)]);
    topics.close();
    await peer.untilEnded();
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 200, 503]);
    expect(topics.subscribe('news', createEar().subscriber)).toBeUndefined();
  });

  it('refuse limits that are none, by name', () => {
    expect(() => create({ maxQueuedBytes: 0 })).toThrow('Expected `maxQueuedBytes` to be an integer from 1');
  });
});

it('a queue counts what waits, whatever it was offered', () => {
  const random = createRandom(3);
  const queue = new SubscriberQueue(1000, 100_000);
  const waiting: { bytes: number; readonly messages: number }[] = [];
  for (let i = 0; i < 20_000; i++) {
    const bytes = 1 + random.below(3000);
    const messages = 1 + random.below(40);
    const queued = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    const held = waiting.reduce((sum, { messages }) => sum + messages, 0);
    const expected = queued === 0 || (queued + bytes <= 100_000 && held + messages <= 1000);
    expect(queue.offer(bytes, messages, queued)).toBe(expected);
    if (expected) waiting.push({ bytes, messages });
    for (let taken = random.below(3200); taken > 0 && waiting.length > 0; ) {
      const part = Math.min(taken, waiting[0]!.bytes);
      waiting[0]!.bytes -= part;
      taken -= part;
      if (waiting[0]!.bytes === 0) waiting.shift();
    }
  }
});
