import { createForecast } from './forecast.ts';
import type { Member } from './member.ts';
import type { ResolvedAllocatorOptions } from './options.ts';
import { fillShares, numbersOf, sumOf, wholeShares } from './shares.ts';
import type { Strategy } from './strategy.ts';

/**
 * Shares by what is needed, now and in a moment: see `forecast.ts`.
 *
 * Enough for all: everyone has what it needs, and of the rest a part as room for a burst, in proportion to the square
 * root of its need, as independent arrivals vary (square-root staffing; Halfin and Whitt, Operations Research 29, 1981).
 * A part of the rest is given to nobody: whoever bursts beyond its room finds it without waiting for anyone.
 *
 * Not enough: everyone has what it needs up to its protected share, and what remains is in proportion to the need that is
 * left. In proportion all wait equally long, as in one queue; the protected share is what a noisy neighbour cannot take.
 *
 * A share is not followed at every step. Whoever has more than half of its room left is not given more at the cost of
 * others. In scarcity nobody who uses what it has is cut before somebody is short by more than the band, or somebody new
 * needs room; what goes unused may always be taken.
 */
export function fairStrategy(options: ResolvedAllocatorOptions): Strategy {
  const { reserve, connectMs, memoryMs } = options;
  const forecast = createForecast(connectMs, memoryMs);
  /** Whether usual needs are on their way to what is seen, and whether anyone has less than it needs. */
  let isFading = false;
  let isWanting = false;

  const wantOf = (member: Member, nowMs: number): number => {
    const want = forecast(member, nowMs);
    if (Math.abs(member.usualNeed - member.lastNeed) >= 0.5) isFading = true;
    if (member.lastNeed > member.granted) isWanting = true;
    return Math.min(member.ceiling, Math.max(member.floor, want));
  };

  return {
    aim(members, room, nowMs) {
      isFading = false;
      isWanting = false;
      const wants = numbersOf(members, (member) => wantOf(member, nowMs));
      const wanted = sumOf(wants);
      if (wanted <= room) shareAmple(members, wants, room - wanted, reserve);
      else shareScarce(members, wants, room, options);
      return wanted > room;
    },
    nextMs: (nowMs) => (isFading && isWanting ? nowMs + memoryMs / 4 : Infinity),
  };
}

/**
 * Everyone has what it wants. What it needs beyond that is not expected to last: it is served from the rest, but nobody is
 * cut for it. Of what then remains all but the reserve is room.
 */
function shareAmple(members: readonly Member[], wants: Float64Array, rest: number, reserve: number): void {
  const beyond = numbersOf(wants, (want, i) =>
    Math.max(0, Math.min(members[i]!.lastNeed, members[i]!.ceiling) - want),
  );
  const served = Math.min(1, rest / Math.max(sumOf(beyond), 1e-9));
  const bases = numbersOf(wants, (want, i) => want + served * beyond[i]!);
  const bounds = {
    least: new Float64Array(members.length),
    most: numbersOf(bases, (base, i) => members[i]!.ceiling - base),
    weight: numbersOf(bases, (base, i) => members[i]!.weight * Math.sqrt(1 + base)),
  };
  const rooms = fillShares(bounds, (rest - served * sumOf(beyond)) * (1 - reserve));
  const whole = wholeShares(
    numbersOf(bases, (base, i) => base + rooms[i]!),
    (i) => members[i]!.granted,
  );
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    member.target = whole[i]!;
    member.low = Math.min(whole[i]!, Math.ceil(wants[i]! + rooms[i]! / 2));
    member.keep = whole[i]!;
  }
}

function shareScarce(
  members: readonly Member[],
  wants: Float64Array,
  room: number,
  { protection, band }: ResolvedAllocatorOptions,
): void {
  const shares = protectedShares(members, wants, protection * room, room);
  const most = numbersOf(wants, (want, i) => want - shares[i]!);
  const weight = numbersOf(most, (left, i) => members[i]!.weight * Math.max(left, 1e-9));
  const more = fillShares({ least: new Float64Array(most.length), most, weight }, room - sumOf(shares));
  for (let i = 0; i < shares.length; i++) shares[i]! += more[i]!;
  const whole = wholeShares(shares, (i) => members[i]!.granted);

  const isShort = members.map(({ granted }, i) => {
    const short = shares[i]! - granted;
    return short >= (granted === 0 ? 0.5 : Math.max(1, band * shares[i]!));
  });
  const isAnyShort = isShort.includes(true);
  const isTooMuch = members.reduce((sum, { granted }) => sum + granted, 0) > room;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const share = whole[i]!;
    member.target = share;
    member.low = isShort[i] || !isAnyShort ? share : 0;
    member.keep =
      isAnyShort || isTooMuch ? share : Math.max(share, Math.min(Math.ceil(wants[i]!), member.granted));
  }
}

/** What nobody has to give up: what it wants, up to its part of `protectedRoom`; its floor in any case. */
function protectedShares(
  members: readonly Member[],
  wants: Float64Array,
  protectedRoom: number,
  room: number,
): Float64Array {
  let weights = 0;
  for (const { weight } of members) weights += weight;
  const shares = numbersOf(wants, (want, i) => {
    const { floor, weight } = members[i]!;
    return Math.min(want, Math.max(floor, (protectedRoom * weight) / weights));
  });
  if (sumOf(shares) <= room) return shares;
  const least = numbersOf(members, ({ floor }) => floor);
  return fillShares({ least, most: shares, weight: numbersOf(members, (m) => m.weight) }, room);
}
