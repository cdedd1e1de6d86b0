import { type Clock, type Closable, Owner, systemClock, type Timer } from '@inkwire/base';
import {
  createCommandService,
  createMemoryTables,
  createTopics,
  KvMetrics,
  type Refusal,
  refusals,
  type Tables,
  type Topics,
} from '@inkwire/kv';
import type { CommandKind, PingOptions } from '@inkwire/wire';
import type { Hubs } from '../hubs/hubs.ts';
import { joinMembers } from '../hubs/members-elsewhere.ts';
import { TopicsElsewhere } from '../hubs/topics-elsewhere.ts';
import { AddressRates } from '../limits/address-rates.ts';
import { type Given, resolveLimits, type WireLimits, wireLimits } from '../limits/limits.ts';
import type { Caller } from '../members/caller.ts';
import { Members } from '../members/members.ts';
import { hubPart } from '../system/hub.ts';
import { hubsPart } from '../system/hubs.ts';
import { sessionPart } from '../system/session.ts';
import { createSystem } from '../system/system.ts';
import type { SystemName, SystemPart } from '../system/system-part.ts';
import { type ConnectionParts, Connections } from './connections.ts';

/** The parts and limits of a wire service. */
export interface WireServiceOptions {
  /** The names that begin with `$`, beside `$hub` and `$session`: `[$members, $inbox, $readings(hub), $pool(leases)]`. */
  readonly system?: readonly SystemName[];
  /** The tables in which clients keep their values. Without them clients have no tables and no topics of their own: 404. */
  readonly tables?: Tables | undefined;
  /** The other hubs on a bus, with which members and topics are shared. Not owned: close it after the service. */
  readonly hubs?: Hubs | undefined;
  /** The name of the hub. Default `inkwire`. */
  readonly name?: string;
  /** The program's version. Default `0.0.0`. */
  readonly version?: string;
  readonly clock?: Clock;
  readonly limits?: Given<WireLimits>;
  /** Called with each failure that a member is answered by status 500. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/**
 * The service that all listeners share: members, topics, the commands that members send, and their metrics. `close()` ends
 * the topics; close the listeners first. It owns neither the tables nor the parts that its names use.
 */
export interface WireService extends Closable {
  readonly name: string;
  readonly version: string;
  readonly members: Members;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly metrics: KvMetrics;
  readonly parts: readonly SystemPart[];
  /** Wrong tokens, over all listeners and HTTP. @internal */
  readonly wrongTokens: AddressRates;
  /** The counts of the listener for lab packets: its clients, and their requests so far. */
  readonly lab: { clients: number; requests: number };
  /** Connections that are open, signed in or not; those that were taken so far. */
  readonly connectionsOpen: number;
  readonly connectionsOpened: number;
  /** Bytes that peers have not taken yet. */
  readonly queuedBytes: number;
  /** Connections of one more listener, which closes them. @internal */
  connections(ping?: PingOptions): Connections;
}

/** Creates what `listenWire`, `listenHttp` and `listenLab` serve. Throws a RangeError for a limit out of bounds. */
export function createWireService(options: WireServiceOptions): WireService {
  return new Service(options);
}

class Service extends Owner implements WireService {
  readonly name: string;
  readonly version: string;
  readonly members: Members;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly metrics = new KvMetrics();
  readonly parts: readonly SystemPart[];
  readonly wrongTokens: AddressRates;
  readonly lab = { clients: 0, requests: 0 };
  readonly #shared: ConnectionParts;
  readonly #listeners: Connections[] = [];
  readonly #elsewhere: readonly Disposable[];
  #second = 0;
  #tick: Timer | undefined;

  constructor(options: WireServiceOptions) {
    super('wire service');
    const { name = 'inkwire', version = '0.0.0', clock = systemClock, onError = console.error } = options;
    const { tables, system = [], hubs } = options;
    const limits = resolveLimits(wireLimits, options.limits);
    this.name = name;
    this.version = version;
    this.clock = clock;
    this.members = new Members(clock, limits, hubs && (() => hubs.own.number));
    this.wrongTokens = new AddressRates(
      { perMinute: limits.wrongTokensPerMinute, loopbackPerMinute: limits.loopbackWrongTokensPerMinute },
      clock,
    );
    this.topics = createTopics({
      metrics: this.metrics,
      onUnsubscribed: hubs && ((topic) => elsewhere?.unsubscribed(topic)),
    });
    const { members, topics } = this;
    const elsewhere = hubs && new TopicsElsewhere(hubs, topics);
    this.#elsewhere = hubs && elsewhere ? [elsewhere, joinMembers(hubs, members)] : [];
    const named = system.map((create) => create({ members, topics, clock, limits, onError }));
    if (hubs) named.push(hubsPart(hubs));
    this.parts = [hubPart({ name, version, clock }, named), sessionPart, ...named];
    const service = createCommandService<Caller>({
      tables: tables ?? createMemoryTables(),
      topics,
      system: { ...createSystem(this.parts), ...(elsewhere && { reach: (topic) => elsewhere.reach(topic) }) },
      permit: tables
        ? (kind, caller, name) => caller.permit(kind, name)
        : (kind, caller, name) => caller.permit(kind, name) ?? refuseOwn(kind, name),
      metrics: this.metrics,
      clock,
      onFailure: onError,
    });
    this.#shared = { members, topics, service, limits, clock, second: () => this.#second };
    this.#count();
  }

  connections(ping?: PingOptions): Connections {
    const connections = new Connections(this.#shared, ping);
    this.#listeners.push(connections);
    return connections;
  }

  get connectionsOpen(): number {
    return this.#listeners.reduce((sum, { size }) => sum + size, 0);
  }

  get connectionsOpened(): number {
    return this.#listeners.reduce((sum, { taken }) => sum + taken, 0);
  }

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

  protected override drain(): void {
    this.#tick?.cancel();
    for (const part of [...this.parts, ...this.#elsewhere]) part[Symbol.dispose]?.();
    this.topics.close('The hub is closing');
  }
}

/** Refuses the names of clients where they keep nothing: only those that begin with `$` are served. */
function refuseOwn(kind: CommandKind, name: string): Refusal | undefined {
  if (kind === 'lease' || kind === 'read' || name.startsWith('$')) return undefined;
  return refusals.notServed(kind);
}
