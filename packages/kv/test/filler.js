// Writes until the disk is full, looks whether what was acknowledged is there and nothing else, makes room and goes on.
//
//     node filler.js DIRECTORY DURABILITY
//
// prints one line of JSON. The disk is a small file system, or files have a limit.
import { openLmdbTables } from '@inkwire/kv/lmdb';

const [directory, durability] = process.argv.slice(2);
const tables = await openLmdbTables({ directory, durability });
const value = (number) => new Uint8Array(3000).fill(number % 251);
const kept = [];
let failure;
for (let number = 0; failure === undefined && number < 10_000; number++) {
  try {
    await tables.hset('t', String(number), value(number));
    kept.push(number);
  } catch (error) {
    failure = { code: error.code, retryable: error.retryable };
  }
}
const together = await Promise.allSettled(
  [1, 2, 3].map(async (number) => tables.hmset('t', [{ key: `x${number}`, value: value(number) }])),
);
const more = together.filter(({ status }) => status === 'fulfilled').length;
const pairs = await tables.hgetall('t');
const whole = pairs.filter(
  ({ key, value: found }) => key[0] === 'x' || Buffer.from(value(Number(key))).equals(found),
).length;
let removed = 0;
for (const number of kept.slice(0, 50)) {
  try {
    if ((await tables.hdel('t', String(number))) !== undefined) removed++;
  } catch {}
}
const after = await Promise.resolve(tables.hset('t', 'after', value(7))).then(
  () => 'kept',
  (error) => error.code,
);
const { keys } = tables.size;
await tables.close();
console.log(JSON.stringify({ failure, kept: kept.length + more, whole, removed, after, keys }));
