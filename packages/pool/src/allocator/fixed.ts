import type { Member } from './member.ts';
import { needOf } from './messages.ts';
import { fillShares, numbersOf, wholeShares } from './shares.ts';
import type { Strategy } from './strategy.ts';

/** Shares in proportion to the weights, whatever is needed. */
export const fixedStrategy: Strategy = {
  aim: (members, room) => aimInProportion(members, room, ({ weight }) => weight),
  nextMs: () => Infinity,
};

/** Aims at shares in proportion to weights, above floors and below ceilings. Answers whether somebody needs more. */
export function aimInProportion(
  members: readonly Member[],
  room: number,
  weightOf: (member: Member) => number,
): boolean {
  const bounds = {
    least: numbersOf(members, ({ floor }) => floor),
    most: numbersOf(members, ({ ceiling }) => ceiling),
    weight: numbersOf(members, weightOf),
  };
  const whole = wholeShares(fillShares(bounds, room), (i) => members[i]!.granted);
  let isShort = false;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const share = whole[i]!;
    member.target = share;
    member.low = share;
    member.keep = share;
    const { report, ceiling } = member;
    if (report !== undefined && Math.min(needOf(report), ceiling) > share) isShort = true;
  }
  return isShort;
}
