import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createMysqlFence, createMysqlPool } from '../src/mysql/index.ts';
import { createPgFence, createPgPool } from '../src/pg/index.ts';
import { fakeMysql } from './fake-mysql.ts';
import { fakePg } from './fake-pg.ts';
import { FakeServer } from './fake-server.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const fast = { connection: {}, timeoutMs: 15 };

/** A server that takes every connection and never says a word. */
async function silentServer(): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return { port: (server.address() as { readonly port: number }).port, sockets };
}

interface Options {
  readonly connection: string;
  readonly openTimeoutMs?: number;
  readonly breakerAfter?: number;
}

const adapters = [
  {
    name: 'PostgreSQL',
    urlOf: (port: number) => `postgres://somebody@127.0.0.1:${port}/app`,
    createPool: (options: Options) => createPgPool(options),
    createFence: createPgFence,
  },
  {
    name: 'MySQL',
    urlOf: (port: number) => `mysql://somebody@127.0.0.1:${port}/app`,
    createPool: (options: Options) => createMysqlPool(options),
    createFence: createMysqlFence,
  },
];

for (const { name, urlOf, createPool, createFence } of adapters) {
  test(`${name}: a server that hangs while connecting leaves no waiter without an answer, and no socket`, async () => {
    const { port, sockets } = await silentServer();
    const pool = createPool({ connection: urlOf(port), openTimeoutMs: 30, breakerAfter: 1 });
    ends.push(() => pool.close());
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({
      code: 'POOL_CONNECT_FAILED',
      cause: { code: 'POOL_OPEN_TIMEOUT' },
    });
    await expect.poll(() => [pool.stats().total, sockets.size]).toEqual([0, 0]);
  });

  test(`${name}: a pool that is destroyed while a server hangs ends`, async () => {
    const { port, sockets } = await silentServer();
    const pool = createPool({ connection: urlOf(port) });
    const query = pool.query('SELECT 1');
    const refused = expect(query).rejects.toThrow('the end');
    await expect.poll(() => sockets.size).toBe(1);
    await pool.destroy(new Error('the end'));
    await refused;
    await expect.poll(() => sockets.size).toBe(0);
  });

  test(`${name}: a server that is not there is told as such`, async () => {
    const pool = createPool({ connection: urlOf(1), breakerAfter: 1 });
    ends.push(() => pool.close());
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({
      code: 'POOL_CONNECT_FAILED',
      cause: { code: 'ECONNREFUSED' },
    });
    expect(pool.stats().total).toBe(0);
  });

  test(`${name}: a fence of a server that hangs gives up`, async () => {
    const { port, sockets } = await silentServer();
    const fence = createFence({ connection: urlOf(port), timeoutMs: 30 });
    await expect(fence({ name: 'orders', incarnation: 'abc' })).rejects.toMatchObject({
      code: 'POOL_FENCE_FAILED',
    });
    await expect.poll(() => sockets.size).toBe(0);
  });
}

test.each([
  ['PostgreSQL', (server: FakeServer) => createPgFence({ ...fast, driver: fakePg(server) })],
  ['MySQL', (server: FakeServer) => createMysqlFence({ ...fast, driver: fakeMysql(server) })],
])(
  '%s: a fence of a server that hangs once it is connected gives up, and leaves no session',
  async (_name, on) => {
    const server = new FakeServer();
    server.isSilent = true;
    await expect(on(server)({ name: 'orders', incarnation: 'abc' })).rejects.toMatchObject({
      code: 'POOL_FENCE_FAILED',
      retryable: true,
      cause: { code: 'BASE_TIMEOUT' },
    });
    expect(server.sessions.size).toBe(0);
  },
);
