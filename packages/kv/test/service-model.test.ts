import { type Command, type Reply, toValue, type Value } from '@inkwire/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../lmdb/test/temporary-directory.ts';
import { createCommandService, createMemoryTables, createTopics, type Tables } from '../src/index.ts';
import { openLmdbTables } from '../src/lmdb/index.ts';
import { connect } from './peer.ts';

const name = fc.constantFrom('a', 'b', 'é:');
const value: fc.Arbitrary<Value> = fc
  .oneof(
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noInteger: true }),
    fc.uint8Array({ maxLength: 9 }),
  )
  .map(toValue);
const pair = fc.record({ key: name, value });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('hget' as const, 'hdel' as const, 'hexist' as const),
    table: name,
    key: name,
  }),
  fc.record({ kind: fc.constant('hset' as const), table: name, pair }),
  fc.record({ kind: fc.constant('hmset' as const), table: name, pairs: fc.array(pair, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constantFrom('hmget' as const, 'hmdel' as const, 'hmexist' as const),
    table: name,
    keys: fc.array(name, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('hgetall' as const), table: name }),
  fc.record({ kind: fc.constant('publish' as const), topic: name, data: fc.array(value, { maxLength: 2 }) }),
);

/** The protocol, as simple as it can be said. */
function createModel() {
  const tables = new Map<string, Map<string, Value>>();
  const ok = (values: Value[] = [], pairs: Reply['pairs'] = []): Partial<Reply> => ({
    status: 200,
    message: '',
    values,
    pairs,
  });
  return (command: Command): Partial<Reply> => {
    if (!('table' in command)) return ok();
    if (!tables.has(command.table)) tables.set(command.table, new Map());
    const table = tables.get(command.table)!;
    const take = (key: string): Value => {
      const before = table.get(key) ?? { kind: 'none' as const };
      table.delete(key);
      return before;
    };
    const put = (key: string, value: Value | undefined): Value => {
      const before = table.get(key) ?? { kind: 'none' as const };
      table.set(key, value ?? { kind: 'none' });
      return before;
    };
    switch (command.kind) {
      case 'hget': {
        const found = table.get(command.key);
        const message = `Not found: table ${command.table}, key ${command.key}`;
        return found ? ok([found]) : { status: 404, message, values: [], pairs: [] };
      }
      case 'hdel':
        return ok([take(command.key)]);
      case 'hexist':
        return ok([{ kind: 'bool', value: table.has(command.key) }]);
      case 'hset':
        return ok([put(command.pair!.key, command.pair!.value)]);
      case 'hmset':
        return ok(command.pairs.map(({ key, value }) => put(key, value)));
      case 'hmget':
        return ok(command.keys.map((key) => table.get(key) ?? { kind: 'none' }));
      case 'hmdel':
        return ok(command.keys.map(take));
      case 'hmexist':
        return ok(command.keys.map((key) => ({ kind: 'bool', value: table.has(key) })));
      case 'hgetall':
        return ok(
          [],
          [...table].map(([key, value]) => ({ key, value })),
        );
    }
  };
}

const byKey = (pairs: Reply['pairs'] = []) => [...pairs].sort((a, b) => (a.key < b.key ? -1 : 1));

async function expectModel(createTables: () => Promise<Tables>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 60 }), async (commands) => {
      const tables = await createTables();
      const service = createCommandService({
        tables,
        topics: createTopics(),
        limits: { maxPendingCommands: 7 },
      });
      const peer = connect(service, undefined);
      peer.send(...commands);
      await peer.until(commands.length);
      const model = createModel();
      for (const [i, command] of commands.entries()) {
        const { status, message, values, pairs } = peer.replies[i]!;
        const expected = model(command);
        expect({ status, message, values, pairs: byKey(pairs) }).toEqual({
          ...expected,
          pairs: byKey(expected.pairs),
        });
      }
      peer.stream.end();
      await peer.untilClosed();
      await tables.close();
    }),
    { numRuns },
  );
}

it('answers like a trivial model, from memory', () => expectModel(async () => createMemoryTables(), 200));

it('answers like a trivial model, from LMDB, where answers wait', () =>
  expectModel(
    async () => openLmdbTables({ directory: await temporaryDirectory(), durability: 'relaxed' }),
    25,
  ));
