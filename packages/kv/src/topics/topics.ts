import type { EncodedValue } from '@inkwire/wire';

/** The receiver of a subscription's messages. */
export interface Subscriber {
  /** Bytes that were delivered and that the peer has not taken. */
  readonly queuedBytes: number;
  /** The longest frame that the channel takes. */
  readonly maxFrameBytes: number;
  /** Takes whole frames, shared with others: `messages` of them. */
  deliver(frames: Uint8Array, messages: number): void;
  /** The subscription is over: with status 429 or 503 when it was dropped, without when it was unsubscribed. */
  over(dropped?: { readonly status: number; readonly message: string }): void;
}

/** A subscription, as its subscriber holds it. */
export interface Subscription {
  readonly id: number;
  readonly topic: string;
  /** Ends it without calling `over`: the subscriber is gone. */
  leave(): void;
}

/**
 * The way from a topic of this process to its subscribers in others. It receives what is published here, as subscribers do:
 * whole frames, a batch a turn. It never receives what `deliverFrames` brings, so that two processes do not echo each other.
 */
export interface TopicLink {
  /** False: nothing can be sent or kept at present, and a publish to a linked topic throws `KV_LINK_FULL`. */
  readonly hasRoom: boolean;
  deliver(topic: string, frames: Uint8Array): void;
}

/** Topics of one process. */
export interface Topics {
  /**
   * Sends values to every subscriber of the topic. Returns how many there are in this process. Throws `KV_LINK_FULL` where
   * the topic is linked and its link has no room: then no subscriber receives them.
   */
  publish(topic: string, values: readonly EncodedValue[]): number;
  /** The same with the values as `publish` carries them: each with its tag `12` and its length. */
  publishEncoded(topic: string, bytes: Uint8Array, start: number, end: number): number;
  /** Returns undefined when the limit of subscriptions is reached. */
  subscribe(topic: string, subscriber: Subscriber): Subscription | undefined;
  /** Ends a subscription and calls its subscriber's `over`. False when the topic has none of that id. */
  unsubscribe(topic: string, id: number): boolean;
  /** The number of subscriptions to a topic in this process. */
  subscribers(topic: string): number;
  /** Links a topic to other processes, or ends its link. */
  link(topic: string, link: TopicLink | undefined): void;
  /** Delivers frames that were published in another process. Throws `WIRE_…` unless they are whole frames. */
  deliverFrames(topic: string, frames: Uint8Array): void;
  /** Ends every subscription with status 503; later ones are refused. */
  close(message?: string): void;
}
