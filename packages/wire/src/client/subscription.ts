import { BaseError, CodedError, expectInteger, sleep, type WaitOptions, within } from '@inkwire/base';
import type { HubConnection } from './hub-connection.ts';
import type { HubStream } from './hub-stream.ts';
import type { ResolvedClientOptions } from './options.ts';
import { TopicFeed, type TopicItem } from './topic-feed.ts';
import { askMemberId, type ListeningEnd, listenToTopic } from './topic-listening.ts';

/**
 * The topic of a subscription: a name, or a function that makes it from this member's id, which changes with each connection.
 * On a client that is not multiplexed it is the id of the subscription's own connection, not of the one that publishes.
 */
export type Topic = string | ((memberId: number) => string);

/** The number of messages of a topic that wait to be read. */
export interface SubscribeOptions {
  /** Ends the subscription; the iterator rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Most messages that wait to be taken; then the hub must wait. At least 1; default 1 024. */
  readonly maxQueued?: number | undefined;
  /** Most bytes, as they came, of messages that wait; one message may pass it. At least 1; default 1 MiB. */
  readonly maxQueuedBytes?: number | undefined;
}

/**
 * The messages of a topic, for one `for await`. It ends when the loop ends, with `unsubscribe()`, and with the client. It
 * rejects when the hub refuses it.
 */
export interface Subscription
  extends AsyncIterableIterator<TopicItem, undefined, undefined>,
    AsyncDisposable {
  next(): Promise<IteratorResult<TopicItem, undefined>>;
  /** Ends it and drops what was not taken. */
  return(): Promise<IteratorResult<TopicItem, undefined>>;
  /** The same. */
  unsubscribe(): void;
  /** Resolves when the hub has accepted it for the first time: what is published from then on is received. */
  ready(options?: WaitOptions): Promise<void>;
  [Symbol.asyncIterator](): Subscription;
}

/** The part of a client that its subscriptions need. */
export interface SubscriptionHost {
  readonly options: ResolvedClientOptions;
  waitForConnection(signal: AbortSignal): Promise<HubConnection>;
  /** Sends the hub an `unsubscribe`, if there is a connection. */
  unsubscribe(topic: string, id: number): void;
  onOver(subscription: TopicSubscription): void;
}

/*
 *     waiting for room and a connection ─▶ opening a stream ─▶ asking ──accepted──▶ receiving
 *       ▲                                          └────────────────┴──lost, dropped─────┘
 *       └──────────── backoff ◀──────────────────────────────────────────┘
 *     any ──return(), signal, close, destroy, refused──▶ over
 *
 * Refused is: the first answer to `subscribe` has a status other than 200, or a later one, or one to what is asked before
 * it (to sign its stream in), has one that asking again cannot mend. A subscription that the hub has dropped because we
 * were slow is begun anew, once there is room, and says `missed`.
 */
export class TopicSubscription implements Subscription {
  readonly #host: SubscriptionHost;
  readonly #topic: Topic;
  readonly #signal: AbortSignal | undefined;
  readonly #feed: TopicFeed;
  readonly #ending = new AbortController();
  readonly #accepted: Promise<void>;
  #onAccepted!: () => void;
  #onNeverAccepted!: (error: unknown) => void;
  /** Whether it was ever accepted. */
  #wasAccepted = false;
  #stream: HubStream | undefined;
  /** Resolves when nothing of it is left; never rejects. */
  readonly running: Promise<void>;

