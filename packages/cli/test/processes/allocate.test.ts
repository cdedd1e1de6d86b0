import { createLeaseClient, createPool } from '@inkwire/pool';
import { createWireTransport } from '@inkwire/pool/leases';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patient } from '../../../wire/test/patient.ts';
import { inkwire, type Running, serve, start, temporaryDirectory } from '../inkwire.ts';

/** Starts `inkwire allocate` and waits until it is ready. */
async function allocate(args: readonly string[]) {
  const running = start(['allocate', '--wire', '127.0.0.1:0', ...args]);
  const [, address] = await running.output(/wire \w+:\/\/([^\s]+)/);
  return { ...running, address: address! };
}

/** A program that asks for connections, which lead to nothing. */
function join(address: string, name: string, token?: string) {
  const port = Number(address.split(':').at(-1));
  const dial = (wait: object) => dialStream({ host: '127.0.0.1', port, ...wait });
  const client = createClient({ dial, ...patient, ...(token && { token }) });
  const pool = createPool({
    name,
    open: async () => ({}),
    close: async () => {},
    limits: { min: 0, max: 0 },
    acquireTimeoutMs: 600_000,
  });
  const lease = createLeaseClient({ pool, transport: createWireTransport({ client, name }), name, gapMs: 1 });
  onTestFinished(async () => {
    await lease.destroy();
    await pool.destroy();
    await client.destroy();
  });
  return { pool, lease };
}

/** The same, once it has a lease. */
async function leased(address: string, name: string, token?: string) {
  const client = join(address, name, token);
  await client.lease.ready({ timeoutMs: 600_000 });
  return client;
}

const once = (address: string, ...args: string[]) => inkwire(['pool', 'watch', address, '--once', ...args]);
const onceJson = async (address: string) => JSON.parse((await once(address, '--json')).stdout);

async function stop({ child, outcome }: Running) {
  child.kill('SIGTERM');
  return outcome;
}

describe('the allocator alone', () => {
  it('grants nothing new for the length of a lease, in which others may still hold what they had', async () => {
    await using folder = await temporaryDirectory();
    const settings = ['--capacity', '20', '--spare', '2', '--lease-ms', '3600000'];
    await using allocator = await allocate([...settings, '--data', folder.path]);
    expect((await once(allocator.address)).stdout).toMatch(
      /^\S+ +0 in use, 0 idle, 18 reserved of 20 {2}· {2}2 spare {2}· {2}fair {2}· {2}epoch \d+ {2}· {2}learning/,
    );
  });

  it('shares connections, and shows who holds them', async () => {
    await using folder = await temporaryDirectory();
    const settings = ['--capacity', '20', '--spare', '2', '--lease-ms', '1000'];
    await using allocator = await allocate([...settings, '--data', folder.path]);
    const { pool } = await leased(allocator.address, 'web-1');
    const held = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    await expect.poll(async () => (await onceJson(allocator.address)).clients[0]?.inUse).toBe(3);
    const { total, clients } = await onceJson(allocator.address);
    expect(total).toMatchObject({ capacity: 20, spare: 2, clients: 1, strategy: 'fair' });
    expect(clients).toEqual([expect.objectContaining({ name: 'web-1', state: 'member', queued: 0 })]);
    const { stdout, stderr, code } = await once(allocator.address);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(
      /^█+[▒░]* +3 in use, 0 idle, \d+ reserved of 20 .*\n\nCLIENT .*IN USE .*\nweb-1 +█+░* +3 +0 +\d+–\d+ +0 +– +\d/,
    );
    for (const each of held) each.release();
  });

  it('begins a new epoch each time, and ends with 0', async () => {
    await using folder = await temporaryDirectory();
    const epochs: number[] = [];
    for (let i = 0; i < 2; i++) {
      await using allocator = await allocate(['--capacity', '5', '--data', folder.path]);
      epochs.push((await onceJson(allocator.address)).total.epoch);
      expect(await stop(allocator)).toMatchObject({ code: 0, stderr: '' });
    }
    expect(epochs[1]).toBe(epochs[0]! + 1);
  });

  it('asks for its token, and serves its metrics', async () => {
    await using folder = await temporaryDirectory();
    const [admin, read] = ['of-this-test-only', 'only-for-looking'];
    await using allocator = await allocate([
      ...['--capacity', '5', '--data', folder.path, '--http', '127.0.0.1:0'],
      ...['--token', admin, '--read-token', read, '--lease-ms', '1000'],
    ]);
    const [, url] = await allocator.output(/(http:\S+)/);
    await leased(allocator.address, 'web-1', admin);
    expect(await once(allocator.address)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('INKWIRE_TOKEN'),
    });
    expect(await once(allocator.address, '--token', read)).toMatchObject({ code: 0 });
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${admin}` } });
    expect(await metrics.text()).toMatch(/^inkwire_pool_client_maximum\{client="web-1"\} \d+$/m);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/api/readings`)).status).toBe(401);
  });

  it('forgets no client that is not silent, and none that there is not', async () => {
    await using folder = await temporaryDirectory();
    const settings = ['--capacity', '5', '--lease-ms', '3600000'];
    await using allocator = await allocate([...settings, '--data', folder.path]);
    join(allocator.address, 'web-1');
    await expect.poll(async () => (await onceJson(allocator.address)).clients.length).toBe(1);
    const forget = (name: string) => inkwire(['pool', 'forget', name, allocator.address]);
    const refusal = (stderr: RegExp) => ({ code: 1, stderr: expect.stringMatching(stderr) });
    expect(await forget('web-1')).toMatchObject(refusal(/is not silent/));
    expect(await forget('web-2')).toMatchObject(refusal(/no client called/));
  });

  it('forgets a client that died, so that the next of its name gets a lease', async () => {
    await using folder = await temporaryDirectory();
    await using allocator = await allocate(['--capacity', '5', '--data', folder.path, '--lease-ms', '500']);
    const { pool, lease } = await leased(allocator.address, 'web-1');
    await pool.acquire();
    await lease.destroy();
    await expect.poll(async () => (await onceJson(allocator.address)).clients[0]?.isSilent).toBe(true);
    expect(await inkwire(['pool', 'forget', 'web-1', allocator.address])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^web-1 is forgotten; what was held for it is free: \d\n$/),
    });
    await leased(allocator.address, 'web-1');
  });

  it('goes on though the database is not there, and says so', async () => {
    await using folder = await temporaryDirectory();
    const database = 'postgres://nobody:secret@127.0.0.1:1/none';
    await using allocator = await allocate([
      '--capacity',
      '5',
      '--data',
      folder.path,
      '--database',
      database,
    ]);
    expect(await stop(allocator)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^inkwire: .*could not be ended: .*ECONNREFUSED.* \(POOL_FENCE_FAILED\)\n$/,
      ),
    });
  });

  it.each([
    [[], '--capacity N is missing'],
    [['--capacity', '0'], '--capacity: expected at least 1'],
    [['--capacity', 'many'], '--capacity: expected an integer'],
    [['--capacity', '5', '--spare', '5'], 'none is left'],
    [['--spare', '5'], 'inkwire: spare needs capacity:'],
    [['--capacity', '5', '--strategy', 'greedy'], '--strategy'],
    [['--capacity', '5', '--database', 'oracle://secret@x'], '--database: expected postgres://'],
    [['--capacity', '5', '--wire', 'off'], 'nobody can ask'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await inkwire(['allocate', ...args]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(2);
  });
});

