import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { createPgFence, createPgPool, type PgDriver } from '../src/pg/index.ts';
import { fakePg } from './fake-pg.ts';
import { FakeServer, ServerError } from './fake-server.ts';

const client = { name: 'orders', incarnation: 'abc' };

interface RealClient {
  readonly connectionParameters: { readonly application_name?: string; readonly ssl: unknown };
}

/** What the driver itself makes of a pool's connection options. */
async function parametersOf(connection: string | Record<string, unknown>) {
  const { Client } = createRequire(import.meta.url)('pg') as PgDriver;
  let seen: RealClient['connectionParameters'] | undefined;
  const driver: PgDriver = {
    Client: class extends Client {
      override connect(): Promise<unknown> {
        seen = (this as unknown as RealClient).connectionParameters;
        return Promise.reject(new Error('seen'));
      }
    },
  };
  await using pool = createPgPool({ connection, client, driver, breakerAfter: 1 });
  await pool.query('SELECT 1').catch(() => {});
  return seen!;
}

test('an application name of the connection does not replace the identity', async () => {
  const others = [
    'postgres://app@127.0.0.1:1/app?application_name=mine',
    'postgres://app@127.0.0.1:1/app?ssl=false&application_name=mine&ssl=true#end',
    'postgres:///app?host=/run/postgresql&application_name=',
    { host: '127.0.0.1', application_name: 'mine' },
    { connectionString: 'postgres://app@127.0.0.1:1/app?application_name=mine', application_name: 'mine' },
  ];
  for (const connection of others)
    expect((await parametersOf(connection)).application_name).toBe('inkwire/abc/orders');
  expect((await parametersOf(others[1]!)).ssl).toBe(true);
});

test('a session that the server does not know by its identity is refused for good', async () => {
  const server = new FakeServer();
  server.keepsNames = false;
  for (const fenced of [undefined, new Set<string>()]) {
    server.fenced = fenced;
    await using pool = createPgPool({ connection: {}, client, driver: fakePg(server) });
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({
      code: 'POOL_CONNECT_FAILED',
      retryable: false,
      message: expect.stringContaining('knows the session as `somebody`'),
    });
    expect(server.sessions.size).toBe(0);
  }
});

test('a client’s sessions in another database than the fence’s are told, and none is ended', async () => {
  const server = new FakeServer();
  const [here, elsewhere] = [1, 2].map(() => server.connect('inkwire/abc/orders', () => {}));
  elsewhere!.isElsewhere = true;
  const fence = createPgFence({ connection: {}, driver: fakePg(server) });
  await expect(fence(client)).rejects.toMatchObject({
    code: 'POOL_FENCE_FAILED',
    message: expect.stringContaining('fence and clients must use the same'),
  });
  expect(server.sessions.has(here!.id)).toBe(false);
  expect(server.sessions.has(elsewhere!.id)).toBe(true);
});

test.each(['28P01', '28000', '3D000'])(
  'what trying again does not change (%s) is told at the first attempt',
  async (code) => {
    const server = new FakeServer();
    server.refusal = new ServerError('no', code, 0);
    await using pool = createPgPool({ connection: {}, driver: fakePg(server) });
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ retryable: false, cause: { code } });
    expect(pool.stats().failures).toBe(1);
  },
);

test('a pool without a connection, or with an identity that is none, is not made', () => {
  expect(() => createPgPool({ connection: undefined as unknown as string })).toThrow(
    new TypeError('Expected `connection` to be a URL or an object, got `undefined`'),
  );
  expect(() => createPgFence({ connection: null as unknown as string })).toThrow('Expected `connection`');
  expect(() => createPgPool({ connection: {}, client: { name: 'orders', incarnation: 'a/b' } })).toThrow(
    RangeError,
  );
});

test('a query may be given as the driver takes it whole', async () => {
  await using pool = createPgPool({ connection: {}, driver: fakePg(new FakeServer()) });
  const { rows, rowCount, fields } = await pool.query<[number]>({ text: 'SELECT 1', rowMode: 'array' });
  expect(rows[0]![0]).toBe(1);
  expect([rowCount, fields[0]!.name]).toEqual([1, 'one']);
});
