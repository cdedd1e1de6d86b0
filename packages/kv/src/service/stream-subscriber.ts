import type { FrameStream } from '@inkwire/wire';
import type { KvMetrics } from '../metrics.ts';
import type { Subscriber, Subscription, Topics } from '../topics/topics.ts';
import type { Refusal } from './refusals.ts';

/** The subscription of one stream, at most one at a time: its messages are frames in the stream's outbox. */
export class StreamSubscriber implements Subscriber {
  readonly #stream: FrameStream;
  readonly #topics: Topics;
  readonly #metrics: KvMetrics;
  readonly #onOver: (dropped?: Refusal) => void;
  #subscription: Subscription | undefined;

  /** `onOver`: the topics have ended the subscription. */
  constructor(
    stream: FrameStream,
    service: { readonly topics: Topics; readonly metrics: KvMetrics },
    onOver: (dropped?: Refusal) => void,
  ) {
    this.#stream = stream;
    this.#topics = service.topics;
    this.#metrics = service.metrics;
    this.#onOver = onOver;
  }

  get isSubscribed(): boolean {
    return this.#subscription !== undefined;
  }

  /** Returns the id of the subscription; undefined when there are as many as there may be. */
  subscribe(topic: string): number | undefined {
    this.#subscription = this.#topics.subscribe(topic, this);
    return this.#subscription?.id;
  }

  leave(): void {
    this.#subscription?.leave();
    this.#subscription = undefined;
  }

  get queuedBytes(): number {
    return this.#stream.channel.queuedBytes + this.#stream.outbox.bytes;
  }

  get maxFrameBytes(): number {
    return this.#stream.outbox.maxPieceBytes;
  }

  deliver(frames: Uint8Array): void {
    this.#metrics.bytesOut += frames.length;
    this.#stream.outbox.addEncoded(frames);
    this.#stream.flush();
  }

  over(dropped?: Refusal): void {
    this.#subscription = undefined;
    this.#onOver(dropped);
  }
}
