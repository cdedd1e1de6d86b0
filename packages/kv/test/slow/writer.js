// A process that writes tables as fast as it can until it is killed, and says what was acknowledged.
//
//     node writer.js DIRECTORY DURABILITY FIRST [IN_FLIGHT]
//
// prints `set NUMBER`, `both NUMBER` and `deleted NUMBER`, each after the answer. A number is a key of the table
// `numbers`, whose value is that number; `both` is one hmset of the keys `a NUMBER` and `b NUMBER`.
import { writeSync } from 'node:fs';
import { openLmdbTables } from '@inkwire/kv/lmdb';

const [directory, durability, first, inFlight = '64'] = process.argv.slice(2);
const tables = await openLmdbTables({ directory, durability });
let next = Number(first);

const value = (number) => {
  const text = Buffer.from(String(number).padEnd(8 + (number % 50), '.'));
  return Uint8Array.of(0x0a, text.length, ...text);
};

async function writeOn() {
  for (;;) {
    const number = next++;
    await tables.hset('numbers', String(number), value(number));
    writeSync(1, `set ${number}\n`);
    if (number % 5 === 1) {
      await tables.hmset('pairs', [
        { key: `a ${number}`, value: value(number) },
        { key: `b ${number}`, value: value(number) },
      ]);
      writeSync(1, `both ${number}\n`);
    }
    if (number % 7 === 2) {
      await tables.hdel('numbers', String(number));
      writeSync(1, `deleted ${number}\n`);
    }
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, writeOn)).catch((error) => {
  writeSync(1, `failed ${error.code} ${error.message}\n`);
  process.exitCode = 1;
});
await tables.close();
