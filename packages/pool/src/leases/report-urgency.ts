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
export function urgencyOf(told: LeaseReport, stats: LeasedStats): Urgency {
  const toldNeed = needOf(told);
  const toldTotal = totalOf(told);
  const need = stats.inUse + stats.queued;
  if (need > toldNeed && need > stats.max) return 'urgent';
  if (toldTotal > stats.max && stats.total < toldTotal) return 'urgent';
  return Math.abs(need - toldNeed) >= Math.max(1, notable * toldNeed) ? 'soon' : 'none';
}
