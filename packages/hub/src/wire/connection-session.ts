import type { Clock, Timer } from '@inkwire/base';
import { encodedValue, type Topics } from '@inkwire/kv';
import { Allowance, type Channel, type FrameLimits, type Value } from '@inkwire/wire';
import { inboxTopic, type MemberMessage } from '@inkwire/wire/hub';
import type { WireLimits } from '../limits/limits.ts';
import type { Members } from '../members/members.ts';
import { Session } from '../members/session.ts';
import type { Role, TokenCheck } from '../members/tokens.ts';
import { integer, text } from '../system/virtual-table.ts';

/** The parts that the sessions of all connections share. */
export interface SessionParts {
  readonly members: Members;
  readonly topics: Topics;
  readonly limits: WireLimits;
  readonly clock: Clock;
  /** Counts seconds. */
  readonly second: () => number;
}

/** The terms on which one connection signs in. */
export interface SignIn {
  /** The tokens that it may present. Undefined: it is an admin at once. */
  readonly tokens: TokenCheck | undefined;
  /** The role of a token that was presented before, as by an HTTP request. */
  readonly role?: Role | undefined;
}

/** Tokens that one connection may try. */
const mostWrongTokens = 5;
const lastWordMs = 100;
/** A connection that has not signed in sends a token, and no frame longer than this. */
export const strangersFrameBytes = 64 * 1024;
const strangersLimits: FrameLimits = {
  maxFrameBytes: strangersFrameBytes,
  maxInflatedBytes: strangersFrameBytes,
};
/** The time that a connection has to sign in, where it must. */
const signInMs = 10_000;

/** The session of one connection on the wire. */
export class ConnectionSession extends Session {
  /** The memory that the connection may make the hub hold: little, until it has signed in. */
  readonly allowance = new Allowance(strangersLimits);
  readonly tokens: TokenCheck | undefined;
  readonly #channel: Channel;
  readonly #parts: SessionParts;
  readonly #signIn: SignIn;
  readonly #timers = new Set<Timer>();
  #gone = false;
  #wrongTokens = 0;

  constructor(channel: Channel, signIn: SignIn, parts: SessionParts) {
    super(parts.limits, parts.second);
    this.#channel = channel;
    this.#parts = parts;
    this.#signIn = signIn;
    this.tokens = signIn.tokens;
  }

  /** Takes its place, or waits for a token as long as that may take. False when there is no place left. */
  begin(): boolean {
    const role = this.#signIn.role ?? (this.tokens === undefined ? 'admin' : undefined);
    try {
      if (role !== undefined) this.enter(role);
      else this.after(signInMs, () => this.role === undefined && this.#channel.destroy());
      return true;
    } catch {
      return false;
    }
  }

  enter(role: Role): void {
    const { transport, peer } = this.#channel;
    if (!this.#gone)
      this.membership ??= this.#parts.members.join({ transport, ...peer }, this.#deliver, () =>
        this.#channel.destroy(),
      );
    this.role = role;
    this.allowance.raise();
  }

  /** On the wire a member receives its messages by subscribing to its inbox. */
  readonly #deliver = ({ from, name, values }: MemberMessage<Value>): void => {
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
  after(delayMs: number, callback: () => unknown): void {
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
