import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { encodedValue } from '@inkwire/kv';
import { createLeaseService } from '@inkwire/pool';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { patient } from '../../wire/test/patient.ts';
import { listenLab, listenWire, retentionMetrics } from '../src/index.ts';
import { fakePicture } from './fake-reader.ts';
import { askOnce, frameOf, signIn } from './frames.ts';
import { serveHub, until } from './served-hub.ts';

const tokens = { admin: 'admin-token' };
const headers = { authorization: `Bearer ${tokens.admin}` };

/** Each of our metrics with its type and help, and the sum of its samples (of a histogram: how many were observed). */
function parse(text: string) {
  const metrics = new Map<string, { type: string; help: string; sum: number }>();
  for (const [, name, help] of text.matchAll(/^# HELP (inkwire_\w+) (.+)$/gm))
    metrics.set(name!, { type: '', help: help!, sum: 0 });
  for (const [, name, type] of text.matchAll(/^# TYPE (inkwire_\w+) (\w+)$/gm))
    metrics.get(name!)!.type = type!;
  for (const [, name, value] of text.matchAll(/^(inkwire_\w+)(?:\{.*\})? (\S+)$/gm)) {
    const metric = metrics.get(name!) ?? metrics.get(name!.replace(/_count$/, ''));
    if (metric) metric.sum += Number(value);
    else expect(name).toMatch(/_(bucket|sum)$/);
  }
  return metrics;
}

async function everything() {
  let expired = 0;
  const pool = createLeaseService({ allocator: { capacity: 10, learnMs: 0 } });
  onTestFinished(() => pool.close());
  const retention = {
    // More each time that they are asked for.
    get counts() {
      expired++;
      return { removed: expired, failed: expired };
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const served = await serveHub({ tokens }, { pool, more: [retentionMetrics(retention)] });
  const listener = await listenWire(served.wire, { port: 0, tokens });
  const lab = await listenLab(served.wire, { port: 0 });
  onTestFinished(async () => {
    await listener.destroy();
    await lab.destroy();
  });
  const scrape = async () => parse(await (await served.fetch('/metrics', { headers })).text());
  return { ...served, wirePort: listener.port, labPort: lab.port, scrape };
}

it('every metric has a type and a help, and stands in the README', async () => {
  const { scrape } = await everything();
  const metrics = await scrape();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const documented = [...readme.matchAll(/^\| `(inkwire_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  expect(documented.sort()).toEqual([...metrics].map(([name, { type }]) => [name, type]).sort());
  for (const { help } of metrics.values()) expect(help.length).toBeGreaterThan(5);
  for (const [name, { type }] of metrics)
    expect(/_total$|_batches$|_digits$/.test(name)).toBe(type === 'counter');
});

it('every metric moves with what it counts', async () => {
  const { reader, wire, wirePort, labPort, scrape } = await everything();
  const before = await scrape();

  const dial = (wait: object) => dialStream({ host: '127.0.0.1', port: wirePort, ...wait });
  const client = createClient({ dial, token: tokens.admin, ...patient });
  onTestFinished(() => client.destroy());
  await client.read(fakePicture('47'));
  await client.subscribe('topic').ready();
  await client.publish('topic', ['heard']);
  await askOnce(wirePort, signIn('wrong-token'));

  const packet = Buffer.alloc(1032);
  packet.writeInt32LE(1, 0);
  const labClient = connect(labPort, '127.0.0.1', () => labClient.write(packet));
  onTestFinished(() => void labClient.destroy());
  await until(() => wire.lab.requests === 1);

  // One that subscribes and never reads: what is published waits for it, and at last it is dropped.
  const slow = connect(wirePort, '127.0.0.1').pause();
  onTestFinished(() => void slow.destroy());
  slow.write(Buffer.concat([frameOf(signIn(tokens.admin)), frameOf({ kind: 'subscribe', topic: 'flood' })]));
  await until(() => wire.topics.subscribers('flood') === 1);
  const release = reader.hold();
  const held = client.read(fakePicture('1'));
  await until(() => wire.metrics.pending === 1);
  let most = 0;
  const message = encodedValue({ kind: 'binary', value: randomBytes(60_000) });
  while (wire.metrics.dropped === 0) {
    wire.topics.publish('flood', [message]);
    most = Math.max(most, (await scrape()).get('inkwire_wire_queued_bytes')!.sum);
  }

  const after = await scrape();
  release();
  await held;
  expect(most).toBeGreaterThan(1_000_000);
  expect(after.get('inkwire_http_connections')!.sum).toBeGreaterThan(0);
  // What waited was dropped with who did not take it.
  const settled = ['inkwire_http_connections', 'inkwire_wire_queued_bytes'];
  // Those of the pool: pool.test.ts.
  for (const [name, { sum }] of after)
    if (!settled.includes(name) && !name.startsWith('inkwire_pool_'))
      expect(sum, name).toBeGreaterThan(before.get(name)!.sum);
});
