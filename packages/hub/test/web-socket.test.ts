import { createClient } from '@inkwire/wire';
import { dialWebSocket } from '@inkwire/wire/node';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { patient } from '../../wire/test/patient.ts';
import { serveHub, until } from './served-hub.ts';

const wireUrl = (url: string, query = '') => `${url.replace('http', 'ws')}/wire${query}`;

function member(url: string, options: { token?: string; query?: string } = {}) {
  const { token, query } = options;
  const dial = (wait: object) => dialWebSocket({ url: wireUrl(url, query), ...wait });
  const client = createClient({ dial, token, ...patient });
  onTestFinished(() => client.destroy());
  return client;
}

/** How a handshake with these headers ends: the status that refuses it, or 101. */
function handshake(url: string, headers: Record<string, string>, protocol = 'kv'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(wireUrl(url), protocol, { headers });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode!);
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', () => {});
  });
}

it('serves the same members, topics and tables on a WebSocket', async () => {
  const { wire, url } = await serveHub();
  const [anna, bert] = [member(url), member(url)];
  const inbox = bert.subscribe((id) => `$inbox/${id}`);
  await inbox.ready();
  await anna.publish(`$inbox/${await bert.hget('$session', 'id')}`, ['hello']);
  expect((await inbox.next()).value!.values!.at(-1)).toBe('hello');
  await anna.hset('t', 'k', 'x'.repeat(100_000));
  expect(await bert.hget('t', 'k')).toBe('x'.repeat(100_000));
  expect([...wire.members].map(({ transport }) => transport)).toEqual(['websocket', 'websocket']);
  await anna.close();
  await until(() => wire.members.size === 1);
});

it('is for our own page and for programs', async () => {
  const { url } = await serveHub({ allowedHosts: ['ink.example'] });
  expect(await handshake(url, {})).toBe(101);
  expect(await handshake(url, { origin: url })).toBe(101);
  expect(await handshake(url, { origin: 'https://ink.example' })).toBe(101);
  expect(await handshake(url, { origin: 'https://elsewhere.example' })).toBe(403);
  expect(await handshake(url, { origin: 'null' })).toBe(403);
  expect(await handshake(url, { host: 'elsewhere.example' })).toBe(403);
  expect(await handshake(url, {}, 'other')).toBe(400);
});

it('is no more often asked for from one address than other requests', async () => {
  const { url, fetch } = await serveHub({ limits: { loopbackRequestsPerMinute: 2 } });
  expect(await handshake(url, {})).toBe(101);
  expect(await handshake(url, { origin: 'https://elsewhere.example' })).toBe(403);
  expect(await handshake(url, {})).toBe(429);
  expect((await fetch('/api/readings')).status).toBe(200);
});

it('gives the role of the token in its request', async () => {
  const tokens = { read: 'read-token', write: 'write-token' };
  const { url } = await serveHub({ tokens });
  const [reader, writer] = [tokens.read, tokens.write].map((token) =>
    member(url, { query: `?token=${token}` }),
  );
  await writer!.hset('t', 'k', 1);
  expect(await reader!.hget('t', 'k')).toBe(1);
  await expect(reader!.hset('t', 'k', 2)).rejects.toMatchObject({ status: 403 });
  expect(await handshake(url, { authorization: 'Bearer none-of-them' })).toBe(401);
});

it('takes the token from the request, or on the wire', async () => {
  const token = 'a-good-token';
  const { wire, url } = await serveHub({ tokens: { admin: token } });
  await expect(member(url).hget('$hub', 'name')).rejects.toMatchObject({ status: 401 });
  expect(wire.members.size).toBe(0);
  expect(await member(url, { query: `?token=${token}` }).hget('$hub', 'name')).toBe('inkwire');
  expect(await member(url, { token }).hget('$hub', 'name')).toBe('inkwire');
});

it('ends with the listener', async () => {
  const { wire, url, listener } = await serveHub();
  const client = member(url);
  await client.hget('$hub', 'name');
  await listener.close();
  expect(wire.members.size).toBe(0);
});

it('is counted by /metrics', async () => {
  const { url, fetch } = await serveHub();
  const client = member(url);
  await client.hset('t', 'k', 1);
  await client.hget('t', 'nothing');
  const text = await (await fetch('/metrics')).text();
  expect(text).toContain('inkwire_members 1');
  expect(text).toContain('inkwire_commands_total{kind="hset",status="200"} 1');
  expect(text).toContain('inkwire_commands_total{kind="hget",status="404"} 1');
});
