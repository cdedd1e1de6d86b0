import { BaseError, CodedError, expectInteger, sleep, type WaitOptions, within } from '@inkwire/base';
import type { Reply } from '../codec/messages.ts';
import { WireError } from '../errors.ts';
import { plain } from './answers.ts';
import type { Line } from './line.ts';
import type { Link } from './link.ts';
import type { ResolvedClientOptions } from './options.ts';
import { WireStatusError } from './status-error.ts';
import { TopicFeed, type TopicItem } from './topic-feed.ts';

/**
 * What is subscribed to: a topic's name, or one that depends on this member's id, which changes with each connection. On a
 * client that is not multiplexed it is the id of the subscription's own connection, and not that of who publishes.
 */
export type Topic = string | ((memberId: number) => string);

export interface SubscribeOptions {
  /** Ends the subscription; the iterator rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Most messages that wait to be taken; then the hub is made to wait. At least 1; default 1 024. */
  readonly maxQueued?: number | undefined;
  /** Most bytes, as they came, of messages that wait; one message may pass it. At least 1; default 1 MiB. */
  readonly maxQueuedBytes?: number | undefined;
}

/**
 * What is published to a topic, for one `for await`. It ends when the loop is left, with `unsubscribe()`, and with the
 * client; it rejects when the hub refuses it.
 */
export interface Subscription
  extends AsyncIterableIterator<TopicItem, undefined, undefined>,
    AsyncDisposable {
  next(): Promise<IteratorResult<TopicItem, undefined>>;
  /** Ends it and drops what was not taken. */
  return(): Promise<IteratorResult<TopicItem, undefined>>;
  /** The same. */
  unsubscribe(): void;
  /** Resolves when the hub has accepted it for the first time: what is published from then on is heard. */
  ready(options?: WaitOptions): Promise<void>;
  [Symbol.asyncIterator](): Subscription;
}

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly options: ResolvedClientOptions;
  waitForLink(signal: AbortSignal): Promise<Link>;
  /** Tells the hub that a subscription is over, if it can be told. */
  unsubscribe(topic: string, id: number): void;
  onOver(subscription: TopicSubscription): void;
}

