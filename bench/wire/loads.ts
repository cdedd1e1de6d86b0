/** What the benchmarks ask of a hub: a table of a thousand keys with values of 32 bytes. */
import { frameOf, replyOf } from './frames.ts';

const value = { kind: 'string', value: 'v'.repeat(32) } as const;
const table = 'bench';

export const valueText: string = value.value;
export const keys: readonly string[] = Array.from(
  { length: 1_000 },
  (_, i) => `key:${String(i).padStart(12, '0')}`,
);

/** Fills the table. */
export const fill = frameOf({ kind: 'hmset', table, pairs: keys.map((key) => ({ key, value })) });

/** Requests of one length, and the answer to each of them. */
export const hget = {
  requests: keys.map((key) => frameOf({ kind: 'hget', table, key })),
  answer: replyOf([value]),
};
export const hset = {
  requests: keys.map((key) => frameOf({ kind: 'hset', table, pair: { key, value } })),
  answer: replyOf([value]),
};
/** To a topic without subscribers. */
export const publish = {
  requests: [frameOf({ kind: 'publish', topic: table, data: [value] })],
  answer: replyOf([]),
};