describe('pool watch', () => {
  it('writes a line a change, or JSON, until Ctrl-C', async () => {
    await using folder = await temporaryDirectory();
    await using allocator = await allocate(['--capacity', '5', '--data', folder.path, '--lease-ms', '1000']);
    await using lines = start(['pool', 'watch', allocator.address]);
    await using json = start(['pool', 'watch', allocator.address, '--json']);
    await json.output(/^\{"time":/m);
    const { pool, lease } = await leased(allocator.address, 'web\u001b[31m-1');
    const held = await pool.acquire();
    await lines.output(
      /^\d{4}-\S+Z {2}web\\u\{1b\}\[31m-1 {2}in use 1 {2}idle 0 {2}granted \d–\d {2}queued 0 /m,
    );
    await json.output(/"clients":\[\{.*"inUse":1,/);
    held.release();
    await lease.close();
    await lines.output(/-1 {2}gone$/m);
    for (const each of [lines, json]) {
      each.child.kill('SIGINT');
      expect(await each.outcome).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('says where no allocator runs', async () => {
    await using folder = await temporaryDirectory();
    const data = ['--data', folder.file('data'), '--wire', '127.0.0.1:0'];
    await using hub = await serve(data);
    const [, address] = await hub.output(/wire tcp:\/\/(\S+)/);
    for (const args of [[], ['--once'], ['--json']])
      expect(await inkwire(['pool', 'watch', address!, ...args])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^inkwire: No allocator runs there.*\(CLI_HUB_REFUSED\)\n$/),
      });
  });
});

it('a hub runs an allocator too', async () => {
  await using folder = await temporaryDirectory();
  const settings = ['--data', folder.file('data'), '--wire', '127.0.0.1:0', '--pool-lease-ms', '1000'];
  await using hub = await serve([...settings, '--pool-capacity', '7', '--pool-strategy', 'mean']);
  const [, address] = await hub.output(/wire tcp:\/\/(\S+)/);
  await leased(address!, 'web-1');
  expect((await onceJson(address!)).total).toMatchObject({ capacity: 7, strategy: 'mean', clients: 1 });
});
