import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openCassandraReadings } from '../src/cassandra/index.ts';
import { listen } from './listen.ts';

const connectionTo = (port: number) => ({ hosts: ['127.0.0.1'], port });

describe('readings in a Cassandra that is not there', () => {
  it.each([
    ['HTTP', () => createHttpServer((_, response) => response.end()), /is no Cassandra|ended the connection/],
    [
      'a service that ends each connection',
      () => createServer((socket) => socket.end()),
      /ended the connection/,
    ],
  ])('are READINGS_UNREACHABLE at once where the port has %s', async (_, create, message) => {
    const port = await listen(create() as Server);
    await expect(
      openCassandraReadings({
        connection: connectionTo(port),
        openTimeoutMs: 600_000,
        nodeTimeoutMs: 600_000,
      }),
    ).rejects.toMatchObject({
      code: 'READINGS_UNREACHABLE',
      retryable: true,
      message: expect.stringMatching(message),
    });
  });

  it('are READINGS_UNREACHABLE after the time of one node where nothing comes', async () => {
    const port = await listen(createServer());
    await expect(
      openCassandraReadings({ connection: connectionTo(port), nodeTimeoutMs: 50 }),
    ).rejects.toMatchObject({
      code: 'READINGS_UNREACHABLE',
      message: expect.stringContaining(`nothing came from 127.0.0.1:${port} within 50 ms`),
    });
  });

  it('are READINGS_UNREACHABLE where every port is closed or every name unknown', async () => {
    const hosts = ['127.0.0.1', 'no-such-host.invalid'];
    await expect(
      openCassandraReadings({
        connection: { hosts, port: 1 },
        openTimeoutMs: 600_000,
        nodeTimeoutMs: 600_000,
      }),
    ).rejects.toMatchObject({
      code: 'READINGS_UNREACHABLE',
      message: expect.stringMatching(/ECONN|ENOTFOUND|EAI_/),
    });
  });

  it('are READINGS_REFUSED where TLS is asked for and not spoken', async () => {
    const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    await expect(
      openCassandraReadings({ connection: { ...connectionTo(port), tls: true }, nodeTimeoutMs: 600_000 }),
    ).rejects.toMatchObject({ code: 'READINGS_REFUSED', retryable: false });
  });

  it('need options that can be used', async () => {
    const connection = connectionTo(1);
    for (const options of [
      { connection: { hosts: [] } },
      { connection: { hosts: ['a'], port: 0 } },
      { connection: { hosts: ['a'], keyspace: 'In"k' } },
      { connection: 'cassandra://a' },
      { connection, timeoutMs: 0 },
      { connection, nodeTimeoutMs: -1 },
      { connection, openTimeoutMs: 0 },
      { connection, maxInFlight: 0 },
      { connection, waitMs: -1 },
      { connection, searchMs: 0 },
    ])
      await expect(openCassandraReadings(options)).rejects.toThrow(RangeError);
  });
});
