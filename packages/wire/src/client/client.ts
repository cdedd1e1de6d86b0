import { type Closable, Owner, type WaitOptions } from '@inkwire/base';
import type { Command, Reply } from '../codec/messages.ts';
import { type PlainInput, type PlainValue, toValue } from '../codec/values.ts';
import type { Reading } from '../hub/reading.ts';
import {
  allOf,
  leaseOf,
  mapOf,
  nothing,
  oneIfFound,
  oneOf,
  readingOf,
  truthOf,
  truthsOf,
} from './answers.ts';
import { CommandQueue } from './command-queue.ts';
import { type ClientState, Connector, type StateListener } from './connector.ts';
import { type ClientOptions, resolveClientOptions } from './options.ts';
import type { Picture } from './picture.ts';
import { type SubscribeOptions, type Subscription, type Topic, TopicSubscription } from './subscription.ts';

/** The deadline of an `unsubscribe`. */
const unsubscribeMs = 1_000;

/** The time for which a value lives, and for which the answer is awaited. */
export interface SetOptions extends WaitOptions {
  /** The key expires after this many milliseconds. Default: never. */
  readonly ttlMs?: number | undefined;
}

/** The options with which a picture is read, and the time for which the answer is awaited. */
export interface ReadOptions extends WaitOptions {
  /** Whether the hub keeps the reading. Default true. */
  readonly keep?: boolean | undefined;
}

/**
 * A member of the hub. Every command settles by its deadline (`timeoutMs`, default the client's): with its answer,
 * `WIRE_STATUS` (a `WireStatusError`) for a status other than 200, `BASE_TIMEOUT`, the signal's reason,
 * `WIRE_CONNECTION_LOST` when it was sent and its connection ended, `WIRE_QUEUE_FULL`, or `BASE_CLOSED`.
 */
export interface Client extends Closable {
  readonly state: ClientState;
  /** Calls `listener` at each change of state, until the function that it returns is called. */
  onState(listener: StateListener): () => void;

  /** Undefined where there is none; `null` for a value that is empty. */
  hget(table: string, key: string, options?: WaitOptions): Promise<PlainValue | undefined>;
  hgetall(table: string, options?: WaitOptions): Promise<Map<string, PlainValue>>;
  /** In the order of the keys, `null` where there is none. */
  hmget(table: string, keys: readonly string[], options?: WaitOptions): Promise<PlainValue[]>;
  /** Answers the previous value, `null` where there was none. */
  hset(table: string, key: string, value: PlainInput, options?: SetOptions): Promise<PlainValue>;
  /** Answers the previous values, in the order of the entries. A Map is a list of entries. */
  hmset(
    table: string,
    entries: Iterable<readonly [key: string, value: PlainInput]>,
    options?: SetOptions,
  ): Promise<PlainValue[]>;
  /** Answers the previous value, `null` where there was none. */
  hdel(table: string, key: string, options?: WaitOptions): Promise<PlainValue>;
  hmdel(table: string, keys: readonly string[], options?: WaitOptions): Promise<PlainValue[]>;
  hexist(table: string, key: string, options?: WaitOptions): Promise<boolean>;
  hmexist(table: string, keys: readonly string[], options?: WaitOptions): Promise<boolean[]>;

  publish(topic: string, values: readonly PlainInput[], options?: WaitOptions): Promise<void>;
  /** Subscribes at once, and again after each interruption. Throws `BASE_CLOSED` after the client's end. */
  subscribe(topic: Topic, options?: SubscribeOptions): Subscription;

  /** Has the hub read a picture. */
  read(picture: Picture, options?: ReadOptions): Promise<Reading>;
  /** Passes a message of the lease protocol on, and its answer back. */
  lease(bytes: Uint8Array, options?: WaitOptions): Promise<Uint8Array>;
  /** Any command but `subscribe`; the reply as it came, whatever its status. */
  request(command: Command, options?: WaitOptions): Promise<Reply>;
}

/** Creates a client, which begins to connect at once. It keeps the process alive until it is closed or destroyed. */
export function createClient(options: ClientOptions): Client {
  return new HubClient(options);
}

const none: WaitOptions = Object.freeze({});
const asIs = (reply: Reply) => reply;

/*
 * The faces of its three parts: the connector keeps a connection, the command queue sends over it, each subscription has
 * a stream of its own from it.
 *
 *     open ──close()──▶ what was asked is answered, or its deadline passes ──▶ the connection ends in order ──▶ closed
 *       └──destroy(), sign-in refused──▶ everything rejects ─────────────────────────────────────────────────▶ closed
 */
class HubClient extends Owner implements Client {
  readonly #queue: CommandQueue;
  readonly #connector: Connector;
  readonly #subscriptions = new Set<TopicSubscription>();
  readonly #options;
  /** Resolves when no attempt, timer or wait of the connector is left. */
  readonly #running: Promise<void>;
  /** Set when the hub has refused to sign us in: what every later call rejects with. */
  #refusal: Error | undefined;

