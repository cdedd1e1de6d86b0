import type { EncodedValue } from '@inkwire/wire';

/** Where the messages of a subscription go. */
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

/** A subscription, for whoever holds it. */
export interface Subscription {
  readonly id: number;
  readonly topic: string;
  /** Ends it without a word: the subscriber is gone. */
  leave(): void;
}

/** Topics of one process. */
export interface Topics {
  /** Sends values to everyone who has subscribed. Answers how many those are. */
  publish(topic: string, values: readonly EncodedValue[]): number;
  /** The same with the values as `publish` carries them: each with its tag `12` and its length. */
  publishEncoded(topic: string, bytes: Uint8Array, start: number, end: number): number;
  /** Answers undefined when there are as many subscriptions as there may be. */
  subscribe(topic: string, subscriber: Subscriber): Subscription | undefined;
  /** Ends a subscription as its subscriber wished; false when there is none of that id on that topic. */
  unsubscribe(topic: string, id: number): boolean;
  /** How many have subscribed to a topic. */
  subscribers(topic: string): number;
  /** Ends every subscription with status 503; later ones are refused. */
  close(message?: string): void;
}
