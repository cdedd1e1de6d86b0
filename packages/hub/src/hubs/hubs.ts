import { randomUUID } from 'node:crypto';
import { type Clock, type Closable, Owner, sleep, systemClock, type Timer } from '@inkwire/base';
import type { MemberFacts } from '@inkwire/wire/hub';
import type { Bus } from '../bus/bus.ts';
import { freeNumber, losesNumberTo } from './hub-numbers.ts';
import { type Change, encodeJson, type HubFacts, type HubMessage, parseHubMessage } from './messages.ts';
import { Peer } from './peer.ts';

/*
 * The hubs on one bus, as one of them sees them.
 *
 *     open: hello ─▶ the others' states ─▶ a number ─▶ beats …  change ─▶ all others …  bye
 *
 * Invariants: what a hub tells (members, topics that it wants) has a version that each change raises by one. A hub that
 * misses a change notices it by the next change or beat, and asks for the whole. A hub that was silent for `silentMs` has no
 * members here. While this bus is disconnected, what others want is remembered; while it is connected, a silent hub is
 * forgotten. A clock that jumps and a process that was stopped do not make others silent.
 */

/** The options of a hub on a bus. Times in milliseconds. */
export interface HubsOptions {
  /** Not owned: close it afterwards. */
  readonly bus: Bus;
  /** Default `inkwire`. Two hubs may have one name; their ids and numbers differ. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly clock?: Clock | undefined;
  /** How long the others have to answer at the start. Default 500. */
  readonly settleMs?: number | undefined;
  /** Default 1,000. */
  readonly beatMs?: number | undefined;
  /** Silence after which a hub's members are off the list. Default 4,500: with one beat, below 6 s. */
  readonly silentMs?: number | undefined;
}

/** Notified of what other hubs tell. */
export interface HubsListener {
  onChange?(change: Change, peer: Peer): void;
  /** A hub sends an echo through a topic, or is no longer expected to. */
  onEchoAsked?(message: Extract<HubMessage, { kind: 'echo' }>, peer: Peer): void;
  onAbsent?(peer: Peer): void;
  /** This hub has another number: the ids of its members are another hub's. */
  onRenumbered?(): void;
}

/** The other hubs on a bus, and this one's place among them. `close()` says goodbye. */
export interface Hubs extends Closable {
  readonly bus: Bus;
  /** This hub. */
  readonly own: HubFacts;
  /** The others that are present. */
  readonly others: readonly HubFacts[];
  /** @internal */
  readonly peers: ReadonlyMap<string, Peer>;
  /** @internal */
  readonly clock: Clock;
  /** Tells the others a change of what this hub has. @internal */
  share(change: Change): void;
  /** Asks for echoes of a topic. @internal */
  askEcho(topic: string, token: string, to: readonly string[]): void;
  /** @internal */
  listen(listener: HubsListener): Disposable;
}

/** Joins the hubs on a bus. Rejects with `HUB_BUS_CROWDED`, and as the bus does when it is disconnected. */
export async function openHubs(options: HubsOptions): Promise<Hubs> {
  const hubs = new JoinedHubs(options);
  try {
    await hubs.open();
    return hubs;
  } catch (error) {
    await hubs.destroy();
    throw error;
  }
}

const claimMs = 50;

class JoinedHubs extends Owner implements Hubs {
  readonly bus: Bus;
  readonly clock: Clock;
  own: HubFacts;
  readonly peers = new Map<string, Peer>();
  readonly #settleMs: number;
  readonly #beatMs: number;
  readonly #silentMs: number;
  readonly #members = new Map<number, MemberFacts>();
  readonly #topics = new Set<string>();
  readonly #listeners = new Set<HubsListener>();
  readonly #subscriptions: Disposable[];
  #isOpen = false;
  #version = 0;
  #tick: Timer | undefined;
  #tickedAt: number;
  #connectedAt = 0;

  constructor(options: HubsOptions) {
    super('hubs');
    const { bus, clock = systemClock, name = 'inkwire', version = '0.0.0' } = options;
    this.bus = bus;
    this.clock = clock;
    this.#settleMs = options.settleMs ?? 500;
    this.#beatMs = options.beatMs ?? 1_000;
    this.#silentMs = options.silentMs ?? 4_500;
    this.own = { id: randomUUID(), number: 0, name, version, started: Math.round(clock.now()) };
    this.#tickedAt = clock.monotonic();
    const receive = (bytes: Uint8Array) => this.#receive(bytes);
    this.#subscriptions = [
      bus.control.subscribe(['hubs'], receive),
      bus.control.subscribe(['hub', this.own.id], receive),
      bus.onConnection((isConnected) => this.#connection(isConnected)),
    ];
  }