  constructor(options: ClientOptions) {
    super('client');
    this.#options = resolveClientOptions(options);
    this.#queue = new CommandQueue(this.#options, (error) => {
      // Their connections are others, but they lead to the same silent hub.
      for (const subscription of this.#subscriptions) subscription.drop(error);
    });
    this.#connector = new Connector(this.#options, {
      onConnection: ({ commands }) => this.#queue.useStream(commands),
      onOffline: (error) => this.#queue.offline(error),
      onRefused: (error) => {
        this.#refusal = error;
        void this.destroy(error);
      },
    });
    this.#running = this.#connector.run();
  }

  get state(): ClientState {
    return this.#connector.state;
  }

  onState(listener: StateListener): () => void {
    return this.#connector.onState(listener);
  }

  hget(table: string, key: string, options?: WaitOptions) {
    return this.#ask({ kind: 'hget', table, key }, oneIfFound, options);
  }

  hgetall(table: string, options?: WaitOptions) {
    return this.#ask({ kind: 'hgetall', table }, mapOf, options);
  }

  hmget(table: string, keys: readonly string[], options?: WaitOptions) {
    return this.#ask({ kind: 'hmget', table, keys }, allOf, options);
  }

  async hset(table: string, key: string, value: PlainInput, options?: SetOptions) {
    const pair = { key, value: toValue(value) };
    return this.#ask({ kind: 'hset', table, pair, ttlMs: options?.ttlMs }, oneOf, options);
  }

  async hmset(
    table: string,
    entries: Iterable<readonly [key: string, value: PlainInput]>,
    options?: SetOptions,
  ) {
    const pairs = Array.from(entries, ([key, value]) => ({ key, value: toValue(value) }));
    return this.#ask({ kind: 'hmset', table, pairs, ttlMs: options?.ttlMs }, allOf, options);
  }

  hdel(table: string, key: string, options?: WaitOptions) {
    return this.#ask({ kind: 'hdel', table, key }, oneOf, options);
  }

  hmdel(table: string, keys: readonly string[], options?: WaitOptions) {
    return this.#ask({ kind: 'hmdel', table, keys }, allOf, options);
  }

  hexist(table: string, key: string, options?: WaitOptions) {
    return this.#ask({ kind: 'hexist', table, key }, truthOf, options);
  }

  hmexist(table: string, keys: readonly string[], options?: WaitOptions) {
    return this.#ask({ kind: 'hmexist', table, keys }, truthsOf, options);
  }

  async publish(topic: string, values: readonly PlainInput[], options?: WaitOptions) {
    return this.#ask({ kind: 'publish', topic, data: values.map(toValue) }, nothing, options);
  }

  read(picture: Picture, options?: ReadOptions) {
    const asked = picture instanceof Uint8Array ? { image: picture } : { strokes: picture };
    return this.#ask({ kind: 'read', picture: asked, keep: options?.keep ?? true }, readingOf, options);
  }

  lease(bytes: Uint8Array, options?: WaitOptions) {
    return this.#ask({ kind: 'lease', bytes }, leaseOf, options);
  }

  async request(command: Command, options?: WaitOptions) {
    // A stream that has subscribed takes no more commands: all others would wait for nothing.
    if (command.kind === 'subscribe')
      throw new TypeError('Expected a command other than `subscribe`: call `subscribe()`');
    return this.#ask(command, asIs, options);
  }

  subscribe(topic: Topic, options: SubscribeOptions = {}): Subscription {
    if (this.closed) throw this.#refusal ?? this.closedError();
    const host = {
      options: this.#options,
      waitForConnection: (signal: AbortSignal) => this.#connector.waitForConnection(signal),
      unsubscribe: (topic: string, id: number) => this.#unsubscribe(topic, id),
      onOver: (over: TopicSubscription) => this.#subscriptions.delete(over),
    };
    const subscription = new TopicSubscription(host, topic, options);
    if (!subscription.isOver) this.#subscriptions.add(subscription);
    return subscription;
  }

  #ask<T>(command: Command, read: (reply: Reply) => T, options: WaitOptions = none): Promise<T> {
    if (this.closed) return Promise.reject(this.#refusal ?? this.closedError());
    return this.#queue.request(command, read, options);
  }

  /** Sent only while there is a connection; its answer is dropped. */
  #unsubscribe(topic: string, id: number): void {
    if (this.state !== 'online') return;
    this.#queue
      .request({ kind: 'unsubscribe', topic, id }, asIs, { timeoutMs: unsubscribeMs })
      .catch(() => {});
  }

  protected override async drain(): Promise<void> {
    const error = this.closedError();
    const subscriptions = [...this.#subscriptions];
    for (const subscription of subscriptions) subscription.finish(error);
    await this.#queue.drained();
    await this.#connector.end()?.close();
    await this.#ended(subscriptions);
  }

  protected override async abort(error: Error): Promise<void> {
    const connection = this.#connector.end(error);
    const subscriptions = [...this.#subscriptions];
    for (const subscription of subscriptions) subscription.fail(error);
    this.#queue.destroy(error);
    connection?.destroy(error);
    await this.#ended(subscriptions);
  }

  /** Waits until nothing runs any more: what was ended waits for nothing else. */
  async #ended(subscriptions: readonly TopicSubscription[]): Promise<void> {
    await Promise.all([this.#running, ...subscriptions.map(({ running }) => running)]);
  }
}
