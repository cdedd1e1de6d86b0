import { type LeaseReport, needOf, totalOf } from '../allocator/messages.ts';
import type { LeasedStats } from './leased-pool.ts';

/** The time at which a report is due: at once, when convenient, or not before the next tick. */
export type Urgency = 'urgent' | 'soon' | 'none';

/** A need that has changed by less than this part is not worth a message. */
const notable = 1 / 8;

/**
 * The urgency of the changes since the last report, for the allocator.
 *
 * Urgent: the client starves more than it reported, or it has closed connections that are being taken back. Soon: its need
 * differs noticeably from the reported one.
 */
export function urgencyOf(reported: LeaseReport, stats: LeasedStats): Urgency {
  const reportedNeed = needOf(reported);
  const reportedTotal = totalOf(reported);
  const need = stats.inUse + stats.queued;
  if (need > reportedNeed && need > stats.max) return 'urgent';
  if (reportedTotal > stats.max && stats.total < reportedTotal) return 'urgent';
  return Math.abs(need - reportedNeed) >= Math.max(1, notable * reportedNeed) ? 'soon' : 'none';
}
