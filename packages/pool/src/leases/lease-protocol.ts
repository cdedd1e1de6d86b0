import {
  type LeaseGrant,
  type LeaseRefusal,
  type LeaseReply,
  type LeaseReport,
  type RefusalReason,
  totalOf,
} from '../allocator/messages.ts';
import type { LeasedLimits } from '../limits.ts';
import type { ResolvedLeaseClientOptions } from './lease-client-options.ts';
import type { LeasedStats } from './leased-pool.ts';
import { type Urgency, urgencyOf } from './report-urgency.ts';

/**
 * The states of a lease client.
 *
 * - `joining`: has received no grant yet.
 * - `leased`: has a grant that holds, or has its floor until the next.
 * - `resetting`: was fenced; closes all connections, to join as another incarnation.
 * - `leaving`: `close()` was called.
 * - `left`: the allocator has received the goodbye, or the client has stopped without it.
 */
export type LeaseClientState = 'joining' | 'leased' | 'resetting' | 'leaving' | 'left';

/** Counts of a lease client's reports and replies; they only grow. */
export interface LeaseClientCounts {
  reports: number;
  grants: number;
  refusals: number;
  /** Replies of another incarnation or an earlier epoch, overtaken ones, and grants that came when they were over. */
  ignored: number;
  /** Times that it was fenced. */
  fenced: number;
}

type ProtocolOptions = Pick<
  ResolvedLeaseClientOptions,
  'name' | 'incarnation' | 'floor' | 'ceiling' | 'weight' | 'gapMs' | 'tickMs' | 'replyMs'
>;

/** Limits of a client that may have nothing. */
export const nothing: LeasedLimits = Object.freeze({ min: 0, max: 0 });
/** Reports whose replies may still come; older ones are not waited for. */
const mostAsked = 64;

/**
 * A client's side of the leases, without clock, timer or transport: replies and time go in, reports and limits come out.
 *
 * 1. A lease runs from the moment at which the report that it answers was sent, by the pool's monotonic clock. The pool
 *    itself checks the end of the lease in every acquire, release and opening.
 * 2. A grant of an earlier epoch, of another incarnation, or with a sequence that is not above the last one's is ignored.
 * 3. Every report says what is in force and open at that moment, and which grant was the last to be applied.
 * 4. After a fence that incarnation opens nothing. It closes everything and says goodbye, and another one joins.
 *
 *     joining ──grant──▶ leased ──leave()──▶ leaving ──nothing open, farewell──▶ left
 *        ▲                 │ refused: fenced
 *        └──nothing open── resetting
 */
export class LeaseProtocol {
  readonly #options: ProtocolOptions;
  #tickMs: number;
  incarnation: string;
  epoch = 0;
  state: LeaseClientState = 'joining';
  /** The reason for which it gets nothing, by the last reply, and the client that the allocator waits for. */
  refusal: RefusalReason | undefined;
  waitsFor: string | undefined;
  readonly counts: LeaseClientCounts = { reports: 0, grants: 0, refusals: 0, ignored: 0, fenced: 0 };

  #appliedGrant = 0;
  #leaseEndsAtMs = Infinity;
  #afterLease = nothing;
  #sequence = 0;
  /** The sequence of the last report before the epoch. */
  #sequenceBefore = 0;
  /** The times of the reports that may still be answered, or that the last reply answered. */
  readonly #askedAtMs = new Map<number, number>();
  /** The last report, and until when its reply is waited for. */
  #reported: LeaseReport | undefined;
  #reportedAtMs = -Infinity;
  #awaitedUntilMs = -Infinity;
  #owesAck = false;

  constructor(options: ProtocolOptions) {
    this.#options = options;
    this.#tickMs = options.tickMs;
    this.incarnation = options.incarnation();
  }

  // ── replies in, limits out ─────────────────────────────────────────────────────────────────────────────────────────

  /** Takes a reply in, while `max` is in force. Answers the limits to put into force, if there are any. */
  receive(reply: LeaseReply, max: number, nowMs: number): LeasedLimits | undefined {
    if (this.state === 'left' || reply.incarnation !== this.incarnation || this.#isOutdated(reply))
      return this.#ignore();
    if (reply.answers >= this.#sequence) this.#awaitedUntilMs = -Infinity;
    if (reply.kind === 'grant') return this.#receiveGrant(reply, max, nowMs);
    if (reply.kind === 'refusal') return this.#receiveRefusal(reply);
    if (this.state === 'leaving') this.state = 'left';
    if (this.state === 'resetting') this.#rejoin();
    return undefined;
  }

  /** Answers what is left of the limits when the lease has ended, once. */
  expire(nowMs: number): LeasedLimits | undefined {
    if (nowMs < this.#leaseEndsAtMs) return undefined;
    this.#leaseEndsAtMs = Infinity;
    return this.#afterLease;
  }

  /** Gives everything back; from now on there is nothing. */
  leave(): LeasedLimits {
    this.state = 'leaving';
    this.#leaseEndsAtMs = Infinity;
    return nothing;
  }

  /** Ends at once. */
  stop(): void {
    this.state = 'left';
  }

  #ignore(): undefined {
    this.counts.ignored++;
  }

  /**
   * Whether a reply is of an allocator that was replaced. One of an earlier epoch that has received ours, and refuses us or
   * bids farewell all the same, has asked its store: it was not.
   */
  #isOutdated(reply: LeaseReply): boolean {
    if (reply.epoch >= this.epoch) return false;
    return reply.kind === 'grant' || reply.answers <= this.#sequenceBefore;
  }

  #receiveGrant(grant: LeaseGrant, max: number, nowMs: number): LeasedLimits | undefined {
    const askedAtMs = this.#askedAtMs.get(grant.answers);
    const isOvertaken = grant.epoch === this.epoch && grant.sequence <= this.#appliedGrant;
    const isMember = this.state === 'joining' || this.state === 'leased';
    const endsAtMs = (askedAtMs ?? -Infinity) + grant.leaseMs;
    if (!isMember || isOvertaken || endsAtMs <= nowMs) return this.#ignore();
    for (const sequence of this.#askedAtMs.keys()) {
      if (sequence >= grant.answers) break;
      this.#askedAtMs.delete(sequence);
    }
    return this.#apply(grant, max, endsAtMs);
  }

