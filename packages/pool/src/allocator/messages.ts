/**
 * The messages between a client and the allocator. docs/leases.md has their numbers on the wire.
 *
 * A message that is lost, late, repeated or overtaken does no harm: a report or grant with a sequence that is not above
 * the last one of its incarnation and epoch is ignored and counted.
 */

/** A client's connections and need. The counters only grow, so that a lost report loses no count. */
export interface LeaseReport {
  /** The client's name, and which process of that name it is. An incarnation that was refused as fenced never comes back. */
  readonly client: string;
  readonly incarnation: string;
  /** The epoch of the last grant that was applied, and its sequence; 0 before the first. */
  readonly epoch: number;
  readonly appliedGrant: number;
  /** Grows with every report of an incarnation; from 1. */
  readonly sequence: number;
  /** The maximum in force now. */
  readonly max: number;
  /** Connections: borrowed, idle, being opened, being closed. Together they are what the client has open. */
  readonly inUse: number;
  readonly idle: number;
  readonly opening: number;
  readonly closing: number;
  /** The number of callers that wait for a connection, and how long the first of them has waited, in milliseconds. */
  readonly queued: number;
  readonly longestWaitMs: number;
  /** Those who waited in vain; those who gave a connection back; and how long these had it together, in milliseconds. */
  readonly failures: number;
  readonly completed: number;
  readonly serviceMs: number;
  /** The connections that the client may have at any time, allocator or none. Fixed with the first report of an incarnation. */
  readonly floor: number;
  /** The most that it can use. */
  readonly ceiling: number;
  /** Its share relative to others, above 0. */
  readonly weight: number;
  /** It wants nothing more: once it has nothing open its place is free at once. */
  readonly isLeaving: boolean;
}

/** The subject of a reply: the client it goes to and the report that it answers. */
interface Answer {
  readonly client: string;
  readonly incarnation: string;
  readonly epoch: number;
  /** The sequence of the last report that was received. */
  readonly answers: number;
}

/** Limits for a time. */
export interface LeaseGrant extends Answer {
  readonly kind: 'grant';
  /** Grows with every grant to a client in an epoch; from 1. */
  readonly sequence: number;
  readonly min: number;
  readonly max: number;
  /** The time for which it holds from the moment at which the report that it answers was sent, in milliseconds. */
  readonly leaseMs: number;
  /** The connections that the client may have when the grant has ended. */
  readonly floor: number;
  /** The allocator does not know yet what the client has: `max` may lower its limit, and raise it to the floor only. */
  readonly isConfirmation: boolean;
}

/**
 * The reason for which a client receives no connections. It may ask again, except after `fenced`; after `superseded` it asks
 * another allocator.
 *
 * - `name-taken`: another process of that name, with another incarnation, is a client.
 * - `fenced`: the incarnation's sessions were ended and it cannot open others, or its epoch is later than any that the store
 *   has had. The client has to join as a new incarnation.
 * - `full`: there is no room for its floor.
 * - `learning`: the allocator was restarted, and there is no room beside the clients that have not reported yet.
 * - `superseded`: another allocator has taken over.
 */
export type RefusalReason = 'name-taken' | 'fenced' | 'full' | 'learning' | 'superseded';

/** In the order of their numbers on the wire. */
export const refusalReasons: readonly RefusalReason[] = [
  'name-taken',
  'fenced',
  'full',
  'learning',
  'superseded',
];

/** The answer to a client that gets nothing until it asks again. */
export interface LeaseRefusal extends Answer {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  /** With `learning`: a client that has not reported yet, if there is one. */
  readonly waitsFor?: string;
}

/** The allocator has received the client's goodbye and reserves nothing for it. */
export interface LeaseFarewell extends Answer {
  readonly kind: 'farewell';
}

/** Every answer of an allocator. */
export type LeaseReply = LeaseGrant | LeaseRefusal | LeaseFarewell;

/** The number of connections that a client has open. */
export function totalOf({ inUse, idle, opening, closing }: LeaseReport): number {
  return inUse + idle + opening + closing;
}

/** The number of connections that a client could use now; 0 for one that has not reported. */
export function needOf(report: LeaseReport | undefined): number {
  return report === undefined ? 0 : report.inUse + report.queued;
}

/** It has nothing, may open nothing, and wants nothing. */
export function isGoodbye(report: LeaseReport): boolean {
  return report.isLeaving && report.max === 0 && totalOf(report) === 0;
}
