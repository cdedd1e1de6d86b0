import { expectOneOf } from '@inkwire/base';
import { fairStrategy } from './fair.ts';
import { fixedStrategy } from './fixed.ts';
import { meanStrategy } from './mean.ts';
import type { Strategy } from './strategy.ts';

const byName = { fixed: fixedStrategy, mean: meanStrategy, fair: fairStrategy } as const;

/** The names of the strategies, each with its default options. */
export const strategies = ['fixed', 'mean', 'fair'] as const satisfies readonly (keyof typeof byName)[];
/** A strategy that comes with the allocator. */
export type StrategyName = (typeof strategies)[number];

/** Returns a strategy, or the one of that name. Throws a RangeError for an unknown name. */
export function strategyOf(strategy: StrategyName | Strategy): Strategy {
  if (typeof strategy === 'object') return strategy;
  return byName[expectOneOf('strategy', strategy, strategies)]();
}