  constructor(host: SubscriptionHost, topic: Topic, options: SubscribeOptions) {
    const bounds = { min: 1 };
    this.#host = host;
    this.#topic = topic;
    this.#signal = options.signal;
    this.#feed = new TopicFeed(
      expectInteger('maxQueued', options.maxQueued ?? 1024, bounds),
      expectInteger('maxQueuedBytes', options.maxQueuedBytes ?? 2 ** 20, bounds),
    );
    this.#accepted = new Promise((resolve, reject) => {
      this.#onAccepted = resolve;
      this.#onNeverAccepted = reject;
    });
    this.#accepted.catch(() => {});
    options.signal?.addEventListener('abort', this.#onAbort);
    if (options.signal?.aborted) this.#onAbort();
    this.running = this.#run();
  }

  get isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  next(): Promise<IteratorResult<TopicItem, undefined>> {
    return this.#feed.next();
  }

  async return(): Promise<IteratorResult<TopicItem, undefined>> {
    this.unsubscribe();
    return { done: true, value: undefined };
  }

  unsubscribe(): void {
    this.#feed.finish(true);
    this.#end(new BaseError('BASE_CLOSED', 'The subscription is over'));
  }

  ready(options: WaitOptions = {}): Promise<void> {
    return within(this.#accepted, options, this.#host.options.clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.unsubscribe();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The client closes: what was received may be taken still. */
  finish(error: Error): void {
    this.#feed.finish(false);
    this.#end(error);
  }

  /** Ends it with an error. */
  fail(reason: unknown): void {
    this.#feed.fail(reason);
    this.#end(reason);
  }

  /** Begins anew on another stream: this one is not to be trusted. */
  drop(error: Error): void {
    this.#stream?.destroy(error);
  }

  readonly #onAbort = (): void => this.fail(this.#signal!.reason);

  #end(reason: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onNeverAccepted(reason);
    this.#ending.abort(reason);
    this.#host.onOver(this);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    const { backoffMs, clock } = this.#host.options;
    // The error that ended the last listening: pushed as `missed` when the next one begins.
    let interruption: Error | undefined;
    try {
      for (let attempt = 0; !signal.aborted; attempt++) {
        if (this.#feed.isFull) await this.#waitForRoom(signal);
        const connection = await this.#host.waitForConnection(signal);
        const began = clock.monotonic();
        const end = await this.#listen(connection, interruption);
        if (end.wasAccepted) interruption = end.reason;
        else if (!this.#mayTryAgain(end)) throw end.reason;
        if (end.wasAccepted && clock.monotonic() - began >= stableMs) attempt = 0;
        await sleep(backoffMs(attempt), { signal, clock });
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #mayTryAgain({ reason, isRefused }: ListeningEnd): boolean {
    if (isRefused && !this.#wasAccepted) return false;
    return reason instanceof CodedError && reason.retryable;
  }

  /** Opens a stream, subscribes and receives until that ends. Rejects only when the subscription is over. */
  async #listen(connection: HubConnection, interruption: Error | undefined): Promise<ListeningEnd> {
    const { signal } = this.#ending;
    const { options } = this.#host;
    let accepted: { readonly topic: string; readonly id: number } | undefined;
    let stream: HubStream | undefined;
    const onOver = () => {
      // The hub cannot tell the end of a connection from one that only sends no more.
      if (accepted && !connection.endsWithStream && stream?.lossReason === undefined)
        this.#host.unsubscribe(accepted.topic, accepted.id);
      stream?.destroy(signal.reason);
    };
    signal.addEventListener('abort', onOver);
    try {
      stream = await connection.openStream(signal);
      this.#stream = stream;
      signal.throwIfAborted();
      const topic =
        typeof this.#topic === 'string' ? this.#topic : this.#topic(await askMemberId(stream, options));
      const end = await listenToTopic(stream, topic, this.#feed, options, (id) => {
        accepted = { topic, id };
        if (interruption) this.#feed.pushMissed(interruption);
        this.#wasAccepted = true;
        this.#onAccepted();
      });
      signal.throwIfAborted();
      return end;
    } catch (error) {
      signal.throwIfAborted();
      return { wasAccepted: false, isRefused: false, reason: error as Error };
    } finally {
      signal.removeEventListener('abort', onOver);
      this.#stream = undefined;
      stream?.destroy(new BaseError('BASE_CLOSED', 'The subscription is over'));
    }
  }

  async #waitForRoom(signal: AbortSignal): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#feed.onRoom = resolve;
    });
    await within(room, { signal });
  }
}

/** A subscription that lasted this long was a good one: the waits begin anew. */
const stableMs = 5_000;
