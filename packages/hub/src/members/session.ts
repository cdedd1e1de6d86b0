import type { Refusal } from '@inkwire/kv';
import type { CommandKind } from '@inkwire/wire';
import type { WireLimits } from '../limits/limits.ts';
import { isLeaseTopic } from './lease-topic.ts';
import type { Membership } from './members.ts';
import type { Role, TokenCheck } from './tokens.ts';

const reading = new Set<CommandKind>([
  'hget',
  'hgetall',
  'hmget',
  'hexist',
  'hmexist',
  'subscribe',
  'unsubscribe',
]);
/** Leases are for admins: reports, the topics of grants, and deleting a silent client. */
const isForAdmins = (kind: CommandKind, name: string) =>
  kind === 'lease' || isLeaseTopic(name) || (kind === 'hdel' && name === '$pool');

const notSignedIn: Refusal = { status: 401, message: 'Unauthorized: set $session token first' };
const forbidden: Refusal = { status: 403, message: 'Forbidden: the role of this token does not allow it' };

type SessionLimits = Pick<WireLimits, 'maxCommandsPerSecond' | 'maxSubscriptionsPerMember'>;

/** The rights of one connection, and its membership once it has signed in. */
export abstract class Session {
  /** Undefined until it has signed in. */
  membership: Membership | undefined;
  role: Role | undefined;
  readonly #limits: SessionLimits;
  readonly #second: () => number;
  #countedSecond = -1;
  #commands = 0;
  #subscriptions = 0;

  /** `second` counts seconds; one clock for all sessions, because reading a clock costs more than a command. */
  constructor(limits: SessionLimits, second: () => number) {
    this.#limits = limits;
    this.#second = second;
  }

  /** The tokens that it may present. Undefined: it needs none. */
  abstract readonly tokens: TokenCheck | undefined;
  /** The address of the peer. */
  abstract readonly address: string;
  /** Signs in: takes its place among the members with that role. */
  abstract enter(role: Role): void;
  /** A token was wrong: after a few the connection is cut. */
  abstract wrongToken(): void;

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

  /** Counts one more subscription of this member. Undefined for yes. */
  takeSubscription(): Refusal | undefined {
    const { maxSubscriptionsPerMember: most } = this.#limits;
    if (this.#subscriptions >= most)
      return { status: 429, message: `A member may have ${most} subscriptions` };
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
