import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Closable, Lifetime } from '@inkwire/base';
import { WebSocketServer } from 'ws';
import type { Channel } from '../channels/channel.ts';
import { type PingOptions, resolvePing } from '../channels/heartbeat.ts';
import { webSocketChannel } from '../channels/websocket-channel.ts';
import { frameHeaderBytes } from '../frames/frame-writer.ts';
import { defaultFrameLimits } from '../frames/limits.ts';
import { keepAliveAfterMs } from './socket-channel.ts';
import { wireProtocol } from './wire-protocol.ts';

/** The WebSockets that a server accepts, and their limits. */
export interface WebSocketServerOptions {
  /** A server of node:http or node:https. Its owner still closes it. */
  readonly server: Server;
  /** Default `/wire`. */
  readonly path?: string | undefined;
  /** The subprotocol, which every client must offer. Default `kv`. */
  readonly protocol?: string | undefined;
  /** Whether a page of that origin may connect. Default: programs (no origin), and pages that this server serves. */
  readonly isAllowedOrigin?: ((origin: string | undefined, request: IncomingMessage) => boolean) | undefined;
  /**
   * Most bytes of one WebSocket message, which is kept until it is whole, for a connection's whole life; longer frames
   * come in several messages. One number, or one for each request. Default: a frame of 16 MiB with its header.
   */
  readonly maxMessageBytes?: number | ((request: IncomingMessage) => number | undefined) | undefined;
  /** The detection of a dead peer; false: none. Default: within 30 s. */
  readonly ping?: PingOptions | false | undefined;
  readonly onChannel: (channel: Channel, request: IncomingMessage) => void;
}

/**
 * Accepts WebSockets on an HTTP server. `close()` accepts no more; open channels belong to their users. Throws a
 * RangeError for an option out of bounds.
 */
export function acceptWebSockets(options: WebSocketServerOptions): Closable {
  const { server, path = '/wire', protocol = wireProtocol, isAllowedOrigin = isSameOrigin } = options;
  const { maxMessageBytes, ping } = options;
  resolvePing(ping);
  /** Of ws, one for each length of messages: it knows no other way to set that. */
  const servers = new Map<number, WebSocketServer>();

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refuse(socket, refusal);
    request.socket.setKeepAlive(true, keepAliveAfterMs);
    serverFor(request).handleUpgrade(request, socket, head, (accepted) => {
      const { remoteAddress = '', remotePort = 0 } = request.socket;
      const peer = Object.freeze({ address: remoteAddress, port: remotePort });
      options.onChannel(webSocketChannel(accepted, { peer, ping }), request);
    });
  };
  server.on('upgrade', onUpgrade);
  return new Lifetime('WebSocket listener', {
    drain() {
      server.off('upgrade', onUpgrade);
    },
  });

  function serverFor(request: IncomingMessage): WebSocketServer {
    const most = typeof maxMessageBytes === 'function' ? maxMessageBytes(request) : maxMessageBytes;
    const maxPayload = most ?? defaultFrameLimits.maxFrameBytes + frameHeaderBytes;
    let sockets = servers.get(maxPayload);
    if (sockets === undefined) {
      sockets = new WebSocketServer({
        noServer: true,
        // The frames within are compressed where it is worth it.
        perMessageDeflate: false,
        clientTracking: false,
        maxPayload,
        handleProtocols: () => protocol,
      });
      servers.set(maxPayload, sockets);
    }
    return sockets;
  }

  function refusalOf(request: IncomingMessage): number | undefined {
    if (request.url?.split('?', 1)[0] !== path) return 404;
    if (!isAllowedOrigin(request.headers.origin, request)) return 403;
    return offered(request).includes(protocol) ? undefined : 400;
  }
}

const offered = (request: IncomingMessage) =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

function isSameOrigin(origin: string | undefined, request: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}
