import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createManualClock } from '@inkwire/base';
import { createLeaseService, createPool } from '@inkwire/pool';
import { type LeasePoolOptions, leasePool } from '@inkwire/pool/leases';
import { expect, it, onTestFinished } from 'vitest';
import { patientMs } from './hub-on-wire.ts';
import { wireHub } from './wired-hub.ts';

type Connections = ReturnType<typeof createPool<object>>;

/** An allocator on the wire, and what leases a pool of connections to nothing from it. */
async function scene(capacity = 10) {
  const service = createLeaseService({ allocator: { capacity, learnMs: 0 } });
  onTestFinished(() => service.close());
  const { listener } = await wireHub({}, { pool: service });
  const address = `127.0.0.1:${listener.port}`;
  const pools: Connections[] = [];
  const lease = (options: Partial<LeasePoolOptions<Connections>> = {}) =>
    leasePool({
      allocator: address,
      name: 'web-1',
      timeoutMs: patientMs,
      pool(client) {
        const open = async () => client();
        const limits = { min: 1, max: 5 };
        const pool = createPool<object>({ open, close: () => {}, limits, acquireTimeoutMs: patientMs });
        pools.push(pool);
        return pool;
      },
      ...options,
    });
  return { service, address, pools, lease };
}

/** An address at which nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

/** Stands before an allocator, or in the place of one that never answers, and keeps the sockets that were opened to it. */
async function relay(port?: number) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    if (port === undefined) socket.resume();
    else {
      const beyond = connect(port, '127.0.0.1').on('error', () => socket.destroy());
      socket.pipe(beyond).pipe(socket);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const allClosed = async () => {
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
  };
  return { server, sockets, allClosed, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('leases a pool from the first of several allocators that answers, and gives everything back', async () => {
  const { service, address, lease } = await scene();
  {
    await using pool = await lease({ allocator: [await deadAddress(), address], floor: 2 });
    expect(pool.lease.state).toBe('leased');
    expect(pool.limits.max).toBeGreaterThanOrEqual(2);
    const { incarnation } = pool.lease;
    await pool.use((connection) => expect(connection).toEqual({ name: 'web-1', incarnation }));
    expect(service.snapshot().clients).toMatchObject([{ name: 'web-1', incarnation, floor: 2 }]);
  }
  expect(service.snapshot()).toMatchObject({ reserved: 0, clients: [] });
});

it('serves those who wait before it leaves, and refuses newcomers', async () => {
  const { service, lease } = await scene(1);
  const pool = await lease();
  const held = await pool.acquire();
  const waiting = pool.acquire();
  const closed = pool.close();
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'BASE_CLOSED' });
  held.release();
  (await waiting).release();
  await closed;
  expect(service.snapshot().clients).toEqual([]);
});

it('refuses those who wait when it is destroyed', async () => {
  const { lease } = await scene(1);
  const pool = await lease();
  await pool.acquire();
  const waiting = pool.acquire();
  const refused = expect(waiting).rejects.toThrow('the end');
  await pool.destroy(new Error('the end'));
  await refused;
  expect(pool.lease.state).toBe('left');
});

it('closes everything when it is refused until its deadline, or is not wanted any more', async () => {
  const { pools, lease } = await scene(1);
  await expect(lease({ floor: 2, timeoutMs: 1 })).rejects.toMatchObject({
    code: expect.stringMatching(/POOL_LEASE_REFUSED|BASE_TIMEOUT/),
  });
  await expect(lease({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(pools.map(({ closed }) => closed)).toEqual([true, true]);
});

it.each(['close', 'destroy'] as const)('ends its connection to the allocator with its %s', async (end) => {
  const { address, lease } = await scene();
  const { sockets, allClosed, ...between } = await relay(Number(address.split(':')[1]));
  const pool = await lease({ allocator: between.address });
  expect(sockets).toHaveLength(1);
  await pool[end]();
  await allClosed();
});

it('keeps no connection and no timer when it is not wanted before an allocator answers', async () => {
  const { lease } = await scene();
  const { server, sockets, allClosed, address } = await relay();
  const clock = createManualClock();
  const ending = new AbortController();
  server.once('connection', () => ending.abort(new Error('enough')));
  await expect(lease({ allocator: address, clock, signal: ending.signal })).rejects.toThrow('enough');
  expect(sockets).toHaveLength(1);
  await allClosed();
  expect(clock.pending).toBe(0);
});

it.each([
  [{ allocator: 'localhost' }, /`allocator` to be HOST:PORT, got `localhost`/],
  [{ allocator: '[::1]:0' }, /`allocator`/],
  [{ allocator: [] }, /`allocator` to name at least one address/],
  [{ name: '' }, /`name` to have 1 to 200 characters/],
])('refuses the options %o by name', async (options, message) => {
  const { lease } = await scene();
  await expect(lease(options)).rejects.toThrow(message);
});
