import type { Refusal } from '@inkwire/kv';
import type { CommandKind } from '@inkwire/wire';
import type { Membership } from './members.ts';

/** What a connection may do: look and listen; write, publish and have pictures read; also hold leases. */
export type Role = 'read' | 'write' | 'admin';

/** Who presents which token. Without any, everyone who gets here is an admin. */
export interface Tokens {
  readonly admin?: string | undefined;
  readonly write?: string | undefined;
  readonly read?: string | undefined;
}

const reading = new Set<CommandKind>([
  'hget',
  'hgetall',
  'hmget',
  'hexist',
  'hmexist',
  'subscribe',
  'unsubscribe',
]);
const forAdmins = new Set<CommandKind>(['lease']);

const notSignedIn: Refusal = { status: 401, message: 'Unauthorized: set $session token first' };
const forbidden: Refusal = { status: 403, message: 'Forbidden: the role of this token does not allow it' };

/** One connection's standing: its place among the members, once it may have one, and what it may do. */
export class Session {
  /** Undefined until it has signed in. */
  membership: Membership | undefined;
  role: Role | undefined;
  readonly #maxCommandsPerSecond: number;
  readonly #second: () => number;
  #countedSecond = -1;
  #commands = 0;
  readonly #tooMany: Refusal;

  /** `second` counts seconds; one clock for all sessions, because looking at a clock costs more than a command. */
  constructor(maxCommandsPerSecond: number, second: () => number) {
    this.#maxCommandsPerSecond = maxCommandsPerSecond;
    this.#second = second;
    this.#tooMany = {
      status: 429,
      message: `At most ${maxCommandsPerSecond} commands a second are answered`,
    };
  }

  /** Whether a command may be carried out. Undefined for yes. */
  permit(kind: CommandKind, table: string): Refusal | undefined {
    const second = this.#second();
    if (second !== this.#countedSecond) {
      this.#countedSecond = second;
      this.#commands = 0;
    }
    if (++this.#commands > this.#maxCommandsPerSecond) return this.#tooMany;
    if (this.role === 'admin') return undefined;
    if (this.role === undefined) return table === '$session' && kind === 'hset' ? undefined : notSignedIn;
    if (table === '$session') return undefined;
    if (reading.has(kind)) return undefined;
    return this.role === 'read' || forAdmins.has(kind) ? forbidden : undefined;
  }
}
