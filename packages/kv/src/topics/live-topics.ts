import { randomInt } from 'node:crypto';
import { expectInteger } from '@inkwire/base';
import {
  addEncodedValue,
  addPublishedValues,
  beginOkReply,
  beginReply,
  compressAbove,
  type EncodedValue,
  endOfTurn,
  FrameWriter,
  frameHeaderBytes,
  gzip,
} from '@inkwire/wire';
import { KvError } from '../errors.ts';
import { KvMetrics } from '../metrics.ts';
import { countFrames } from './count-frames.ts';
import { SubscriberQueue } from './subscriber-queue.ts';
import type { Subscriber, Subscription, TopicLink, Topics } from './topics.ts';

/*
 * Topics and their live messages. A message becomes a whole reply frame once; the frames of a turn lie one behind the other,
 * and every subscriber's channel receives the same memory, once a turn.
 *
 *     publish ─▶ frame ─▶ topic's batch ──end of turn, or batch full──▶ each subscriber: room? ─┬─▶ channel
 *                                                          │            ▲                      └─▶ dropped: 429
 *                                                          └─▶ link     └── frames of other processes
 *
 * Invariants: a topic is there while it has a subscriber or a link, and a message to a topic without is never encoded. A
 * subscriber receives what is published after `subscribe`, in order and without gaps, until its end. When it cannot keep
 * up it ends, and no other subscriber waits for it. One subscriber's failure is not another's.
 */

/** The bounds of what may wait for a subscriber. */
export interface TopicLimits {
  /** Most messages that wait for one subscriber. Default 65,536. */
  readonly maxQueuedMessages?: number | undefined;
  /** Most bytes that wait for one subscriber; a single message may be longer when nothing else waits. Default 4 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /** Most subscriptions at a time. Default 100,000. */
  readonly maxSubscriptions?: number | undefined;
}

/** Limits and metrics of topics. */
export interface TopicsOptions {
  readonly limits?: TopicLimits;
  readonly metrics?: KvMetrics;
  /** Makes candidates for subscription ids, 1 to 2³² − 1. Default: random ones, which cannot be guessed. */
  readonly nextId?: () => number;
  /** Called when the last subscriber in this process has left a topic. */
  readonly onUnsubscribed?: ((topic: string) => void) | undefined;
}

/** The longest frame of a multiplexed stream (docs/protocol.md), less its header: worth compressing for. */
const fitsEveryone = 131_072 - frameHeaderBytes;
/** A batch that is longer goes out before the turn ends: it bounds what a turn can hold, and fits every channel. */
const batchBytes = 64 * 1024;

/** Frames that lie one behind the other in memory. */
interface Batch {
  readonly slab: Uint8Array;
  readonly from: number;
  to: number;
  messages: number;
}

interface Topic {
  readonly name: string;
  readonly members: Set<LiveSubscription>;
  link: TopicLink | undefined;
  batch: Batch | undefined;
}

interface LiveSubscription extends Subscription {
  readonly of: Topic;
  readonly subscriber: Subscriber;
  readonly queue: SubscriberQueue;
}

/** Creates topics. They live in this process and keep nothing. */
export function createTopics(options: TopicsOptions = {}): Topics {
  return new LiveTopics(options);
}

