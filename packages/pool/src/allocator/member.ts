import { FailureRate } from './failure-rate.ts';
import type { LeaseReport } from './messages.ts';

/**
 * Where a client stands with the allocator.
 *
 *     waiting ──room for its floor──▶ admitting ──on disk──▶ member ──goodbye──▶ (gone)
 *     known, from disk ──────────▶ unsettled ──has applied a grant of this epoch──▶ member
 *                                      └──────── silent and wanted ────────┐  │
 *                         (gone) ◀──no session left, none can come── fencing ◀┘
 *
 * - `waiting`: asked to join; nothing is reserved for it.
 * - `admitting`: its floor is reserved; it is being written down; it has been told nothing.
 * - `unsettled`: was admitted in an earlier epoch; what it holds is not known.
 * - `member`: `held` is the most that it may have open.
 * - `fencing`: its sessions are being ended. Nothing that it says but goodbye is heard.
 */
export type MemberState = 'waiting' | 'admitting' | 'unsettled' | 'member' | 'fencing';

/** A grant that was sent and is not known to have been applied. */
interface GrantUnderWay {
  readonly sequence: number;
  readonly max: number;
}

/** One incarnation of a client, as the allocator knows it. */
export class Member {
  readonly name: string;
  readonly incarnation: string;
  readonly floor: number;
  state: MemberState;
  /** Whether it is known what it holds: false for one that is `unsettled`, also while it is being fenced. */
  isSettled: boolean;
  /** Whether it is on disk. */
  isStored = true;
  ceiling = 0;
  weight = 1;
  isLeaving = false;
  /** What the last grant permits. */
  granted = 0;
  /** The most that it may have open: what it had when it last reported, and what was granted since. */
  held = 0;
  /** What is taken for it: the larger of `held` and its floor, or nothing. Kept by the ledger. */
  reserved = 0;
  grantSequence = 0;
  /** The last report heard; undefined for a known client that has not reported. */
  report: LeaseReport | undefined;
  /** By the allocator's clock. After it the client is silent. */
  expiresAtMs: number;
  /** Another incarnation wants the name. */
  isContended = false;
  fenceAgainAtMs = 0;

  /** What it usually needs, what it needed last, when that was heard, and when anything first was: for `fair`. */
  usualNeed = 0;
  lastNeed = 0;
  needAtMs = 0;
  sinceMs: number | undefined;
  /** The moving average of what it used: for `mean`. NaN before the first. */
  mean = Number.NaN;
  /** Set by the strategy: what it should have; below what it is given that at the cost of others; to what it may be cut. */
  target = 0;
  low = 0;
  keep = 0;
  /** Of those who asked for a connection lately, the part that got none. */
  readonly failures = new FailureRate();

  /** Grants that may still be applied, in order; only those that permit more than every later one. */
  readonly #underWay: GrantUnderWay[] = [];

  constructor(name: string, incarnation: string, floor: number, state: MemberState, expiresAtMs: number) {
    this.name = name;
    this.incarnation = incarnation;
    this.floor = floor;
    this.state = state;
    this.isSettled = state !== 'unsettled';
    this.expiresAtMs = expiresAtMs;
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
  mostUnderWay(applied: number): number {
    while (this.#underWay.length > 0 && this.#underWay[0]!.sequence <= applied) this.#underWay.shift();
    return this.#underWay[0]?.max ?? 0;
  }
}
