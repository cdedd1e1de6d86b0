// Serves tables from a file and topics from memory, to two clients on a wire.
// Run: node examples/kv.js
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandService, createTopics, KvMetrics } from '@inkwire/kv';
import { openLmdbTables } from '@inkwire/kv/lmdb';
import { createClient, openStreams } from '@inkwire/wire';
import { dialStream, listenStreams } from '@inkwire/wire/node';

const directory = await mkdtemp(join(tmpdir(), 'inkwire-kv-'));
const tables = await openLmdbTables({ directory });
const metrics = new KvMetrics();
const topics = createTopics({ metrics });
const service = createCommandService({ tables, topics, metrics });
const listener = await listenStreams({
  port: 0, // any free port
  onChannel: (channel) => openStreams(channel, (stream) => service.serve(stream, { name: 'example' })),
});

const connect = () =>
  createClient({ dial: (wait) => dialStream({ host: '127.0.0.1', port: listener.port, ...wait }) });
const [writer, reader] = [connect(), connect()];

const moves = reader.subscribe('moves');
await moves.ready();
await writer.hset('scores', 'ada', 47); // answered when it is on the disk
await writer.publish('moves', ['ada', 'e4']);

const { value } = await moves.next();
console.log('received', value.values.join(' '));
console.log('scores', await reader.hget('scores', 'ada'));

await Promise.all([writer.close(), reader.close()]);
await listener.close();
await tables.close();
await rm(directory, { recursive: true });

// Prints:
// received ada e4
// scores 47
