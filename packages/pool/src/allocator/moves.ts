import type { Ledger } from './ledger.ts';
import type { Member } from './member.ts';

/** What is to be shared out, and who is told. */
export interface Moves {
  readonly ledger: Ledger;
  /** Those who take part. */
  readonly members: readonly Member[];
  /** How much may be reserved now; at most what is free. Below 0: so much has to come back. */
  readonly free: number;
  /** What is to come back for others, who are not among the members. */
  readonly demand: number;
  /** Told of each member whose grant has changed. */
  readonly onChange: (member: Member) => void;
}

/**
 * Brings the grants nearer to what the strategy aims at, in two phases. Cutting asks a client to shrink and frees nothing:
 * that comes with its report. Raising uses only what is free. So a connection is never promised twice.
 */
export function move(moves: Moves): void {
  cut(moves, shortage(moves));
  raise(moves);
}

/** What must come back, beyond what is on its way back, so that nobody has less than its low mark. */
function shortage({ members, free, demand }: Moves): number {
  let wanted = demand - free;
  for (const { granted, low, target, held, floor } of members) {
    wanted -= Math.max(held, floor) - Math.max(granted, floor);
    if (granted < low) wanted += target - Math.max(granted, floor);
  }
  return wanted;
}

const surplusOf = ({ granted, keep, floor }: Member) => granted - Math.max(keep, floor);

/** Cuts those with the largest surplus first, and no more of them than need be. */
function cut({ members, onChange }: Moves, wanted: number): void {
  if (wanted <= 0) return;
  let left = wanted;
  const sources = members.filter((member) => surplusOf(member) > 0);
  sources.sort((a, b) => surplusOf(b) - surplusOf(a));
  for (const member of sources) {
    const taken = Math.min(left, surplusOf(member));
    member.granted -= taken;
    onChange(member);
    left -= taken;
    if (left === 0) return;
  }
}

/** Raises first those below their low mark, and of these first whose queue has waited longest, as one queue would. */
function raise({ ledger, members, free, demand, onChange }: Moves): void {
  let left = Math.max(0, free - demand);
  const takers = members.filter(({ granted, target }) => granted < target);
  takers.sort((a, b) => rank(b) - rank(a));
  for (const member of takers) {
    // What is being taken back and was not given up yet may be given again at no cost.
    const reserved = Math.max(member.held, member.floor);
    const max = Math.min(member.target, reserved + left);
    if (max <= member.granted) continue;
    left -= Math.max(0, max - reserved);
    ledger.hold(member, Math.max(member.held, max));
    member.granted = max;
    onChange(member);
  }
}

function rank({ granted, low, report }: Member): number {
  return granted < low ? 1 + (report?.longestWaitMs ?? 0) : 0;
}
