// Speaks over TLS 1.3 with certificates of its own: neither side accepts a stranger.
// Run: node examples/wire.js
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandService, createMemoryTables, createTopics, KvMetrics } from '@inkwire/kv';
import { createClient, openStreams } from '@inkwire/wire';
import { createCertificates, dialStream, listenStreams } from '@inkwire/wire/node';

const directory = await mkdtemp(join(tmpdir(), 'inkwire-wire-'));
const { ca, server, clients } = await createCertificates({ directory });
const text = (file) => readFile(file, 'utf8');
const material = async ({ cert, key }) => ({
  cert: await text(cert),
  key: await text(key),
  ca: await text(ca.cert),
});

const metrics = new KvMetrics();
const service = createCommandService({
  tables: createMemoryTables(),
  topics: createTopics({ metrics }),
  metrics,
});
const listener = await listenStreams({
  tls: await material(server),
  onChannel: (channel) => openStreams(channel, (stream) => service.serve(stream, { name: 'example' })),
});

const address = { host: 'localhost', port: listener.port, tls: await material(clients.client) };
const client = createClient({ dial: (wait) => dialStream({ ...address, ...wait }) });
await client.hset('colours', 'ink', 'blue');
console.log(await Promise.all([client.hget('colours', 'ink'), client.hget('colours', 'paper')]));

await client.close();
await listener.close();
await rm(directory, { recursive: true });

// Prints:
// [ 'blue', undefined ]
