import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel } from '../src/channels/channel.ts';
import { acceptWebSockets, dialWebSocket } from '../src/node/index.ts';

let server: Server;
let port: number;
const taken: Channel[] = [];

beforeAll(async () => {
  server = createServer();
  acceptWebSockets({
    server,
    maxMessageBytes: ({ url }) => (url === '/wire?stranger' ? 65_536 : 100_000),
    onChannel: (channel) => {
      taken.push(channel);
      channel.attach({
        onBytes: (bytes) => channel.write(bytes),
        onEnd: () => channel.end(),
        onDrain() {},
        onClose() {},
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  for (const channel of taken) channel.destroy();
  server.close();
  server.closeAllConnections();
});

/** `open`, or the status with which the server refused. */
function knock(path: string, protocols: string[], origin?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}${path}`,
      protocols,
      origin === undefined ? {} : { origin },
    );
    socket.on('open', () => {
      resolve(`open ${socket.protocol} ${socket.extensions}`.trim());
      socket.terminate();
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_, response) => resolve(String(response.statusCode)));
  });
}

test('the path, the subprotocol and the origin are checked', async () => {
  expect(await knock('/wire', ['kv'])).toBe('open kv');
  expect(await knock('/wire?x=1', ['other', 'kv'])).toBe('open kv');
  expect(await knock('/wire', ['kv'], `http://127.0.0.1:${port}`)).toBe('open kv');
  expect(await knock('/other', ['kv'])).toBe('404');
  expect(await knock('/wire', [])).toBe('400');
  expect(await knock('/wire', ['other'])).toBe('400');
  expect(await knock('/wire', ['kv'], 'https://elsewhere.example')).toBe('403');
  expect(await knock('/wire', ['kv'], 'null')).toBe('403');
});

test('a message of text, or one that is too long, costs its own connection', async () => {
  const closedBy = (message: string | Buffer, path = '/wire') =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'kv');
      socket.on('open', () => socket.send(message));
      socket.on('error', () => {});
      socket.on('close', resolve);
    });
  // RFC 6455 §7.4.1: a type of data that is not taken; a message that is too long.
  expect(await closedBy('text')).toBe(1003);
  expect(await closedBy(Buffer.alloc(100_001))).toBe(1009);
  expect(await closedBy(Buffer.alloc(65_537), '/wire?stranger')).toBe(1009);
});

test('a long frame goes in messages that are short enough for strangers', async () => {
  const channel = await dialWebSocket({ url: `ws://127.0.0.1:${port}/wire?stranger` });
  let bytes = 0;
  const closed = new Promise((resolve) => {
    channel.attach({
      onBytes: (chunk) => {
        bytes += chunk.length;
        if (bytes === 1_000_000) channel.end();
      },
      onEnd() {},
      onDrain() {},
      onClose: resolve,
    });
  });
  channel.write(new Uint8Array(1_000_000));
  expect(await closed).toBeUndefined();
});

test('a client that closes with 1000 has ended', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/wire`, 'kv');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.close(1000);
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1000);
});
