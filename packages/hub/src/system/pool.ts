import { type Clock, messageOf, type Timer } from '@inkwire/base';
import type { Topics } from '@inkwire/kv';
import type { LeaseService } from '@inkwire/pool';
import { createLeaseEndpoint, type LeaseEndpoint, leaseTopic } from '@inkwire/pool/leases';
import { type Reply, type Value, WireError } from '@inkwire/wire';
import type { Registry } from 'prom-client';
import { isLeaseTopic } from '../members/lease-topic.ts';
import { clientsByKey, clientValue, poolMessage, poolPairs } from './pool-facts.ts';
import { addPoolMetrics } from './pool-metrics.ts';
import { publishOn, type SystemName, type SystemPart } from './system-part.ts';
import { none, ok, refuse, text, type VirtualTable } from './virtual-table.ts';

/*
 * The allocator on the wire. It owns neither the lease service nor the topics.
 *
 *     lease ──▶ endpoint ──reply──▶ the command's answer
 *                   └────unasked──▶ topic $lease/<client>
 *     every change ──at most ten times a second──▶ topic $pool
 *
 * A client whose connection ends is silent, and nothing more: the allocator decides what becomes of its lease.
 */

/** The shortest time between two messages of the topic `$pool`. */
const publishEveryMs = 100;
const topic = '$pool';

/** `$pool`: the clients that hold, need and wait for connections; the topics `$lease/<client>`; and the command `lease`. */
export const $pool =
  (service: LeaseService): SystemName =>
  ({ topics, clock }) =>
    new PoolPart(service, topics, clock);

class PoolPart implements SystemPart {
  readonly #service: LeaseService;
  readonly #topics: Topics;
  readonly #clock: Clock;
  readonly #endpoint: LeaseEndpoint;
  readonly #watching: Disposable;
  #published = '';
  #publishedAtMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(service: LeaseService, topics: Topics, clock: Clock) {
    this.#service = service;
    this.#topics = topics;
    this.#clock = clock;
    this.#endpoint = createLeaseEndpoint({
      service,
      clock,
      publish: (client, bytes) =>
        publishOn(topics, leaseTopic(client), () => ({ kind: 'binary', value: bytes })),
    });
    this.#watching = service.onChange(() => this.#change());
  }

  /** To delete a client is to forget it. */
  get tables(): NonNullable<SystemPart['tables']> {
    const pairs = () => poolPairs(this.#service.snapshot());
    const table: VirtualTable = {
      get: (key): Value | undefined => pairs().find((pair) => pair.key === key)?.value,
      pairs,
      delete: (key) => this.#forget(key),
    };
    return { [topic]: () => table };
  }

  subscribe(name: string): true | undefined {
    return name === topic || isLeaseTopic(name) || undefined;
  }

  async lease(bytes: Uint8Array): Promise<Reply> {
    try {
      return { ...ok(), lease: await this.#endpoint.handle(bytes) };
    } catch (error) {
      if (!isMessageInvalid(error)) throw error;
      return refuse(400, `Command is invalid: \`${messageOf(error)}\``);
    }
  }

  addMetrics(registers: Registry[]): void {
    addPoolMetrics(this.#service, registers);
  }

  #forget(key: string): Value | Reply {
    const client = clientsByKey(this.#service.snapshot()).get(key);
    if (client === undefined) return none;
    if (this.#service.forget(client.name) > 0) return clientValue(client);
    return refuse(409, `Conflict: ${key} is not silent, and so not to be forgotten`);
  }

  #change(): void {
    if (this.#timer !== undefined || this.#topics.subscribers(topic) === 0) return;
    const wait = Math.max(0, this.#publishedAtMs + publishEveryMs - this.#clock.monotonic());
    this.#timer = this.#clock.after(wait, () => this.#publish(), { unref: true });
  }

  #publish(): void {
    this.#timer = undefined;
    this.#publishedAtMs = this.#clock.monotonic();
    const message = poolMessage(this.#service.snapshot());
    if (message === this.#published) return;
    this.#published = message;
    publishOn(this.#topics, topic, () => text(message));
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#watching[Symbol.dispose]();
    this.#endpoint[Symbol.dispose]();
  }
}

/** Whether the member sent no report, or one that makes no sense. Everything else is the hub's own fault. */
const isMessageInvalid = (error: unknown) =>
  error instanceof WireError && error.code === 'WIRE_MESSAGE_INVALID';
