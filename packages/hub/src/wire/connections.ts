import { type Clock, type Closable, Owner, type Timer, within } from '@inkwire/base';
import { type CommandService, encodedValue, type Served, type Topics } from '@inkwire/kv';
import {
  Allowance,
  type Channel,
  type FrameLimits,
  openStreams,
  type PingOptions,
  type Value,
  WatchedChannel,
} from '@inkwire/wire';
import { inboxTopic, type MemberMessage } from '@inkwire/wire/hub';
import type { WireLimits } from '../limits/limits.ts';
import { Caller } from '../members/caller.ts';
import type { Members } from '../members/members.ts';
import { Session } from '../members/session.ts';
import type { Role, TokenCheck } from '../members/tokens.ts';
import { integer, text } from '../system/virtual-table.ts';

/** What the connections of one hub share. */
export interface ConnectionParts {
  readonly members: Members;
  readonly topics: Topics;
  readonly service: CommandService<Caller>;
  readonly limits: WireLimits;
  readonly clock: Clock;
  /** Counts seconds. */
  readonly second: () => number;
}

/** How one connection is received. */
export interface Welcome {
  /** What may be presented. Undefined: everyone is an admin at once. */
  readonly tokens: TokenCheck | undefined;
  /** The role of who has shown a token before, as an HTTP request does. */
  readonly role?: Role | undefined;
}

/** Tokens that one connection may try. */
const mostWrongTokens = 5;
const lastWordMs = 100;
/** Who has not signed in sends a token, and nothing that is longer than this. */
export const strangersFrameBytes = 64 * 1024;
const strangersLimits: FrameLimits = {
  maxFrameBytes: strangersFrameBytes,
  maxInflatedBytes: strangersFrameBytes,
};
/** How long a connection may take to sign in, where it must. */
const signInMs = 10_000;

/** How soon a peer that has ended its side is missed, once TCP knows that it is gone. */
const lookEveryMs = 15_000;
const nothing = new Uint8Array(0);
/** What a stream takes of us before it has said anything, against its connection's allowance. */
const streamBytes = 4096;

/** How long what is under way may take when connections are closed in order: most peers stay until they are cut. */
const closeMs = 500;

/** A connection that is being served. */
interface Open {
  readonly streams: Closable;
  readonly served: ReadonlySet<Served>;
}

/** All wire connections of a listener: each has one session, and a place among the members while it lasts. */
export class Connections extends Owner {
  readonly #parts: ConnectionParts;
  readonly #ping: PingOptions | undefined;
  readonly #open = new Map<Channel, Open>();
  /** How many were taken so far. */
  taken = 0;
  #onEmpty: () => void = () => {};

  /** `ping`: how soon a multiplexed peer that is silent is given up. Default: within 30 s. */
  constructor(parts: ConnectionParts, ping: PingOptions | undefined) {
    super('connections');
    this.#parts = parts;
    this.#ping = ping;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Bytes that were written and that peers have not taken yet. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const channel of this.#open.keys()) bytes += channel.queuedBytes;
    return bytes;
  }

  /** Serves a connection until its end. */
  accept(channel: Channel, welcome: Welcome): void {
    if (this.closed || this.#open.size >= this.#parts.limits.maxMembers) {
      channel.destroy();
      return;
    }
    this.taken++;
    const session = new ConnectionSession(channel, welcome, this.#parts);
    const watched = new WatchedChannel(channel, {
      onEnd: () => this.#keepLooking(channel, session),
      onClose: () => {
        this.#open.delete(channel);
        session.leave();
        if (this.#open.size === 0) this.#onEmpty();
      },
    });
    // Whoever is one member too many is told so by the connection's end.
    if (!session.arrive()) {
      channel.destroy();
      return;
    }
    if (session.role === undefined)
      session.after(signInMs, () => session.role === undefined && channel.destroy());
    const served = new Set<Served>();
    const streams = openStreams(watched, (stream) => this.#serve(stream, session, served), {
      ping: this.#ping,
      allowance: session.allowance,
      clock: this.#parts.clock,
    });
    this.#open.set(channel, { streams, served });
  }

  #serve(stream: Channel, session: ConnectionSession, all: Set<Served>): void {
    const { allowance } = session;
    try {
      allowance.hold(streamBytes);
    } catch (error) {
      stream.destroy(error as Error);
      return;
    }
    const caller = new Caller(session);
    const onClose = (): void => {
      allowance.release(streamBytes);
      all.delete(served);
      caller.leave();
    };
    const served = this.#parts.service.serve(new WatchedChannel(stream, { onClose }), caller, allowance);
    all.add(served);
  }

