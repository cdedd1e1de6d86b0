// Fills a disk with tables: node filler.js DIRECTORY DURABILITY
import { openLmdbTables } from '@inkwire/kv/lmdb';
import { fill } from '../../../lmdb/test/fill.js';

const [directory, durability] = process.argv.slice(2);
const tables = await openLmdbTables({ directory, durability });
const value = (number) => new Uint8Array(3000).fill(number % 251);

await fill({
  async put(number) {
    const key = String(number);
    if (number > 10_000) await tables.hmset('t', [{ key, value: value(number) }]);
    else await tables.hset('t', key, value(number));
    return key;
  },
  async countWhole() {
    const pairs = await tables.hgetall('t');
    return pairs.filter(({ key, value: found }) => Buffer.from(value(Number(key))).equals(found)).length;
  },
  count: async () => tables.size.keys,
  remove: async (key) => (await tables.hdel('t', key)) !== undefined,
  close: () => tables.close(),
});
