import { fairStrategy } from './fair.ts';
import { fixedStrategy } from './fixed.ts';
import { meanStrategy } from './mean.ts';
import type { Member } from './member.ts';
import type { ResolvedAllocatorOptions } from './options.ts';

/** A way to share. It says what everyone should have; who is told when, and whether there is room, is the allocator's. */
export interface Strategy {
  /** Sets `target`, `low` and `keep` of members that share `room` connections. Answers whether they need more than that. */
  aim(members: readonly Member[], room: number, nowMs: number): boolean;
  /** When it would say something else though nobody reports, in milliseconds; Infinity for never. */
  nextMs(nowMs: number): number;
}

/** Creates the strategy that the options name. */
export function createStrategy(options: ResolvedAllocatorOptions): Strategy {
  if (options.strategy === 'fixed') return fixedStrategy;
  return options.strategy === 'mean' ? meanStrategy(options) : fairStrategy(options);
}
