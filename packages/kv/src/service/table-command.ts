import { type Command, encodedValue, okReplyBytes } from '@inkwire/wire';
import type { Answer, Tables } from '../tables/tables.ts';
import { refusals } from './refusals.ts';
import type { Shape } from './reply-writer.ts';

/** A command on a table. */
export type TableCommand = Extract<Command, { readonly table: string }>;

/** Carries a command out on the tables: what is answered, and how that becomes a reply of at most `maxReplyBytes`. */
export function runTableCommand(
  tables: Tables,
  command: TableCommand,
  maxReplyBytes: number,
): readonly [shape: Shape, answer: Answer<unknown>] {
  const { table } = command;
  const most = maxReplyBytes - okReplyBytes;
  switch (command.kind) {
    case 'hget':
      return ['found', tables.hget(table, command.key)];
    case 'hexist':
      return ['bool', tables.hexist(table, command.key)];
    case 'hdel':
      return ['value', tables.hdel(table, command.key)];
    case 'hgetall':
      return ['pairs', tables.hgetall(table, most)];
    case 'hmget':
      return ['values', tables.hmget(table, command.keys, most)];
    case 'hmexist':
      return ['bools', tables.hmexist(table, command.keys)];
    case 'hmdel':
      return ['values', tables.hmdel(table, command.keys, most)];
    case 'hset': {
      const { pair, ttlMs } = command;
      if (pair === undefined) return ['refusal', refusals.noPair(table)];
      return ['value', tables.hset(table, pair.key, encodedValue(pair.value), ttlMs)];
    }
    case 'hmset': {
      const pairs = command.pairs.map(({ key, value }) => ({ key, value: encodedValue(value) }));
      return ['values', tables.hmset(table, pairs, command.ttlMs, most)];
    }
  }
}
