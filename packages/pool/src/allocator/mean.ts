import { aimInProportion } from './fixed.ts';
import type { Member } from './member.ts';
import type { ResolvedAllocatorOptions } from './options.ts';
import type { Strategy } from './strategy.ts';

/**
 * The classic recipe: at every tick each client's average moves by a part of what it uses now, and shares are in
 * proportion to the averages. It sees what was used, which a limit keeps from growing, and not what was wanted.
 */
export function meanStrategy({ meanMs, meanWeight }: ResolvedAllocatorOptions): Strategy {
  let tickAtMs = -Infinity;

  const moveAverages = (members: readonly Member[]) => {
    for (const member of members) {
      const used = member.report?.inUse ?? 0;
      if (!Number.isNaN(member.mean)) member.mean += meanWeight * (used - member.mean);
    }
  };
  /** Who is new begins with what the others have on average: an equal share. */
  const beginAverages = (members: readonly Member[]) => {
    if (!members.some(({ mean }) => Number.isNaN(mean))) return;
    const known = members.filter(({ mean }) => !Number.isNaN(mean));
    const mean = known.reduce((sum, member) => sum + member.mean, 0) / Math.max(1, known.length);
    for (const member of members) if (Number.isNaN(member.mean)) member.mean = mean;
  };

  return {
    aim(members, room, nowMs) {
      if (nowMs >= tickAtMs) {
        moveAverages(members);
        tickAtMs = nowMs + meanMs;
      }
      beginAverages(members);
      return aimInProportion(members, room, ({ weight, mean }) => weight * Math.max(mean, 1e-3));
    },
    nextMs: () => tickAtMs,
  };
}
