import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, createManualClock } from '@inkwire/base';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Channel, type WebSocketChannelOptions, webSocketChannel } from '../src/index.ts';
import { acceptWebSockets, dialWebSocket } from '../src/node/index.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

const silent = expect.objectContaining({ code: 'WIRE_PEER_SILENT', retryable: true });

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Attaches to a channel, and answers what it tells. */
function hear(channel: Channel) {
  const closes: (Error | undefined)[] = [];
  const closed = new Promise<Error | undefined>((resolve) => {
    channel.attach({
      onBytes() {},
      onEnd() {},
      onDrain() {},
      onClose: (error) => {
        closes.push(error);
        resolve(error);
      },
    });
  });
  return { closed, closes };
}

function start(options: WebSocketChannelOptions = {}, socket = new FakeWebSocket()) {
  const clock = createManualClock();
  const channel = webSocketChannel(socket, { clock, ...options });
  return { clock, socket, channel, ...hear(channel) };
}

test('a peer that is gone without a word is found out, over plain frames; one that answers stays', async () => {
  const server = createServer();
  const taken: Channel[] = [];
  acceptWebSockets({
    server,
    ping: { intervalMs: 20, misses: 4 },
    onChannel: (channel) => taken.push(channel),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const dial = (autoPong: boolean) =>
    new Promise<WebSocket>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/wire`, 'kv', { autoPong });
      socket.on('open', () => resolve(socket));
    });

  const answering = await dial(true);
  const stays = hear(taken[0]!);
  const pinged = new Promise<void>((resolve) => {
    let pings = 0;
    answering.on('ping', () => ++pings === 8 && resolve());
  });
  await dial(false);
  expect(await hear(taken[1]!).closed).toEqual(silent);
  await pinged;
  expect(stays.closes).toEqual([]);
  answering.terminate();
});

test('who dials finds out a server that is gone', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ping = { intervalMs: 10, misses: 2 };
  expect(await hear(await dialWebSocket({ url: `ws://127.0.0.1:${port}`, ping })).closed).toEqual(silent);
});

test('by default a silent peer is pinged, and gone within 30 s; no timer is left', async () => {
  const { clock, socket, closes } = start();
  clock.advance(29_999);
  expect(socket.calls).toEqual(['ping', 'ping']);
  clock.advance(1);
  await turn();
  expect(socket.calls).toEqual(['ping', 'ping', 'terminate']);
  expect(closes).toEqual([silent]);
  expect(clock.pending).toBe(0);
});

test.each(['ping', 'pong', 'message'])('a %s is a sign of life', async (event) => {
  const { clock, socket, closes } = start({ ping: { intervalMs: 100, misses: 1 } });
  for (let i = 0; i < 20; i++) {
    clock.advance(100);
    socket.tell(event, { data: new Uint8Array(1) });
  }
  await turn();
  expect(closes).toEqual([]);
  clock.advance(200);
  await turn();
  expect(closes).toEqual([silent]);
});

test('who is paused hears nothing, gives nobody up, and pings on, so that it is not given up', async () => {
  const { clock, socket, channel, closes } = start({ ping: { intervalMs: 100, misses: 1 } });
  channel.pause();
  clock.advance(1000);
  await turn();
  expect(closes).toEqual([]);
  expect(socket.calls).toEqual(Array.from({ length: 10 }, () => 'ping'));
  channel.resume();
  clock.advance(200);
  await turn();
  expect(closes).toEqual([silent]);
});

test('a peer that reads slowly stays as long as it reads, also where a ping would wait behind much', async () => {
  const { clock, socket, channel, closes } = start({ ping: { intervalMs: 100, misses: 1 } });
  for (let i = 0; i < 5; i++) channel.write(new Uint8Array(60_000));
  clock.advance(100);
  for (let left = 240_000; left > 0; left -= 60_000) {
    channel.write(new Uint8Array(1));
    socket.take(left);
    clock.advance(100);
  }
  await turn();
  expect(closes).toEqual([]);
  expect(socket.calls).not.toContain('ping');
  clock.advance(200);
  await turn();
  expect(closes).toEqual([silent]);
});

test('what a dead peer’s system goes on taking is no sign of life', async () => {
  const { clock, socket, channel, closes } = start({ ping: { intervalMs: 100, misses: 2 } });
  for (let i = 0; i < 30; i++) {
    channel.write(new Uint8Array(10));
    socket.take();
    clock.advance(10);
  }
  await turn();
  expect(closes).toEqual([silent]);
});

test('a channel that is over pings no more, however it ended', async () => {
  const destroyed = start();
  destroyed.channel.destroy();
  const lost = start();
  lost.socket.tell('close', { code: 1006 });
  const ended = start();
  ended.channel.pause();
  ended.channel.end();
  // In order, and not yet told, as it is paused.
  ended.socket.tell('close', { code: 1000 });
  expect([destroyed, lost, ended].map(({ clock }) => clock.pending)).toEqual([0, 0, 0]);
});

test('a browser’s WebSocket, and one that is not to be watched, is left as it is', () => {
  const { clock } = start({}, Object.assign(new FakeWebSocket(), { ping: undefined }));
  expect(clock.pending).toBe(0);
  expect(start({ ping: false }).clock.pending).toBe(0);
});

test('pings keep no process alive', () => {
  const clock = createManualClock();
  const unref: (boolean | undefined)[] = [];
  const after: Clock['after'] = (delayMs, callback, options) => {
    unref.push(options?.unref);
    return clock.after(delayMs, callback, options);
  };
  start({ clock: { ...clock, after } });
  clock.advance(10_000);
  expect(unref).toEqual([true, true]);
});

test('intervals that are none are refused at once', () => {
  expect(() => start({ ping: { intervalMs: 0 } })).toThrow(/ping.intervalMs/);
  expect(() => acceptWebSockets({ server: createServer(), ping: { misses: 0 }, onChannel() {} })).toThrow(
    /ping.misses/,
  );
});

test('who sends text is told so, and cut off when it does not go', async () => {
  const { clock, socket, closes } = start();
  socket.tell('message', { data: 'text' });
  await turn();
  expect(socket.calls).toEqual(['close 1003']);
  expect(closes).toEqual([expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' })]);
  clock.advance(1000);
  expect(socket.calls).toEqual(['close 1003', 'terminate']);
  expect(clock.pending).toBe(0);

  const answering = start();
  answering.socket.tell('message', { data: 'text' });
  answering.socket.tell('close', { code: 1003 });
  expect(answering.clock.pending).toBe(0);
  // Browsers say no such code: to them it is an error.
  const browser = start({}, Object.assign(new FakeWebSocket(), { terminate: undefined }));
  browser.socket.tell('message', { data: 'text' });
  expect(browser.socket.calls).toEqual(['close 4000']);
});
