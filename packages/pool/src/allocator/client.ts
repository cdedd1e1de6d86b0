import { FailureRate } from './failure-rate.ts';
import { type LeaseReport, totalOf } from './messages.ts';
import type { AdmittedClient } from './options.ts';

/**
 * The state of a client, as the allocator sees it.
 *
 *     waiting ──room for its floor──▶ admitting ──on disk──▶ member ──goodbye──▶ (gone)
 *     known, from disk ──────────▶ unsettled ──has applied a grant of this epoch──▶ member
 *                                      └──────── silent and wanted ────────┐  │
 *                         (gone) ◀──no session left, none can come── fencing ◀┘
 *
 * - `waiting`: asked to join; nothing is reserved for it.
 * - `admitting`: its floor is reserved; it is being written to disk; it has received nothing yet.
 * - `unsettled`: was admitted in an earlier epoch; how much it holds is not known.
 * - `member`: `held` is the most that it may have open.
 * - `fencing`: its sessions are being ended. Only its goodbye is accepted.
 */
export type ClientState = 'waiting' | 'admitting' | 'unsettled' | 'member' | 'fencing';

/** A grant that was sent and is not known to have been applied. */
interface GrantUnderWay {
  readonly sequence: number;
  readonly max: number;
}

/** One incarnation of a client, as the allocator knows it. */
export class Client {
  readonly name: string;
  readonly incarnation: string;
  readonly floor: number;
  state: ClientState;
  /** Whether it is known what it holds: false for one that is `unsettled`, also while it is being fenced. */
  isSettled: boolean;
  /** Whether it is on disk. */
  isStored = true;
  ceiling = 0;
  weight = 1;
  isLeaving = false;
  /** The connections that the last grant permits. */
  granted = 0;
  /** The most that it may have open: what it had when it last reported, and what was granted since. */
  held = 0;
  /** The connections reserved for it: the larger of `held` and its floor, or none. Kept by `Reservations`. */
  reserved = 0;
  grantSequence = 0;
  /** The last report received; undefined for a known client that has not reported. */
  report: LeaseReport | undefined;
  /** By the allocator's clock. After it the client is silent. */
  expiresAtMs: number;
  /** Another incarnation wants the name. */
  isContended = false;
  fenceAgainAtMs = 0;

  /** The strategy's own notes about it. */
  memory: unknown = undefined;
  /** Of those who asked for a connection lately, the part that got none. */
  readonly failures = new FailureRate();

  /** Grants that may still be applied, in order; only those that permit more than every later one. */
  readonly #underWay: GrantUnderWay[] = [];

  constructor({ name, incarnation, floor }: AdmittedClient, state: ClientState, expiresAtMs: number) {
    this.name = name;
    this.incarnation = incarnation;
    this.floor = floor;
    this.state = state;
    this.isSettled = state !== 'unsettled';
    this.expiresAtMs = expiresAtMs;
  }

  /** As it is kept on disk. */
  get identity(): AdmittedClient {
    return { name: this.name, incarnation: this.incarnation, floor: this.floor };
  }

  /** Whether it was admitted, and may hold connections. */
  get isAdmitted(): boolean {
    return this.state !== 'waiting' && this.state !== 'admitting';
  }

  /** Takes note of what it says of itself. */
  note(report: LeaseReport, nowMs: number, expiresAtMs: number): void {
    this.failures.see(report, nowMs);
    this.report = report;
    this.ceiling = Math.max(report.ceiling, this.floor);
    this.weight = report.weight;
    this.isLeaving = report.isLeaving;
    this.expiresAtMs = expiresAtMs;
  }

  /** The most that it may have open: what is in force, what is open, or what is under way to it. */
  mostHeld(report: LeaseReport): number {
    return Math.max(report.max, totalOf(report), this.#mostUnderWay(report.appliedGrant));
  }

  /** Whether it takes part in the sharing. */
  isLive(nowMs: number): boolean {
    return (this.state === 'member' || this.state === 'unsettled') && nowMs < this.expiresAtMs;
  }

  /** Takes note of a grant that is being sent. */
  sent(max: number): number {
    const sequence = ++this.grantSequence;
    while (this.#underWay.length > 0 && this.#underWay[this.#underWay.length - 1]!.max <= max)
      this.#underWay.pop();
    this.#underWay.push({ sequence, max });
    return sequence;
  }

  /** The most that it may open, given that the grants up to `applied` are over. */
  #mostUnderWay(applied: number): number {
    while (this.#underWay.length > 0 && this.#underWay[0]!.sequence <= applied) this.#underWay.shift();
    return this.#underWay[0]?.max ?? 0;
  }
}
