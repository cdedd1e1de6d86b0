import type { Clock } from '@inkwire/base';
import { encodedValue, type Topics } from '@inkwire/kv';
import type { Command, Reply, Value } from '@inkwire/wire';
import type { Registry } from 'prom-client';
import type { WireLimits } from '../limits/limits.ts';
import type { Caller } from '../members/caller.ts';
import type { Members } from '../members/members.ts';
import type { Session } from '../members/session.ts';
import type { VirtualTable } from './virtual-table.ts';

/** The parts that the names that begin with `$` work with. They own none of them. */
export interface SystemContext {
  readonly members: Members;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly limits: WireLimits;
  /** Called with each failure that a member is answered by status 500. */
  readonly onError: (error: unknown) => void;
}

/** A name that begins with `$`, such as `$members`: made into its part when the wire begins. */
export type SystemName = (context: SystemContext) => SystemPart;

/** The tables, topics and metrics of one such name. All fields are optional. */
export interface SystemPart extends Partial<Disposable> {
  /** Tables by name, as a session sees them. */
  readonly tables?: Readonly<Record<string, (session: Session) => VirtualTable>>;
  /** Facts that it adds to the table `$hub`. */
  readonly facts?: Readonly<Record<string, () => Value>>;
  /** Whether a session may subscribe to a topic: true, or the reply that refuses. Undefined: the topic is not its own. */
  subscribe?(topic: string, session: Session): true | Reply | undefined;
  /** Undefined: the topic is not its own. */
  publish?(topic: string, data: readonly Value[], session: Session): Reply | undefined;
  read?(command: Extract<Command, { kind: 'read' }>, caller: Caller): Promise<Reply>;
  lease?(bytes: Uint8Array): Promise<Reply>;
  /** Adds what it counts to `/metrics`. */
  addMetrics?(registers: Registry[]): void;
}

/** Publishes to a topic of the hub, if it has subscribers. */
export function publishOn(topics: Topics, topic: string, value: () => Value): void {
  if (topics.subscribers(topic) > 0) topics.publish(topic, [encodedValue(value())]);
}
