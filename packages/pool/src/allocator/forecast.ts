import type { Member } from './member.ts';
import { needOf } from './messages.ts';

/** Of a deviation, so much is still there when a connection that was moved at once can be used. */
const remaining = 0.25;
/** With connects that take so long, in milliseconds, only 1/e of that is. */
const transientMs = 50;
/** A need that is further from the usual, in standard deviations, is no chance: with connects that take no time, and at most. */
const [leastSurprise, mostSurprise] = [3, 5];
const surpriseMs = 30;

/**
 * Says what a client will need when a connection that is taken from another has come to it.
 *
 * Need wavers, independent arrivals by the root of their mean, and an excursion ends about as soon as the queries that
 * made it. Whoever follows it arrives too late, and what is being moved serves nobody. So it is the usual need that counts,
 * an exponential mean over `memoryMs`, a plain one for who has not been there so long, and a part of what is seen beside
 * it. The usual is never further from what is seen than chance explains: a step is believed at once.
 *
 * The slower connects are, the less is followed. The numbers were chosen in the simulator, bench/pool/sim: within a factor
 * of two of each the mean response at 85 % load changes by less than 1 %.
 */
export function createForecast(
  connectMs: number,
  memoryMs: number,
): (member: Member, nowMs: number) => number {
  const followed = remaining * Math.exp(-connectMs / transientMs);
  const surprise = Math.min(mostSurprise, leastSurprise + connectMs / surpriseMs);

  return (member, nowMs) => {
    const need = member.report ? needOf(member.report) : 0;
    member.sinceMs ??= nowMs;
    const lifeMs = nowMs - member.sinceMs;
    const agedMs = nowMs - member.needAtMs;
    const faded = lifeMs === 0 ? 1 : Math.max(agedMs / lifeMs, -Math.expm1(-agedMs / memoryMs));
    const usual = member.usualNeed + (member.lastNeed - member.usualNeed) * faded;
    const chance = surprise * Math.sqrt(1 + need);
    member.usualNeed = Math.min(need + chance, Math.max(need - chance, usual));
    member.lastNeed = need;
    member.needAtMs = nowMs;
    return member.usualNeed + followed * (need - member.usualNeed);
  };
}