  /** Waits for the others' answers, and takes a number that none of them has. */
  async open(): Promise<void> {
    await this.bus.control.flush();
    this.#beat();
    this.#tell({ kind: 'hello' });
    await sleep(this.#settleMs, this);
    // One that was heard and has not told its state yet is waited for, unless it falls silent.
    while ([...this.peers.values()].some((peer) => peer.version === undefined && !peer.isAway))
      await sleep(claimMs, this);
    do {
      this.own = { ...this.own, number: freeNumber(this.#facts()) };
      this.#tell({ kind: 'beat' });
      await sleep(claimMs, this);
      // The number that was lost meanwhile is 0 again.
    } while (this.own.number === 0);
    this.#isOpen = true;
  }

  get others(): readonly HubFacts[] {
    return [...this.peers.values()].filter(({ isAway }) => !isAway).map(({ facts }) => facts);
  }

  share(change: Change): void {
    if ('topic' in change) this.#topics[change.kind === 'wanted' ? 'add' : 'delete'](change.topic);
    else if (change.kind === 'left') this.#members.delete(change.member.id);
    else this.#members.set(change.member.id, change.member);
    this.#version++;
    this.#tell({ kind: 'changed', change });
  }

  askEcho(topic: string, token: string, to: readonly string[]): void {
    this.#tell({ kind: 'echo', topic, token, to });
  }

  listen(listener: HubsListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  *#facts(): Generator<HubFacts> {
    for (const { facts } of this.peers.values()) yield facts;
  }

  #tell(message: DistributedOmit<HubMessage, 'from' | 'at'>, to?: Peer): void {
    if (this.bus.closed) return;
    const subject = to === undefined ? ['hubs'] : ['hub', to.facts.id];
    this.bus.control.publish(subject, encodeJson({ from: this.own, at: this.#version, ...message }));
  }

  #receive(bytes: Uint8Array): void {
    const message = parseHubMessage(bytes);
    if (this.closed || message === undefined || message.from.id === this.own.id) return;
    const peer = this.peers.get(message.from.id);
    if (message.kind === 'bye') {
      if (peer) this.#forget(peer);
      return;
    }
    this.#hear(message, peer ?? this.#meet(message.from));
  }

  #meet(facts: HubFacts): Peer {
    const peer = new Peer(facts, this.clock.monotonic());
    this.peers.set(facts.id, peer);
    return peer;
  }

  #hear(message: Exclude<HubMessage, { kind: 'bye' }>, peer: Peer): void {
    peer.seenAt = this.clock.monotonic();
    peer.isAway = false;
    peer.facts = message.from;
    if (losesNumberTo(this.own, peer.facts)) this.#renumber();
    if (message.kind === 'state') {
      peer.version = message.at;
      this.#notify(peer, peer.replace(message.members, message.topics));
      return;
    }
    if (message.kind === 'changed' && peer.version === message.at - 1) {
      peer.version = message.at;
      this.#notify(peer, peer.apply(message.change));
    }
    if (message.kind === 'hello' || message.kind === 'ask')
      this.#tell({ kind: 'state', members: [...this.#members.values()], topics: [...this.#topics] }, peer);
    if (peer.version !== message.at) this.#ask(peer);
    if (message.kind === 'echo' && message.to.includes(this.own.id))
      for (const listener of this.#listeners) listener.onEchoAsked?.(message, peer);
  }

  #ask(peer: Peer): void {
    const now = this.clock.monotonic();
    if (now - peer.askedAt < this.#beatMs / 2) return;
    peer.askedAt = now;
    this.#tell({ kind: 'ask' }, peer);
  }

  #notify(peer: Peer, changes: readonly Change[]): void {
    for (const change of changes) for (const listener of this.#listeners) listener.onChange?.(change, peer);
  }

  #beat(): void {
    this.#tick = this.clock.after(this.#beatMs, () => this.#beat(), { unref: true });
    const now = this.clock.monotonic();
    // Who was stopped has heard nobody: the others get their time anew.
    const isLate = now - this.#tickedAt > 2 * this.#beatMs;
    this.#tickedAt = now;
    for (const peer of [...this.peers.values()]) {
      if (isLate) peer.seenAt = now;
      if (now - peer.seenAt > this.#silentMs && !peer.isAway) this.#leave(peer);
      const silentSince = Math.max(peer.seenAt, this.#connectedAt);
      if (this.bus.isConnected && peer.isAway && now - silentSince > this.#silentMs) this.#forget(peer);
    }
    this.#tell({ kind: 'beat' });
  }

  #leave(peer: Peer): void {
    this.#notify(peer, peer.leave());
    for (const listener of this.#listeners) listener.onAbsent?.(peer);
  }

  #forget(peer: Peer): void {
    this.peers.delete(peer.facts.id);
    this.#notify(peer, peer.forget());
    for (const listener of this.#listeners) listener.onAbsent?.(peer);
  }

  #renumber(): void {
    this.own = { ...this.own, number: this.#isOpen ? freeNumber(this.#facts()) : 0 };
    if (!this.#isOpen) return;
    for (const listener of this.#listeners) listener.onRenumbered?.();
    this.#tell({ kind: 'beat' });
  }

  #connection(isConnected: boolean): void {
    if (!isConnected) return;
    this.#connectedAt = this.clock.monotonic();
    this.#tell({ kind: 'hello' });
  }

  protected override async drain(): Promise<void> {
    this.#end();
    if (!this.bus.isConnected || this.bus.closed) return;
    this.#tell({ kind: 'bye' });
    await this.bus.control.flush().catch(() => {});
  }

  protected override abort(): void {
    this.#end();
  }

  #end(): void {
    this.#tick?.cancel();
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    for (const peer of [...this.peers.values()]) this.#forget(peer);
  }
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
