import type { PoolFacts } from '@inkwire/wire/hub';
import { signal } from '@preact/signals';
import { type History, noHistory, withFacts } from './pool-history.ts';

/** Undefined as long as it is not known that the hub runs an allocator. */
export const pool = signal<PoolFacts | undefined>(undefined);
export const poolHistory = signal<History>(noHistory);

export function setPool(facts: PoolFacts): void {
  pool.value = facts;
  poolHistory.value = withFacts(poolHistory.peek(), facts, performance.now());
}
