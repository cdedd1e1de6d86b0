import { createManualClock } from '@inkwire/base';
import type { Command, Reply, Value } from '@inkwire/wire';
import {
  type CommandServiceOptions,
  createCommandService,
  createMemoryTables,
  createTopics,
  KvMetrics,
  type Tables,
} from '../src/index.ts';
import { Promised } from '../src/service/promised.ts';

/** Values, commands and replies in short; the table is `t` unless the test names another. */
export const string = (value: string): Value => ({ kind: 'string', value });
export const integer = (value: number): Value => ({ kind: 'integer', value: BigInt(value) });
export const set = (key: string, value: Value = string('v'), table = 't'): Command => ({
  kind: 'hset',
  table,
  pair: { key, value },
});
export const get = (key: string, table = 't'): Command => ({ kind: 'hget', table, key });
export const ok = (...values: Value[]): Partial<Reply> => ({ status: 200, message: '', values });
export const none: Value = { kind: 'none' };

/** A service over tables in memory. Its clock stands still, and its subscriptions are numbered from 7. */
export function createService(options: Partial<CommandServiceOptions<string>> = {}) {
  const metrics = new KvMetrics();
  let id = 6;
  const clock = createManualClock();
  const tables = createMemoryTables();
  const topics = createTopics({ metrics, nextId: () => ++id });
  const failures: unknown[] = [];
  const service = createCommandService<string>({
    tables,
    topics,
    metrics,
    clock,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  return { service, tables, topics, metrics, clock, failures };
}

/** Tables whose `hset` waits for the test: each function in `letGo` answers one call, in the order of the calls. */
export function createSlowTables(): { readonly tables: Tables; readonly letGo: (() => void)[] } {
  const inner = createMemoryTables();
  const letGo: (() => void)[] = [];
  const slow = (answer: unknown) =>
    new Promised(
      new Promise((resolve, reject) =>
        letGo.push(() => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
    );
  const tables = new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (name === 'hset') return (...args: Parameters<Tables['hset']>) => slow(target.hset(...args));
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { tables: tables as Tables, letGo };
}
