import type { Refusal } from '@inkwire/kv';
import type { CommandKind } from '@inkwire/wire';
import { isLeaseTopic } from '../pool/lease-topic.ts';
import type { Membership } from './members.ts';
import type { Role } from './tokens.ts';

const reading = new Set<CommandKind>([
  'hget',
  'hgetall',
  'hmget',
  'hexist',
  'hmexist',
  'subscribe',
  'unsubscribe',
]);
/** Leases: to ask for one, to hear of it, and to say that nobody has one any more. */
const isForAdmins = (kind: CommandKind, name: string) =>
  kind === 'lease' || isLeaseTopic(name) || (kind === 'hdel' && name === '$pool');

const notSignedIn: Refusal = { status: 401, message: 'Unauthorized: set $session token first' };
const forbidden: Refusal = { status: 403, message: 'Forbidden: the role of this token does not allow it' };

/** What one member may ask for. */
export interface SessionLimits {
  readonly maxCommandsPerSecond: number;
  /** Streams that listen to a topic. */
  readonly maxSubscriptions: number;
}

/** One connection's standing: its place among the members, once it may have one, and what it may do. */
export class Session {
  /** Undefined until it has signed in. */
  membership: Membership | undefined;
  role: Role | undefined;
  readonly #limits: SessionLimits;
  readonly #second: () => number;
  #countedSecond = -1;
  #commands = 0;
  #subscriptions = 0;

  /** `second` counts seconds; one clock for all sessions, because looking at a clock costs more than a command. */
  constructor(limits: SessionLimits, second: () => number) {
    this.#limits = limits;
    this.#second = second;
  }

  /** Whether a command may be carried out. Undefined for yes. */
  permit(kind: CommandKind, table: string): Refusal | undefined {
    const second = this.#second();
    if (second !== this.#countedSecond) {
      this.#countedSecond = second;
      this.#commands = 0;
    }
    if (++this.#commands > this.#limits.maxCommandsPerSecond) return this.#tooManyCommands();
    if (this.role === 'admin') return undefined;
    if (this.role === undefined) return table === '$session' && kind === 'hset' ? undefined : notSignedIn;
    if (table === '$session') return undefined;
    if (isForAdmins(kind, table)) return forbidden;
    return reading.has(kind) || this.role === 'write' ? undefined : forbidden;
  }

  /** Takes one of the subscriptions that are this member's share. Undefined for yes. */
  takeSubscription(): Refusal | undefined {
    const { maxSubscriptions } = this.#limits;
    if (this.#subscriptions >= maxSubscriptions)
      return { status: 429, message: `A member may have ${maxSubscriptions} subscriptions` };
    this.#subscriptions++;
    return undefined;
  }

  giveSubscriptionBack(): void {
    this.#subscriptions--;
  }

  #tooManyCommands(): Refusal {
    const { maxCommandsPerSecond } = this.#limits;
    return { status: 429, message: `At most ${maxCommandsPerSecond} commands a second are answered` };
  }
}
