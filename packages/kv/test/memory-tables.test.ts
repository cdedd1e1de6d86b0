import { expect, it } from 'vitest';
import { keptHeap } from '../../wire/test/kept-heap.ts';
import { createMemoryTables } from '../src/tables/memory-tables.ts';
import { describeTables, text } from './contract.ts';

describeTables('memory', async () => ({
  open: (options) => createMemoryTables(options),
  dispose: async () => {},
}));

it('a million tables of one key count with all that they take, and pass the limit in time', async () => {
  const tables = createMemoryTables({ limits: { maxTotalBytes: 100_000_000 } });
  const before = await keptHeap();
  let made = 0;
  const makeOn = () => {
    for (; made < 1_000_000; made++)
      tables.hset(`a table of a length that is not unusual: ${made}`, 'k', text('1'));
  };
  expect(makeOn).toThrow(expect.objectContaining({ code: 'KV_FULL' }));
  expect(made).toBeGreaterThan(100_000);
  expect((await keptHeap()) - before).toBeLessThan(150_000_000);
  expect(tables.size).toMatchObject({ keys: made });
  for (let i = 0; i < made; i++) tables.hdel(`a table of a length that is not unusual: ${i}`, 'k');
  expect(tables.size).toEqual({ keys: 0, bytes: 0 });
  await tables.close();
});
