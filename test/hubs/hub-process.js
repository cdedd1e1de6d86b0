/**
 * A hub without a reader, as a process that a test may kill: `node hub-process.js SERVER[,SERVER]`. Writes `{ port, number }`
 * when it is ready, and ends in order at SIGTERM.
 */
import { once } from 'node:events';
import { $inbox, $members, createWireService, listenWire, openHubs } from '@inkwire/hub';
import { connectNatsBus } from '@inkwire/hub/nats';
import { createMemoryTables } from '@inkwire/kv';

const stopped = once(process, 'SIGTERM');
const bus = await connectNatsBus({ servers: process.argv[2].split(','), space: 'test' });
const hubs = await openHubs({ bus });
const wire = createWireService({ system: [$members, $inbox], tables: createMemoryTables(), hubs });
const listener = await listenWire(wire, { port: 0 });
process.stdout.write(`${JSON.stringify({ port: listener.port, number: hubs.own.number })}\n`);
await stopped;
for (const part of [listener, wire, hubs, bus]) await part.close();
