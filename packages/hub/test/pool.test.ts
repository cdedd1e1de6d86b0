import { readFileSync } from 'node:fs';
import { type Clock, createManualClock, type ManualClock } from '@inkwire/base';
import {
  type AllocatorOptions,
  type ClientSnapshot,
  createLeaseClient,
  createLeaseService,
  createPool,
  type LeaseClientOptions,
} from '@inkwire/pool';
import { createWireTransport, encodeReport } from '@inkwire/pool/leases';
import { type Client, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { leaseReport } from '../../pool/test/lease-report.ts';
import { patient } from '../../wire/test/patient.ts';
import { $pool, createWireService, listenWire, type WireOptions } from '../src/index.ts';
import { patientMs } from './hub-on-wire.ts';
import { serveHub, until } from './served-hub.ts';
import { wireHub } from './wired-hub.ts';

const pem = (name: string) => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8');

function allocator(options: Partial<AllocatorOptions> = {}, clock?: Clock) {
  const allocator = { capacity: 10, learnMs: 0, ...options };
  const service = createLeaseService({ allocator, ...(clock && { clock }) });
  onTestFinished(() => service.close());
  return service;
}

/** A pool of connections to nothing, whose limits the hub moves. */
function leasedPool(client: Client, name: string, options: Partial<LeaseClientOptions> = {}) {
  const pool = createPool({
    name,
    open: async () => ({}),
    close: async () => {},
    limits: { min: 0, max: 0 },
    acquireTimeoutMs: patientMs,
  });
  const transport = createWireTransport({ client, name });
  const lease = createLeaseClient({ pool, transport, name, ...options });
  onTestFinished(async () => {
    await lease.destroy();
    await pool.destroy();
  });
  return { pool, lease };
}

const refused = (status: number) => expect.objectContaining({ code: 'WIRE_STATUS', status });

const clientFacts = async (client: Client, name: string) =>
  JSON.parse(String((await client.hget('$pool', name)) ?? '{}')) as Partial<ClientSnapshot>;

/** Lets the lease end. A report that was under way may still arrive and begin another. */
async function untilSilent(client: Client, name: string, clock: ManualClock): Promise<void> {
  await until(async () => {
    clock.advance(250);
    return (await clientFacts(client, name)).isSilent === true;
  });
}

/** How a member comes in: over TCP or TLS, multiplexed or not. */
const ways = {
  'TCP, multiplexed': { multiplexed: true },
  TCP: { multiplexed: false },
  'TLS, multiplexed': { multiplexed: true, tls: { cert: pem('server'), key: pem('server-key') } },
} as const satisfies Record<string, { multiplexed: boolean; tls?: WireOptions['tls'] }>;

it.each(Object.entries(ways))('shares what there is between two clients over %s', async (_, way) => {
  const tls = 'tls' in way ? way.tls : undefined;
  const { listener } = await wireHub({ tls }, { pool: allocator() });
  const join = () => {
    const ca = tls && pem('ca');
    const dial = (wait: object) =>
      dialStream({ host: '127.0.0.1', port: listener.port, tls: ca ? { ca } : undefined, ...wait });
    const client = createClient({ dial, multiplexed: way.multiplexed, ...patient });
    onTestFinished(() => client.destroy());
    return client;
  };
  const watcher = join();
  const [anna, bert] = [leasedPool(join(), 'Anna'), leasedPool(join(), 'Bert')];
  await Promise.all([anna.lease.ready(), bert.lease.ready()]);
  const held = await Promise.all(Array.from({ length: 6 }, () => anna.pool.acquire()));
  expect(await clientFacts(watcher, 'Anna')).toMatchObject({ name: 'Anna', state: 'member', floor: 1 });

  // Bert needs what Anna has: it is taken back as she gives it back, and granted on.
  const asked = Array.from({ length: 6 }, () => bert.pool.acquire());
  for (const each of held) each.release();
  await Promise.all(asked);
  await expect.poll(async () => (await clientFacts(watcher, 'Bert')).inUse).toBe(6);
  const total = JSON.parse(String(await watcher.hget('$pool', '$total')));
  expect(total).toMatchObject({
    capacity: 10,
    spare: 0,
    clients: 2,
    strategy: 'fair',
    epoch: expect.any(Number),
  });
  expect(total.reserved).toBeLessThanOrEqual(10);
  const table = await watcher.hgetall('$pool');
  expect([...table.keys()].sort()).toEqual(['$total', 'Anna', 'Bert']);
  expect(await watcher.hexist('$pool', 'Carl')).toBe(false);
  await expect(watcher.hset('$pool', 'Anna', '{}')).rejects.toEqual(refused(403));
  await bert.pool.destroy();
});

it('tells every change on $pool, to whoever listens', async () => {
  const { join } = await wireHub({}, { pool: allocator() });
  const topic = (await join()).subscribe('$pool');
  await topic.ready();
  const { pool, lease } = leasedPool(await join(), 'Anna');
  await lease.ready();
  const held = await Promise.all([pool.acquire(), pool.acquire()]);
  for await (const { values } of topic) {
    const { total, clients } = JSON.parse(String(values![0]));
    expect(total.capacity).toBe(10);
    if (clients.length === 1 && clients[0].inUse === 2) break;
  }
  for (const each of held) each.release();
});

it('counts a member that vanishes as silent once its lease is over, and keeps what it held', async () => {
  const clock = createManualClock();
  const { join } = await wireHub({}, { pool: allocator({ leaseMs: 200 }, clock) });
  const [watcher, leaving] = [await join(), await join()];
  const { pool, lease } = leasedPool(leaving, 'Anna', { floor: 2 });
  await lease.ready();
  await pool.acquire();
  await expect.poll(async () => (await clientFacts(watcher, 'Anna')).inUse).toBe(1);
  await leaving.destroy();
  expect(await clientFacts(watcher, 'Anna')).toMatchObject({ state: 'member', inUse: 1, isSilent: false });
  await untilSilent(watcher, 'Anna', clock);
  expect((await clientFacts(watcher, 'Anna')).held).toBeGreaterThanOrEqual(2);
});

it('forgets a silent client when an admin deletes it, and nobody else', async () => {
  const tokens = { admin: 'admin-token', write: 'write-token' };
  const clock = createManualClock();
  const { join } = await wireHub({ tokens }, { pool: allocator({ leaseMs: 200 }, clock) });
  const [admin, writer] = [await join({ token: tokens.admin }), await join({ token: tokens.write })];
  const leaving = await join({ token: tokens.admin });
  const { lease } = leasedPool(leaving, 'Anna', { floor: 2 });
  await lease.ready();
  await expect(writer.hdel('$pool', 'Anna')).rejects.toEqual(refused(403));
  await expect(admin.hdel('$pool', 'Anna')).rejects.toEqual(refused(409));
  await leaving.destroy();
  await untilSilent(admin, 'Anna', clock);
  await expect(admin.hdel('$session', 'id')).rejects.toEqual(refused(403));
  expect(JSON.parse(String(await admin.hdel('$pool', 'Anna')))).toMatchObject({ name: 'Anna', floor: 2 });
  expect(await admin.hexist('$pool', 'Anna')).toBe(false);
  expect(await admin.hdel('$pool', 'Anna')).toBe(null);
});

it('forgets who says goodbye', async () => {
  const { join } = await wireHub({}, { pool: allocator() });
  const [watcher, leaving] = [await join(), await join()];
  const { lease } = leasedPool(leaving, 'Anna');
  await lease.ready();
  await lease.close();
  expect(await watcher.hexist('$pool', 'Anna')).toBe(false);
});

it('is for admins: others may look, and hold nothing', async () => {
  const tokens = { admin: 'admin-token', write: 'write-token', read: 'read-token' };
  const { join } = await wireHub({ tokens }, { pool: allocator() });
  const admin = await join({ token: tokens.admin });
  const { lease } = leasedPool(admin, 'Anna');
  await lease.ready();
  await admin.subscribe('$lease/Anna').ready();
  for (const token of [tokens.write, tokens.read]) {
    const client = await join({ token });
    expect(await clientFacts(client, 'Anna')).toMatchObject({ name: 'Anna' });
    await client.subscribe('$pool').ready();
    await expect(client.lease(new Uint8Array(1))).rejects.toEqual(refused(403));
    await expect(client.subscribe('$lease/Anna').ready()).rejects.toEqual(refused(403));
    await expect(client.publish('$pool', ['x'])).rejects.toEqual(refused(403));
  }
});

it('refuses what is no report, and goes on', async () => {
  const { join } = await wireHub({}, { pool: allocator() });
  const client = await join();
  const senseless = encodeReport(leaseReport('Anna', { weight: -1 }));
  for (const bytes of [
    senseless,
    new Uint8Array(0),
    new Uint8Array([1, 2, 3]),
    new Uint8Array(1000).fill(255),
  ])
    await expect(client.lease(bytes)).rejects.toEqual(refused(400));
  await expect(client.publish('$lease/Anna', ['x'])).rejects.toEqual(refused(403));
  const { lease } = leasedPool(client, 'Anna');
  await lease.ready();
});

it('answers a fault of its own with 500, and the operator is told', async () => {
  const service = allocator();
  const { join, faults } = await wireHub({}, { pool: service });
  const fault = new TypeError('a mistake of ours');
  service.receive = () => {
    throw fault;
  };
  const client = await join();
  await expect(client.lease(encodeReport(leaseReport('Anna')))).rejects.toEqual(refused(500));
  expect(faults).toEqual([fault]);
});

it('is not there where no allocator runs', async () => {
  const client = await (await wireHub()).join();
  await expect(client.lease(new Uint8Array(1))).rejects.toEqual(refused(404));
  await expect(client.subscribe('$pool').ready()).rejects.toEqual(refused(404));
  await expect(client.subscribe('$lease/Anna').ready()).rejects.toEqual(refused(404));
  expect(await client.hgetall('$pool')).toEqual(new Map());
});

it('stands in the metrics, in the words of operators', async () => {
  const service = allocator({ spare: 2 });
  const { fetch } = await serveHub({}, { pool: service });
  const pool = createPool({
    name: 'p',
    open: async () => ({}),
    close: async () => {},
    limits: { min: 0, max: 0 },
    acquireTimeoutMs: patientMs,
  });
  const name = 'An"na';
  await using lease = createLeaseClient({ pool, transport: service.transport(name), name, gapMs: 1 });
  await lease.ready();
  const held = await pool.acquire();
  (await pool.acquire()).release();
  const metrics = async () => (await fetch('/metrics')).text();
  const of = (text: string, metric: string) =>
    Number(new RegExp(`^${metric}(?:\\{client="An\\\\"na"\\})? (\\S+)$`, 'm').exec(text)?.[1]);
  await expect.poll(async () => of(await metrics(), 'inkwire_pool_client_idle')).toBe(1);
  const text = await metrics();
  const { max } = service.snapshot().clients[0]!;
  expect(of(text, 'inkwire_pool_capacity')).toBe(10);
  expect(of(text, 'inkwire_pool_reserved')).toBe(service.snapshot().reserved);
  expect(of(text, 'inkwire_pool_epoch')).toBe(service.snapshot().epoch);
  expect(of(text, 'inkwire_pool_client_current')).toBe(2);
  expect(of(text, 'inkwire_pool_client_maximum')).toBe(max);
  expect(of(text, 'inkwire_pool_client_minimum')).toBe(service.snapshot().clients[0]!.min);
  expect(of(text, 'inkwire_pool_client_used_rate')).toBeCloseTo(1 / max, 3);
  expect(of(text, 'inkwire_pool_client_failure_rate')).toBe(0);
  expect(of(text, 'inkwire_pool_grants_total')).toBeGreaterThan(0);
  held.release();
});

it('an allocator alone answers what is its own, and nothing else', async () => {
  const wire = createWireService({ name: 'inkwire allocator', system: [$pool(allocator())] });
  const listener = await listenWire(wire, { port: 0 });
  onTestFinished(async () => {
    await listener.destroy();
    await wire.close();
  });
  const dial = (wait: object) => dialStream({ host: '127.0.0.1', port: listener.port, ...wait });
  const client = createClient({ dial, ...patient });
  onTestFinished(() => client.destroy());
  const { lease } = leasedPool(client, 'Anna');
  await lease.ready();
  expect(await clientFacts(client, 'Anna')).toMatchObject({ name: 'Anna' });
  expect([...(await client.hgetall('$hub')).keys()].sort()).toEqual(['name', 'started', 'time', 'version']);
  expect(await client.hget('$hub', 'name')).toBe('inkwire allocator');
  const asks = [
    client.hset('t', 'k', 1),
    client.hgetall('t'),
    client.publish('topic', [1]),
    client.subscribe('topic').ready(),
    client.subscribe('$members').ready(),
    client.read(new Uint8Array(3)),
  ];
  await Promise.all(asks.map((ask) => expect(ask).rejects.toEqual(refused(404))));
  expect(await client.hgetall('$members')).toEqual(new Map());
  await expect(client.publish('$inbox/1', ['x'])).rejects.toEqual(refused(403));
});
