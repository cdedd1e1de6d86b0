import { type Refusal, refusals } from '@inkwire/kv';
import type { Command, Pair, Reply, Value } from '@inkwire/wire';

/** A table of the hub's, whose values are made when they are asked for. */
export interface VirtualTable {
  get(key: string): Value | undefined | Promise<Value | undefined>;
  pairs(): readonly Pair[] | Promise<readonly Pair[]>;
  /** Answers the previous value, or why not. Absent: nothing may be set. */
  set?(key: string, value: Value): Value | Reply;
  /** Deletes a key and answers its value, `none` without one, or why not. Absent: nothing may be deleted. */
  delete?(key: string): Value | Reply;
}

/** Bytes of values that one answer may carry, as the service has it for every other table. */
export const mostAnswerBytes = 16 * 2 ** 20;
/** Keys that one command may ask for. */
const mostKeys = 1_000;

/** The commands that concern tables. */
export type TableCommand = Extract<Command, { readonly table: string }>;

export const none: Value = { kind: 'none' };

/** A reply of values, or of pairs. */
export const ok = (values: readonly Value[] = [], pairs: readonly Pair[] = []): Reply => ({
  status: 200,
  message: '',
  values,
  pairs,
});

/** A reply that is no success. */
export const refuse = (status: number, message: string): Reply => ({
  status,
  message,
  values: [],
  pairs: [],
});

export const text = (value: string): Value => ({ kind: 'string', value });
export const integer = (value: number): Value => ({ kind: 'integer', value: BigInt(value) });
export const bool = (value: boolean): Value => ({ kind: 'bool', value });

/** The reply for a refusal of kv's. */
export const refuseWith = ({ status, message }: Refusal): Reply => refuse(status, message);

/** A table of facts that are made when they are asked for. */
export function factsTable(facts: Readonly<Record<string, () => Value>>): VirtualTable {
  return {
    get: (key) => (Object.hasOwn(facts, key) ? facts[key]!() : undefined),
    pairs: () => Object.entries(facts).map(([key, value]) => ({ key, value: value() })),
  };
}

/** Carries out a command on a table of the hub, with docs/protocol.md's replies. `table` undefined: there is no such table. */
export function answerTable(command: TableCommand, table: VirtualTable | undefined): Reply | Promise<Reply> {
  switch (command.kind) {
    case 'hget':
      return then(table?.get(command.key), (value) =>
        value ? ok([value]) : refuseWith(refusals.noKey(command.table, command.key)),
      );
    case 'hexist':
      return then(table?.get(command.key), (value) => ok([bool(value !== undefined)]));
    case 'hmget':
      return each(command.keys, (key) => then(table?.get(key), (value) => value ?? none));
    case 'hmexist':
      return each(command.keys, (key) => then(table?.get(key), (value) => bool(value !== undefined)));
    case 'hgetall':
      return then(table?.pairs() ?? [], (pairs) => ok([], pairs));
    case 'hset': {
      const { pair } = command;
      if (pair === undefined) return refuseWith(refusals.noPair(command.table));
      return changed(table?.set?.(pair.key, pair.value ?? none), command.table);
    }
    case 'hdel':
      return changed(table?.delete?.(command.key), command.table);
    case 'hmset':
    case 'hmdel':
      return refuseWith(refusals.reserved(command.table));
  }
}

/** `previous` undefined: the table takes no such change. */
function changed(previous: Value | Reply | undefined, table: string): Reply {
  if (previous === undefined) return refuseWith(refusals.reserved(table));
  return 'status' in previous ? previous : ok([previous]);
}

/** Continues at once where it can, so that a known value costs no promise. */
function then<T, R>(value: T | Promise<T>, next: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** One value after the other, so that no more are held than may be answered. */
async function each(keys: readonly string[], make: (key: string) => Value | Promise<Value>): Promise<Reply> {
  if (keys.length > mostKeys)
    return refuse(413, `At most ${mostKeys} keys of the hub's tables are answered at once`);
  const values: Value[] = [];
  let bytes = 0;
  for (const key of keys) {
    const value = await make(key);
    bytes += sizeOf(value);
    if (bytes > mostAnswerBytes) return refuseWith(refusals.replyTooLarge(mostAnswerBytes));
    values.push(value);
  }
  return ok(values);
}

/** About how many bytes a value takes in an answer. */
export function sizeOf(value: Value): number {
  if (value.kind === 'string') return Buffer.byteLength(value.value);
  return value.kind === 'binary' ? value.value.length : 8;
}
