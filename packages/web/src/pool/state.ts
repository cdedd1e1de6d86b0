import { signal } from '@preact/signals';
import { type History, noHistory, withFacts } from './history.ts';
import type { PoolFacts } from './pool-facts.ts';

/** Undefined as long as it is not known that the hub runs an allocator. */
export const pool = signal<PoolFacts | undefined>(undefined);
export const history = signal<History>(noHistory);

export function takeFacts(facts: PoolFacts): void {
  pool.value = facts;
  history.value = withFacts(history.peek(), facts, performance.now());
}
