import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createManualClock } from '@inkwire/base';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openWebSocket } from '../src/index.ts';
import { acceptWebSockets, dialWebSocket, type TlsMaterial } from '../src/node/index.ts';
import { temporaryCertificates, tlsOf } from './connections.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

const failed = expect.objectContaining({ code: 'WIRE_CONNECT_FAILED', retryable: true });
const untrusted = expect.objectContaining({ code: 'WIRE_TLS_INVALID', retryable: false });
const servers: Server[] = [];
let server: TlsMaterial;
let client: TlsMaterial;

beforeAll(async () => {
  const { certificates, remove } = await temporaryCertificates();
  server = await tlsOf(certificates, certificates.server);
  client = await tlsOf(certificates, certificates.clients.client!);
  return remove;
});

afterEach(() => {
  for (const each of servers.splice(0)) {
    each.close();
    each.closeAllConnections();
  }
});

/** Serves WebSockets that answer what they hear, and answers the port. */
async function serve(http: Server): Promise<number> {
  servers.push(http);
  acceptWebSockets({
    server: http,
    onChannel: (channel) =>
      channel.attach({
        onBytes: (bytes) => channel.write(bytes),
        onEnd: () => channel.end(),
        onDrain() {},
        onClose() {},
      }),
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return (http.address() as AddressInfo).port;
}

/** A server that takes connections and says nothing, its URL, and when somebody has come and is gone again. */
async function serveSilence() {
  const silent = createTcpServer();
  const come = once(silent, 'connection');
  onTestFinished(() => {
    silent.close();
  });
  const gone = new Promise<void>((resolve) =>
    silent.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      socket.resume().on('close', () => resolve());
    }),
  );
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  return { url: `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/wire`, come, gone, silent };
}

async function echoed(dialled: ReturnType<typeof dialWebSocket>): Promise<string> {
  const channel = await dialled;
  return new Promise((resolve, reject) => {
    channel.attach({
      onBytes: (bytes) => {
        resolve(Buffer.from(bytes).toString());
        channel.destroy();
      },
      onEnd() {},
      onDrain() {},
      onClose: (error) => reject(error),
    });
    channel.write(Buffer.from('?'));
  });
}

test('nobody there, and a server that has no such page, is a connection that failed', async () => {
  const port = await serve(createServer());
  await expect(dialWebSocket({ url: `ws://127.0.0.1:${port}/other` })).rejects.toThrow(failed);
  await expect(dialWebSocket({ url: 'ws://127.0.0.1:1/wire' })).rejects.toThrow(failed);
  expect(await echoed(dialWebSocket({ url: new URL(`ws://127.0.0.1:${port}/wire`) }))).toBe('?');
});

test('a token in the address is not told to whoever reads the error', async () => {
  const dialled = dialWebSocket({ url: 'ws://127.0.0.1:1/wire?token=secret' });
  await expect(dialled).rejects.toThrow(/^No connection to ws:\/\/127.0.0.1:1\/wire: /);
  const socket = Object.assign(new FakeWebSocket(), {
    url: 'ws://127.0.0.1:1/wire?token=secret',
    readyState: 0,
  });
  const opening = openWebSocket(socket);
  socket.tell('close', { code: 1006 });
  await expect(opening).rejects.toThrow('No connection to ws://127.0.0.1:1/wire: it was closed');
});

test('a server that says nothing is given up in time, and its connection closed', async () => {
  const { url, silent } = await serveSilence();
  const late = dialWebSocket({ url, timeoutMs: 30 });
  await expect(late).rejects.toThrow(failed);
  await expect(late).rejects.toThrow(/No answer within 30 ms/);
  // Ends when no connection is left.
  await new Promise((resolve) => silent.close(resolve));
});

test('an abort ends it with its reason, before and meanwhile, and the connection with it', async () => {
  const { url, come, gone } = await serveSilence();
  const controller = new AbortController();
  const waiting = dialWebSocket({ url, signal: controller.signal });
  void come.then(() => controller.abort(new Error('never mind')));
  await expect(waiting).rejects.toThrow('never mind');
  await gone;
  // Nothing is begun that nobody wants: nobody looks at what would be wrong with it.
  const aborted = dialWebSocket({ url: 'wss://127.0.0.1:1', tls: { ca: 'no' }, signal: controller.signal });
  await expect(aborted).rejects.toThrow('never mind');
});

test('a WebSocket of a browser that does not open in time has failed as well, and is closed', async () => {
  const clock = createManualClock();
  const socket = Object.assign(new FakeWebSocket(), { readyState: 0 });
  const opening = openWebSocket(socket, { timeoutMs: 5000, clock });
  clock.advance(5000);
  await expect(opening).rejects.toThrow(failed);
  expect(socket.calls).toEqual(['close undefined']);
});

test('a WebSocket that is open already is taken', async () => {
  expect((await openWebSocket(new FakeWebSocket(), { ping: false })).transport).toBe('websocket');
});

test('a URL that is none of a WebSocket is a mistake', async () => {
  for (const url of ['http://127.0.0.1/wire', 'nowhere', 'ws://127.0.0.1/wire#part'])
    await expect(dialWebSocket({ url })).rejects.toThrow(TypeError);
});

test('wss: trusts the authority that is given, and no other', async () => {
  const port = await serve(createSecureServer({ cert: server.cert!, key: server.key! }));
  const url = `wss://127.0.0.1:${port}/wire`;
  expect(await echoed(dialWebSocket({ url, tls: { ca: client.ca } }))).toBe('?');
  expect(await echoed(dialWebSocket({ url: `wss://localhost:${port}/wire`, tls: { ca: client.ca } }))).toBe(
    '?',
  );
  await expect(dialWebSocket({ url })).rejects.toThrow(untrusted);
  await expect(
    dialWebSocket({ url, tls: { ca: client.ca, serverName: 'elsewhere.example' } }),
  ).rejects.toThrow(untrusted);
  await expect(dialWebSocket({ url, tls: { ca: client.ca, cert: 'no', key: 'no' } })).rejects.toThrow(
    untrusted,
  );
  await expect(dialWebSocket({ url, tls: { ca: 'no' } })).rejects.toThrow(untrusted);
});

test('wss: shows a certificate of our own where one is wanted', async () => {
  const { cert, key, ca } = server;
  const port = await serve(
    createSecureServer({ cert: cert!, key: key!, ca: ca!, requestCert: true, rejectUnauthorized: true }),
  );
  const url = `wss://127.0.0.1:${port}/wire`;
  expect(await echoed(dialWebSocket({ url, tls: client }))).toBe('?');
  const without = dialWebSocket({ url, tls: { ca: client.ca } });
  await expect(without).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/^WIRE_/) }));
});
