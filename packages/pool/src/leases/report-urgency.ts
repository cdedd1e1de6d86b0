import { type LeaseReport, needOf, totalOf } from '../allocator/messages.ts';
import type { LeasedStats } from './leased-pool.ts';

/** How soon something has to be told: at once, when convenient, or not before the next tick. */
export type Urgency = 'urgent' | 'soon' | 'none';

/** A need that has changed by less than this part is not worth a message. */
const notable = 1 / 8;

/**
 * What has changed since the last report that the allocator would act upon.
 *
 * Urgent: it starves, and more than it said; or something that is being taken back has been closed. Soon: it needs
 * noticeably more or less than it said.
 */
export function urgencyOf(told: LeaseReport, stats: LeasedStats): Urgency {
  const toldNeed = needOf(told);
  const toldTotal = totalOf(told);
  const need = stats.inUse + stats.queued;
  if (need > toldNeed && need > stats.max) return 'urgent';
  if (toldTotal > stats.max && stats.total < toldTotal) return 'urgent';
  return Math.abs(need - toldNeed) >= Math.max(1, notable * toldNeed) ? 'soon' : 'none';
}
