import type { WebSocket as UndiciWebSocket } from 'undici-types';
import { expect, test } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import type { openWebSocket, WebSocketLike, webSocketChannel } from '../src/index.ts';

/** What `openWebSocket` and `webSocketChannel` take. */
type Taken = Parameters<typeof openWebSocket>[0] & Parameters<typeof webSocketChannel>[0];

/*
 * `tsc` is what tests this file: a line that does not hold does not compile. Node 22's global WebSocket is undici's.
 */
const takenAsTheyAre = [
  (socket: globalThis.WebSocket): Taken => socket,
  (socket: UndiciWebSocket): Taken => socket,
  (socket: WsWebSocket): Taken => socket,
  // @ts-expect-error: what cannot send is no WebSocket.
  (socket: Omit<globalThis.WebSocket, 'send'>): Taken => socket,
];

test('the WebSockets of browsers, of Node 22 and of ws are taken without a cast', () => {
  expect(takenAsTheyAre.length).toBe(4);
  const ws = new WsWebSocket('ws://127.0.0.1:1');
  ws.on('error', () => {});
  const socket: WebSocketLike = ws;
  const ofWs = [socket.ping, socket.on, socket.pause, socket.terminate];
  expect(ofWs.every((method) => typeof method === 'function')).toBe(true);
  ws.terminate();
});
