import type { WaitOptions } from '@inkwire/base';
import { type ClientOptions, WebSocket } from 'ws';
import type { Channel } from '../channels/channel.ts';
import type { PingOptions } from '../channels/heartbeat.ts';
import { openWebSocket, placeOf } from '../channels/open-websocket.ts';
import { WireError } from '../errors.ts';
import { frameHeaderBytes } from '../frames/frame-writer.ts';
import { defaultFrameLimits } from '../frames/limits.ts';
import { contextOf, type DialTls, dialError, dialTimeoutMs, serverNameOf, usingTls } from './tcp.ts';
import { wireProtocol } from './wire-protocol.ts';

/** The address to which a WebSocket connects, and how. */
export interface WebSocketDialOptions extends WaitOptions {
  /** `ws://…/wire` or `wss://…/wire`. */
  readonly url: string | URL;
  /** Of `wss:`. Absent: the authorities that Node trusts, and no certificate of our own. */
  readonly tls?: DialTls | undefined;
  /** The detection of a dead server; false: none. Default: within 30 s. */
  readonly ping?: PingOptions | false | undefined;
}

/**
 * Connects by WebSocket. Rejects with `WIRE_CONNECT_FAILED`, also when `timeoutMs` (default 10 000) pass first; with
 * `WIRE_TLS_INVALID` when our own certificate cannot be used or the server's is not trusted; with `signal.reason`; with a
 * TypeError for a URL that is none of a WebSocket.
 */
export async function dialWebSocket(options: WebSocketDialOptions): Promise<Channel> {
  const { tls, ping, signal, timeoutMs = dialTimeoutMs } = options;
  const url = webSocketUrl(options.url);
  signal?.throwIfAborted();
  const socket = usingTls(
    () =>
      new WebSocket(url, wireProtocol, {
        perMessageDeflate: false,
        maxPayload: defaultFrameLimits.maxFrameBytes + frameHeaderBytes,
        ...(tls && url.protocol === 'wss:' && secured(tls, url)),
      }),
  );
  try {
    return await openWebSocket(socket, { signal, timeoutMs, ping });
  } catch (error) {
    // A browser does not say whether trying again may help; `ws` does.
    if (error instanceof WireError && error.cause !== undefined)
      throw dialError(error.cause, placeOf(url.href));
    throw error;
  }
}

function webSocketUrl(url: string | URL): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^wss?:$/.test(parsed.protocol) || parsed.hash !== '')
    throw new TypeError(`Expected \`url\` to be ws: or wss: and without a fragment, got \`${url}\``);
  return parsed;
}

/** TLS 1.2 as well, as for every other wss: there may be a proxy before the hub. */
function secured(tls: DialTls, { hostname }: URL): ClientOptions {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { ...contextOf(tls), minVersion: 'TLSv1.2', ...serverNameOf(tls, host) };
}
