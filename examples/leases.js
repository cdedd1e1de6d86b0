// Shares the 10 connections of a database between two processes, here two pools of one.
// Run: node examples/leases.js
import { $pool, createWireService, listenWire } from '@inkwire/hub';
import { createLeaseService, createPool } from '@inkwire/pool';
import { leasePool } from '@inkwire/pool/leases';

// The allocator: `inkwire allocate --capacity 10`, made of its parts. `learnMs` 0, because no client is there from before.
const service = createLeaseService({ allocator: { capacity: 10, learnMs: 0 } });
const wire = createWireService({ system: [$pool(service)] });
const listener = await listenWire(wire, { port: 0 });

/** What a process does. Its connections lead nowhere; with a database it is `createPgPool({ connection, client })`. */
const lease = (name) =>
  leasePool({
    allocator: `127.0.0.1:${listener.port}`,
    name,
    floor: 1,
    pool: () => createPool({ name, open: async () => ({}), close: async () => {} }),
  });

const [busy, idle] = await Promise.all([lease('busy'), lease('idle')]);
const held = await Promise.all(Array.from({ length: 8 }, () => busy.acquire()));
console.log(`busy holds ${held.length} of 10`);
console.log(`idle has at least ${Math.min(idle.limits.max, 1)}, its floor`);

for (const each of held) each.release();
await busy.close(); // gives everything back
await Promise.all(Array.from({ length: 8 }, () => idle.acquire())).then((all) => {
  console.log(`idle holds ${all.length} of 10`);
  for (const each of all) each.release();
});

await idle.close();
await listener.close();
await wire.close();
await service.close();

// Prints:
// busy holds 8 of 10
// idle has at least 1, its floor
// idle holds 8 of 10