  /**
   * A peer may end its side and listen on. Node asks nothing more of such a socket, and does not hear that TCP has given it
   * up: an empty write does.
   */
  #keepLooking(channel: Channel, session: ConnectionSession): void {
    session.after(lookEveryMs, () => {
      channel.write(nothing);
      this.#keepLooking(channel, session);
    });
  }

  protected override async drain(): Promise<void> {
    for (const { streams, served } of this.#open.values()) {
      for (const stream of served) stream.end();
      void streams.close();
    }
    await this.#emptied(closeMs);
    await this.abort();
  }

  protected override async abort(error?: Error): Promise<void> {
    for (const channel of this.#open.keys()) channel.destroy(error);
    await this.#emptied(closeMs);
  }

  /** Waits until nobody is left, but no longer than that. */
  async #emptied(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    await within(emptied, { timeoutMs }, this.#parts.clock).catch(() => {});
  }
}

class ConnectionSession extends Session {
  /** What the connection may hold: a stranger's, until it has signed in. */
  readonly allowance = new Allowance(strangersLimits);
  readonly tokens: TokenCheck | undefined;
  readonly #channel: Channel;
  readonly #parts: ConnectionParts;
  readonly #welcome: Welcome;
  readonly #timers = new Set<Timer>();
  #gone = false;
  #wrongTokens = 0;

  constructor(channel: Channel, welcome: Welcome, parts: ConnectionParts) {
    super(parts.limits, parts.second);
    this.#channel = channel;
    this.#parts = parts;
    this.#welcome = welcome;
    this.tokens = welcome.tokens;
  }

  /** Takes the place that needs no token. False when there is none left. */
  arrive(): boolean {
    const role = this.#welcome.role ?? (this.tokens === undefined ? 'admin' : undefined);
    try {
      if (role !== undefined) this.enter(role);
      return true;
    } catch {
      return false;
    }
  }

  enter(role: Role): void {
    const { transport, peer } = this.#channel;
    if (!this.#gone) this.membership ??= this.#parts.members.join({ transport, ...peer }, this.#hear);
    this.role = role;
    this.allowance.raise();
  }

  /** On the wire a member hears its messages by subscribing to its inbox. */
  readonly #hear = ({ from, name, values }: MemberMessage<Value>): void => {
    const inbox = inboxTopic(this.membership!.facts.id);
    this.#parts.topics.publish(inbox, [integer(from), text(name), ...values].map(encodedValue));
  };

  get address(): string {
    return this.#channel.peer.address;
  }

  wrongToken(): void {
    if (++this.#wrongTokens < mostWrongTokens) return;
    // After the answer, which is on its way.
    this.after(lastWordMs, () => this.#channel.destroy());
  }

  /** Calls back after so many milliseconds, unless the connection has ended by then. */
  after(delayMs: number, callback: () => void): void {
    if (this.#gone) return;
    const timer = this.#parts.clock.after(
      delayMs,
      () => {
        this.#timers.delete(timer);
        callback();
      },
      { unref: true },
    );
    this.#timers.add(timer);
  }

  leave(): void {
    this.#gone = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.membership?.leave();
  }
}
