// Lends connections, and lowers the limit while they are lent.
// Run: node examples/pool.js
import { createPool } from '@inkwire/pool';

let open = 0;

/** Connections to nothing; `createPgPool` and `createMysqlPool` open those of a database. */
const pool = createPool({
  name: 'example',
  open: async () => ({ number: ++open, answer: (question) => `${question}? 42` }),
  close: async () => {},
  limits: { min: 0, max: 2 },
});

console.log(await pool.use((connection) => connection.answer('life')));

const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
const third = pool.acquire({ timeoutMs: 10_000 }); // waits: the limit is 2
console.log('open', open, 'waiting', pool.stats().queued);

pool.setLimits({ min: 0, max: 1 }); // at once, under load
first.release(); // closed, not lent again: the limit is 1 now
second.release();
const lease = await third;
console.log('the third has connection', lease.connection.number);

lease.release();
await pool.close();

// Prints:
// life? 42
// open 2 waiting 1
// the third has connection 2
