import { type Clock, expectInteger, type Timer } from '@inkwire/base';
import {
  createCommandService,
  createTopics,
  KvMetrics,
  type Refusal,
  refusals,
  type Tables,
  type Topics,
} from '@inkwire/kv';
import type { LeaseService } from '@inkwire/pool';
import type { CommandKind, PingOptions } from '@inkwire/wire';
import type { Hub } from '../hub.ts';
import { AddressRates } from '../limits/address-rates.ts';
import type { Caller } from '../members/caller.ts';
import { Members } from '../members/members.ts';
import { announce, createSystem } from '../members/system.ts';
import { PoolSide } from '../pool/pool-side.ts';
import { type ConnectionParts, Connections } from './connections.ts';

/** What members may ask of the hub. */
export interface WireLimits {
  /** Members at a time, over all listeners; one more is turned away. Default 20,000. */
  readonly maxMembers?: number | undefined;
  /** Commands that one connection is answered in a second; more are 429. Default 1,000,000. */
  readonly maxCommandsPerSecond?: number | undefined;
  /** Subscriptions of one member; more are 429. Default 256. */
  readonly maxSubscriptionsPerMember?: number | undefined;
  /** Changes of one member's name in a minute, each of which everyone is told; more are 429. Default 10. */
  readonly maxRenamesPerMinute?: number | undefined;
  /**
   * Wrong tokens in a minute from one address (an IPv6 /64 is one), over all listeners; past it none from there is looked at
   * for a while: 429. Default 30.
   */
  readonly wrongTokensPerMinute?: number | undefined;
  /** The same for this machine itself. Default 600. */
  readonly loopbackWrongTokensPerMinute?: number | undefined;
  /** How long one picture may take to be read, waiting included; then 503. Default 20,000. */
  readonly readTimeoutMs?: number | undefined;
}

const defaultLimits: { readonly [name in keyof WireLimits]-?: number } = {
  maxMembers: 20_000,
  maxCommandsPerSecond: 1_000_000,
  maxSubscriptionsPerMember: 256,
  maxRenamesPerMinute: 10,
  wrongTokensPerMinute: 30,
  loopbackWrongTokensPerMinute: 600,
  readTimeoutMs: 20_000,
};

export interface WireSideOptions {
  readonly name: string;
  readonly version: string;
  /** Undefined: only what begins with `$` is answered, and nothing of readings and members. */
  readonly hub?: Hub;
  readonly tables: Tables;
  /** The allocator that runs here, if one does. */
  readonly pool: LeaseService | undefined;
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
  readonly clock: Clock;
  readonly metrics = new KvMetrics();
  /** Wrong tokens, however they came. */
  readonly wrongTokens: AddressRates;
  /** What the listener for lab packets counts: its clients, and their requests so far. */
  readonly lab = { clients: 0, requests: 0 };
  readonly #parts: ConnectionParts;
  readonly #listeners: Connections[] = [];
  /** The allocator, where one runs. */
  readonly pool: PoolSide | undefined;
  readonly #announcing: Disposable | undefined;
  #second = 0;
  #tick: Timer | undefined;

  constructor({ name, version, hub, tables, pool, clock, limits, onError }: WireSideOptions) {
    const resolved = resolveLimits(limits);
    this.clock = clock;
    this.members = new Members(clock, resolved);
    this.wrongTokens = new AddressRates(
      { perMinute: resolved.wrongTokensPerMinute, loopbackPerMinute: resolved.loopbackWrongTokensPerMinute },
      clock,
    );
    this.topics = createTopics({ metrics: this.metrics });
    this.pool = pool && new PoolSide(pool, this.topics, clock);
    const system = {
      name,
      version,
      hub,
      pool: this.pool,
      members: this.members,
      topics: this.topics,
      startedAt: clock.now(),
      now: () => clock.now(),
      readTimeoutMs: resolved.readTimeoutMs,
      onError,
    };
    const service = createCommandService<Caller>({
      tables,
      topics: this.topics,
      system: createSystem(system),
      permit: hub
        ? (kind, caller, name) => caller.permit(kind, name)
        : (kind, caller, name) => caller.permit(kind, name) ?? refuseOthers(kind, name),
      metrics: this.metrics,
      clock,
      onFailure: onError,
    });
    this.#announcing = hub && announce(hub, this.members, this.topics);
    this.#parts = {
      members: this.members,
      topics: this.topics,
      service,
      limits: {
        maxCommandsPerSecond: resolved.maxCommandsPerSecond,
        maxSubscriptions: resolved.maxSubscriptionsPerMember,
      },
      maxConnections: resolved.maxMembers,
      clock,
      second: () => this.#second,
    };
    this.#count();
  }

  /** Connections of one more listener, which closes them. */
  connections(ping?: PingOptions): Connections {
    const connections = new Connections(this.#parts, ping);
    this.#listeners.push(connections);
    return connections;
  }

  /** Connections that are open, signed in or not. */
  get connectionsOpen(): number {
    return this.#listeners.reduce((sum, { size }) => sum + size, 0);
  }

  /** Connections that were taken so far. */
  get connectionsOpened(): number {
    return this.#listeners.reduce((sum, { taken }) => sum + taken, 0);
  }

  /** Bytes that peers have not taken yet. */
  get queuedBytes(): number {
    return this.#listeners.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  #count(): void {
    const next = () => {
      this.#second++;
      this.#count();
    };
    this.#tick = this.clock.after(1000, next, { unref: true });
  }

  [Symbol.dispose](): void {
    this.#tick?.cancel();
    this.#announcing?.[Symbol.dispose]();
    this.pool?.[Symbol.dispose]();
    this.topics.close('The hub is closing');
  }
}

/** Where an allocator runs alone nobody's tables and topics are kept. */
function refuseOthers(kind: CommandKind, name: string): Refusal | undefined {
  if (kind === 'lease' || kind === 'read' || name.startsWith('$')) return undefined;
  return refusals.notServed(kind);
}

/** Throws a RangeError that names the limit which is out of bounds. */
function resolveLimits(limits: WireLimits): typeof defaultLimits {
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  const resolved = { ...defaultLimits, ...Object.fromEntries(given) };
  for (const [name, limit] of Object.entries(resolved)) expectInteger(name, limit, { min: 1 });
  return resolved;
}
