import { BaseError, messageOf, type WaitOptions, within } from '@inkwire/base';
import { WireError } from '../errors.ts';
import type { Channel } from './channel.ts';
import {
  resolveWebSocketOptions,
  WebSocketChannel,
  type WebSocketChannelOptions,
} from './websocket-channel.ts';
import { isOpen, type WebSocketLike } from './websocket-like.ts';

/**
 * Waits until a WebSocket is open. Rejects with `WIRE_CONNECT_FAILED`, also when `timeoutMs` pass first, or with
 * `signal.reason`; the socket is then closed. Throws a RangeError for an option out of bounds.
 */
export async function openWebSocket(
  socket: WebSocketLike,
  options: WaitOptions & WebSocketChannelOptions = {},
): Promise<Channel> {
  const { signal, timeoutMs } = options;
  const resolved = resolveWebSocketOptions(options);
  const opened = new Promise<Channel>((resolve, reject) => {
    // The channel listens from the first moment on, so that no message is missed.
    const open = () => resolve(new WebSocketChannel(socket, resolved));
    if (socket.readyState === isOpen) open();
    else socket.addEventListener('open', open);
    socket.addEventListener('error', (event) =>
      reject(connectFailed(socket, event.message || 'the connection failed', event.error)),
    );
    socket.addEventListener('close', () => reject(connectFailed(socket, 'it was closed')));
  });
  try {
    return await within(opened, { signal, timeoutMs }, resolved.clock);
  } catch (error) {
    socket.close();
    signal?.throwIfAborted();
    throw error instanceof BaseError ? connectFailed(socket, messageOf(error), error) : error;
  }
}

const connectFailed = (socket: WebSocketLike, why: string, cause?: unknown) =>
  new WireError('WIRE_CONNECT_FAILED', `No connection to ${placeOf(socket.url)}: ${why}`, {
    retryable: true,
    cause,
  });

/** An address without its query, which may carry a token: for messages of errors. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
