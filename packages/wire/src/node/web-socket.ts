import type { WaitOptions } from '@inkwire/base';
import { WebSocket } from 'ws';
import type { Channel } from '../channel.ts';
import { openWebSocket, type WebSocketLike } from '../websocket-channel.ts';
import type { TlsMaterial } from './tcp.ts';
import { wireProtocol } from './wire-protocol.ts';

export interface WebSocketDialOptions extends WaitOptions {
  /** `ws://…/wire` or `wss://…/wire`. */
  readonly url: string;
  readonly tls?: TlsMaterial | undefined;
}

/** Connects by WebSocket. Rejects with `WIRE_CONNECT_FAILED`, also when `timeoutMs` (default 10 000) pass first. */
export function dialWebSocket({
  url,
  tls,
  signal,
  timeoutMs = 10_000,
}: WebSocketDialOptions): Promise<Channel> {
  const socket = new WebSocket(url, wireProtocol, { perMessageDeflate: false, ...tls });
  return openWebSocket(socket as unknown as WebSocketLike, { signal, timeoutMs });
}
