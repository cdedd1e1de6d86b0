import { type Clock, expectInteger, type Timer } from '@inkwire/base';
import { createCommandService, createTopics, KvMetrics, type Tables, type Topics } from '@inkwire/kv';
import type { PingOptions } from '@inkwire/wire';
import type { Hub } from '../hub.ts';
import { Members } from '../members/members.ts';
import { announce, createSystem, type SystemSession } from '../members/system.ts';
import { type ConnectionParts, Connections } from './connections.ts';

/** What members may ask of the hub. */
export interface WireLimits {
  /** Members at a time, over all listeners; one more is turned away. Default 20,000. */
  readonly maxMembers?: number | undefined;
  /** Commands that one connection is answered in a second; more are 429. Default 1,000,000. */
  readonly maxCommandsPerSecond?: number | undefined;
}

export interface WireSideOptions {
  readonly hub: Hub;
  readonly tables: Tables;
  readonly clock: Clock;
  readonly limits: WireLimits;
  readonly onError: (error: unknown) => void;
}

/**
 * What all listeners of a hub share: members, topics, the command service and its metrics. It lives as long as the hub,
 * and owns neither its tables nor its connections.
 */
export class WireSide implements Disposable {
  readonly members: Members;
  readonly topics: Topics;
  readonly metrics = new KvMetrics();
  readonly #parts: ConnectionParts;
  readonly #announcing: Disposable;
  readonly #clock: Clock;
  #second = 0;
  #tick: Timer | undefined;

  constructor({ hub, tables, clock, limits, onError }: WireSideOptions) {
    const most = expectInteger('maxCommandsPerSecond', limits.maxCommandsPerSecond ?? 1_000_000, { min: 1 });
    this.#clock = clock;
    this.members = new Members(clock, limits.maxMembers ?? 20_000);
    this.topics = createTopics({ metrics: this.metrics });
    const system = {
      hub,
      members: this.members,
      topics: this.topics,
      startedAt: clock.now(),
      now: () => clock.now(),
      onError,
    };
    const service = createCommandService<SystemSession>({
      tables,
      topics: this.topics,
      system: createSystem(system),
      permit: (kind, session, name) => session.permit(kind, name),
      metrics: this.metrics,
      clock,
      onFailure: onError,
    });
    this.#announcing = announce(system);
    this.#parts = {
      members: this.members,
      topics: this.topics,
      service,
      maxCommandsPerSecond: most,
      maxConnections: expectInteger('maxMembers', limits.maxMembers ?? 20_000, { min: 1 }),
      clock,
      second: () => this.#second,
    };
    this.#count();
  }

  /** Connections of one more listener, which closes them. */
  connections(ping?: PingOptions): Connections {
    return new Connections(this.#parts, ping);
  }

  #count(): void {
    const next = () => {
      this.#second++;
      this.#count();
    };
    this.#tick = this.#clock.after(1000, next, { unref: true });
  }

  [Symbol.dispose](): void {
    this.#tick?.cancel();
    this.#announcing[Symbol.dispose]();
    this.topics.close('The hub is closing');
  }
}