class LiveTopics implements Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #members = new Map<number, LiveSubscription>();
  readonly #metrics: KvMetrics;
  readonly #nextId: () => number;
  readonly #onUnsubscribed: (topic: string) => void;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #maxMembers: number;
  /** Of its own, so that the messages of a turn are not parted by replies. */
  readonly #writer = new FrameWriter();
  readonly #spoken = new Set<Topic>();
  #scheduled = false;
  #closed = false;

  constructor({
    limits = {},
    metrics = new KvMetrics(),
    nextId = () => randomInt(1, 2 ** 32),
    onUnsubscribed = () => {},
  }: TopicsOptions) {
    const bounds = { min: 1, max: Number.MAX_SAFE_INTEGER };
    this.#maxMessages = expectInteger('maxQueuedMessages', limits.maxQueuedMessages ?? 65_536, bounds);
    this.#maxBytes = expectInteger('maxQueuedBytes', limits.maxQueuedBytes ?? 4 * 2 ** 20, bounds);
    this.#maxMembers = expectInteger('maxSubscriptions', limits.maxSubscriptions ?? 100_000, {
      min: 1,
      max: 2 ** 31,
    });
    this.#metrics = metrics;
    this.#nextId = nextId;
    this.#onUnsubscribed = onUnsubscribed;
  }

  publish(name: string, values: readonly EncodedValue[]): number {
    const topic = this.#subscribed(name);
    if (topic === undefined) return 0;
    beginOkReply(this.#writer);
    for (const value of values) addEncodedValue(this.#writer, value);
    return this.#send(topic);
  }

  publishEncoded(name: string, bytes: Uint8Array, start: number, end: number): number {
    const topic = this.#subscribed(name);
    if (topic === undefined) return 0;
    beginOkReply(this.#writer);
    addPublishedValues(this.#writer, bytes, start, end);
    return this.#send(topic);
  }

  subscribe(name: string, subscriber: Subscriber): Subscription | undefined {
    if (this.#closed || this.#members.size >= this.#maxMembers) return undefined;
    const topic = this.#topicOf(name);
    // Messages published before the subscription are not for it.
    this.#deliver(topic);
    const id = this.#freeId();
    const queue = new SubscriberQueue(this.#maxMessages, this.#maxBytes);
    const member: LiveSubscription = {
      id,
      topic: name,
      of: topic,
      subscriber,
      queue,
      leave: () => void this.#remove(member),
    };
    topic.members.add(member);
    // The topic may have been forgotten in the flush, with its last subscriber.
    if (this.#topics.get(name) !== topic) this.#revive(topic);
    this.#members.set(id, member);
    this.#metrics.subscribed++;
    this.#metrics.subscriptions++;
    return member;
  }

  unsubscribe(name: string, id: number): boolean {
    const member = this.#members.get(id);
    if (member === undefined || member.topic !== name) return false;
    this.#deliver(member.of);
    if (this.#remove(member)) member.subscriber.over();
    return true;
  }

  subscribers(name: string): number {
    return this.#topics.get(name)?.members.size ?? 0;
  }

  link(name: string, link: TopicLink | undefined): void {
    if (link === undefined && !this.#topics.has(name)) return;
    const topic = this.#topicOf(name);
    // What was published before goes the way that it had.
    this.#deliver(topic);
    topic.link = link;
    // The flush may have dropped the last subscriber, and so the topic.
    if (link !== undefined && this.#topics.get(name) !== topic) this.#revive(topic);
    this.#forgetUnused(topic);
  }

  deliverFrames(name: string, frames: Uint8Array): void {
    const messages = countFrames(frames);
    const topic = this.#topics.get(name);
    if (topic !== undefined) this.#handTo(topic.members, frames, messages);
  }

  close(message = 'The server is stopping'): void {
    this.#closed = true;
    this.#flushAll();
    for (const member of [...this.#members.values()])
      if (this.#remove(member)) member.subscriber.over({ status: 503, message });
  }

  #topicOf(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { name, members: new Set(), link: undefined, batch: undefined };
      this.#topics.set(name, topic);
      this.#metrics.topics++;
    }
    return topic;
  }

  /** The topic, if it has a subscriber here or elsewhere. */
  #subscribed(name: string): Topic | undefined {
    this.#metrics.published++;
    const topic = this.#topics.get(name);
    if (topic?.link?.hasRoom === false)
      throw new KvError('KV_LINK_FULL', 'The other hubs cannot be reached, and no more messages are kept', {
        retryable: true,
      });
    return topic;
  }

  #forgetUnused(topic: Topic): void {
    if (topic.members.size > 0 || topic.link !== undefined || !this.#topics.delete(topic.name)) return;
    this.#metrics.topics--;
  }

  #revive(topic: Topic): void {
    this.#topics.set(topic.name, topic);
    this.#metrics.topics++;
  }

  #freeId(): number {
    for (;;) {
      const id = this.#nextId();
      if (!this.#members.has(id)) return id;
    }
  }

  /** Ends the frame under way and puts it into the topic's batch. */
  #send(topic: Topic): number {
    const writer = this.#writer;
    const compressed = writer.payloadBytes > compressAbove;
    if (compressed) writer.replacePayload(gzip(writer.payload, fitsEveryone));
    const from = writer.finish(compressed);
    const { size } = topic.members;
    this.#gather(topic, from, writer.at);
    return size;
  }

  #gather(topic: Topic, from: number, to: number): void {
    const slab = this.#writer.bytes;
    const { batch } = topic;
    if (batch !== undefined && batch.slab === slab && batch.to === from && to - batch.from <= batchBytes) {
      batch.to = to;
      batch.messages++;
      return;
    }
    this.#deliver(topic);
    this.#spoken.add(topic);
    topic.batch = { slab, from, to, messages: 1 };
    if (this.#scheduled) return;
    this.#scheduled = true;
    endOfTurn(this.#flushAll);
  }

  readonly #flushAll = (): void => {
    this.#scheduled = false;
    for (const topic of this.#spoken) this.#deliver(topic);
  };

  #deliver(topic: Topic): void {
    const { batch } = topic;
    if (batch === undefined) return;
    topic.batch = undefined;
    this.#spoken.delete(topic);
    const frames = batch.slab.subarray(batch.from, batch.to);
    topic.link?.deliver(topic.name, frames);
    this.#handTo(topic.members, frames, batch.messages);
  }

  #handTo(members: Iterable<LiveSubscription>, frames: Uint8Array, messages: number): void {
    let copy: Uint8Array | undefined;
    let tooLong: Uint8Array | undefined;
    for (const member of members) {
      const { queue, subscriber } = member;
      const { queuedBytes } = subscriber;
      const isTooLong = frames.length > subscriber.maxFrameBytes;
      const sent = isTooLong ? (tooLong ??= this.#tooLong(frames.length)) : frames;
      if (!queue.offer(sent.length, messages, queuedBytes)) {
        this.#drop(member, 429, `Too slow: ${queue.messages} messages were waiting`);
        continue;
      }
      if (!isTooLong) this.#metrics.delivered += messages;
      // Frames that wait behind others must not keep a whole slab alive: that would be the cost of a slow subscriber.
      const isShared = isTooLong || queuedBytes === 0;
      subscriber.deliver(isShared ? sent : (copy ??= frames.slice()), messages);
    }
  }

  /** Replaces a message for subscribers whose streams carry no frame so long. */
  #tooLong(bytes: number): Uint8Array {
    beginReply(this.#writer, 413, `A message of ${bytes} bytes is longer than this stream carries`);
    const from = this.#writer.finish(false);
    return this.#writer.bytes.slice(from, this.#writer.at);
  }

  #drop(member: LiveSubscription, status: number, message: string): void {
    if (!this.#remove(member)) return;
    this.#metrics.dropped++;
    member.subscriber.over({ status, message });
  }

  #remove(member: LiveSubscription): boolean {
    const topic = member.of;
    if (!topic.members.delete(member)) return false;
    this.#members.delete(member.id);
    this.#metrics.subscriptions--;
    if (topic.members.size === 0) {
      this.#forgetUnused(topic);
      this.#onUnsubscribed(topic.name);
    }
    return true;
  }
}