/*
 *     waiting for room and a link ─▶ opening a line ─▶ asking ──accepted──▶ hearing
 *       ▲                                  └────────────────┴──lost, dropped─────┘
 *       └──────────── backoff ◀──────────────────────────────────┘
 *     any ──return(), signal, close, destroy, refused──▶ over
 *
 * Refused is: the first answer to `subscribe` has a status other than 200, or a later one, or one to what is asked before
 * it (to sign its line in), has one that asking again cannot mend. A subscription that the hub has dropped because we were
 * slow is begun anew, once there is room, and says `missed`.
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
  /** Set once it was accepted: a new beginning is told. */
  #wasAccepted = false;
  /** The hub's first answer to `subscribe`, where it is a status other than 200. */
  #refusal: WireStatusError | undefined;
  #line: Line | undefined;
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

  /** The client closes: what was heard may be taken still. */
  finish(error: Error): void {
    this.#feed.finish(false);
    this.#end(error);
  }

  /** Ends it with an error. */
  fail(reason: unknown): void {
    this.#feed.fail(reason);
    this.#end(reason);
  }

  /** Begins anew on another line: this one is not to be trusted. */
  drop(error: Error): void {
    this.#line?.destroy(error);
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
    // What ended the last hearing: said as `missed` when the next one begins.
    let interruption: Error | undefined;
    try {
      for (let attempt = 0; !signal.aborted; attempt++) {
        if (this.#feed.isFull) await this.#waitForRoom(signal);
        const link = await this.#host.waitForLink(signal);
        const began = clock.monotonic();
        const ended = await this.#hear(link, interruption);
        if (ended.wasHeard) interruption = ended.reason;
        else if (!this.#mayTryAgain(ended.reason)) throw ended.reason;
        if (ended.wasHeard && clock.monotonic() - began >= stableMs) attempt = 0;
        await sleep(backoffMs(attempt), { signal, clock });
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #mayTryAgain(error: Error): boolean {
    if (error === this.#refusal && !this.#wasAccepted) return false;
    return error instanceof CodedError && error.retryable;
  }

  /** Opens a line, subscribes and hears until that ends. Rejects only when the subscription is over. */
  async #hear(link: Link, interruption: Error | undefined): Promise<Ended> {
    const { signal } = this.#ending;
    let heard: Heard | undefined;
    let line: Line | undefined;
    const onEnd = () => {
      // The hub cannot tell the end of a connection from one that only sends no more.
      if (heard && !link.endsWithLine && line?.lostBy === undefined)
        this.#host.unsubscribe(heard.topic, heard.id);
      line?.destroy(signal.reason);
    };
    signal.addEventListener('abort', onEnd);
    try {
      line = await link.openLine(signal);
      this.#line = line;
      signal.throwIfAborted();
      const topic = await this.#nameTopic(line);
      const reason = await this.#listen(line, topic, (id) => {
        heard = { topic, id };
        if (interruption) this.#feed.pushMissed(interruption);
        this.#wasAccepted = true;
        this.#onAccepted();
      });
      signal.throwIfAborted();
      return { wasHeard: true, reason };
    } catch (error) {
      signal.throwIfAborted();
      return { wasHeard: heard !== undefined, reason: error as Error };
    } finally {
      signal.removeEventListener('abort', onEnd);
      this.#line = undefined;
      line?.destroy(new BaseError('BASE_CLOSED', 'The subscription is over'));
    }
  }

  async #nameTopic(line: Line): Promise<string> {
    if (typeof this.#topic === 'string') return this.#topic;
    const { clock, timeoutMs } = this.#host.options;
    const asked = line.ask({ kind: 'hget', table: '$session', key: 'id' });
    const reply = await within(asked, { timeoutMs }, clock);
    const [id] = reply.values;
    if (reply.status !== 200) throw new WireStatusError(reply, 'The hub does not say who we are');
    if (id?.kind !== 'integer')
      throw new WireError('WIRE_MESSAGE_INVALID', 'The hub gave a member id that is no integer');
    return this.#topic(Number(id.value));
  }

  /** Resolves with what ended the hearing once it has begun; rejects when it does not begin. */
  async #listen(line: Line, topic: string, onAccepted: (id: number) => void): Promise<Error> {
    const { clock, timeoutMs } = this.#host.options;
    const feed = this.#feed;
    const { promise, resolve, reject } = withResolvers<Error>();
    // The line may be lost before anyone waits.
    promise.catch(() => {});
    const timer = clock.after(timeoutMs, () =>
      reject(
        new BaseError('BASE_TIMEOUT', `No answer to the subscription within ${timeoutMs} ms`, {
          retryable: true,
        }),
      ),
    );
    let stage: 'asked' | 'hearing' | 'over' = 'asked';
    const listener = (reply: Reply, bytes: number) => {
      if (stage === 'over') return;
      if (reply.status !== 200) {
        const error = new WireStatusError(reply, `The hub ended the subscription to ${topic}`);
        if (stage === 'asked') {
          this.#refusal = error;
          reject(error);
        } else {
          resolve(error);
        }
        stage = 'over';
      } else if (stage === 'asked') {
        timer.cancel();
        stage = 'hearing';
        onAccepted(subscriptionId(reply));
      } else {
        feed.push(reply.values.map(plain), bytes);
      }
    };
    void line.lost.then((error) => (stage === 'hearing' ? resolve(error) : reject(error)));
    feed.onFull = () => line.pause();
    feed.onRoom = () => line.resume();
    try {
      line.listen({ kind: 'subscribe', topic }, listener);
      return await promise;
    } finally {
      timer.cancel();
    }
  }

  async #waitForRoom(signal: AbortSignal): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#feed.onRoom = resolve;
    });
    await within(room, { signal });
  }
}

/** A line that was heard this long had nothing wrong with it: the waits begin anew. */
const stableMs = 5_000;

interface Heard {
  readonly topic: string;
  readonly id: number;
}

interface Ended {
  /** Whether the hub had accepted the subscription. */
  readonly wasHeard: boolean;
  readonly reason: Error;
}

function subscriptionId(reply: Reply): number {
  const [id] = reply.values;
  if (id?.kind !== 'integer')
    throw new WireError('WIRE_MESSAGE_INVALID', 'The hub gave a subscription id that is no integer');
  return Number(id.value);
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