  #apply(grant: LeaseGrant, before: number, endsAtMs: number): LeasedLimits {
    const { epoch, sequence, floor, leaseMs, isConfirmation } = grant;
    const isNewEpoch = epoch !== this.epoch;
    const mayRaise = !isConfirmation && (!isNewEpoch || this.epoch === 0);
    const max = mayRaise ? grant.max : Math.max(floor, Math.min(grant.max, before));
    this.counts.grants++;
    this.epoch = epoch;
    this.#appliedGrant = sequence;
    this.#tickMs = Math.min(this.#tickMs, leaseMs / 3);
    this.state = 'leased';
    this.refusal = undefined;
    if (isNewEpoch || max < before) this.#owesAck = true;
    if (isNewEpoch) this.#sequenceBefore = this.#sequence;
    this.#leaseEndsAtMs = endsAtMs;
    this.#afterLease = { min: 0, max: floor };
    return { min: Math.min(grant.min, max), max, expires: { atMs: endsAtMs, next: this.#afterLease } };
  }

  #receiveRefusal({ reason, waitsFor }: LeaseRefusal): LeasedLimits | undefined {
    this.counts.refusals++;
    this.refusal = reason;
    this.waitsFor = waitsFor;
    if (reason !== 'fenced' || this.#isGoingAway) return undefined;
    this.counts.fenced++;
    this.state = 'resetting';
    this.#leaseEndsAtMs = Infinity;
    return nothing;
  }

  #rejoin(): void {
    this.incarnation = this.#options.incarnation();
    this.state = 'joining';
    this.epoch = 0;
    this.#appliedGrant = 0;
    this.#sequence = 0;
    this.#sequenceBefore = 0;
    this.#askedAtMs.clear();
    this.#reported = undefined;
    this.#reportedAtMs = -Infinity;
    this.#awaitedUntilMs = -Infinity;
  }

  // ── time in, reports out ───────────────────────────────────────────────────────────────────────────────────────────

  /** The time at which the next report is due for a pool with these statistics: now, if that is not after now. */
  dueMs(stats: LeasedStats): number {
    const urgency = this.#urgency(stats);
    const tickAtMs = this.#reportedAtMs + this.#tickMs;
    if (urgency === 'none') return Math.max(tickAtMs, this.#awaitedUntilMs);
    const gapMs = urgency === 'urgent' ? this.#options.gapMs : 4 * this.#options.gapMs;
    return Math.max(Math.min(tickAtMs, this.#reportedAtMs + gapMs), this.#awaitedUntilMs);
  }

  /** The report to be sent now. */
  report(stats: LeasedStats, nowMs: number): LeaseReport {
    const report = this.#compose(stats);
    this.#reported = report;
    this.#reportedAtMs = nowMs;
    this.#owesAck = false;
    this.#awaitedUntilMs = nowMs + this.#options.replyMs;
    this.#askedAtMs.set(report.sequence, nowMs);
    if (this.#askedAtMs.size > mostAsked) this.#askedAtMs.delete(this.#askedAtMs.keys().next().value!);
    this.counts.reports++;
    return report;
  }

  #urgency(stats: LeasedStats): Urgency {
    if (this.#reported === undefined || this.#owesAck) return 'urgent';
    if (!this.#isGoingAway) return urgencyOf(this.#reported, stats);
    const isReportedEmpty = this.#reported.isLeaving && totalOf(this.#reported) === 0;
    return stats.total === 0 && !isReportedEmpty ? 'urgent' : 'none';
  }

  get #isGoingAway(): boolean {
    return this.state === 'leaving' || this.state === 'resetting';
  }

  #compose(stats: LeasedStats): LeaseReport {
    const { name, floor, ceiling, weight } = this.#options;
    return {
      client: name,
      incarnation: this.incarnation,
      epoch: this.epoch,
      appliedGrant: this.#appliedGrant,
      sequence: ++this.#sequence,
      max: stats.max,
      inUse: stats.inUse,
      idle: stats.idle,
      opening: stats.opening,
      closing: stats.closing,
      queued: stats.queued,
      longestWaitMs: stats.longestWaitMs,
      failures: stats.timeouts + stats.refused,
      completed: stats.released,
      serviceMs: stats.serviceMs,
      floor,
      ceiling,
      weight,
      isLeaving: this.#isGoingAway,
    };
  }
}
