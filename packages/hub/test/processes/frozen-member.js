// A multiplexed member that stays, in a process that can be frozen: `node frozen-member.js PORT`.
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';

const client = createClient({
  dial: (wait) => dialStream({ host: '127.0.0.1', port: Number(process.argv[2]), ...wait }),
  multiplexed: true,
  // They only end a hang.
  timeoutMs: 600_000,
  connectTimeoutMs: 600_000,
});
await client.hget('$session', 'id');
console.log('here');
