import type { AddressInfo, Server, Socket } from 'node:net';
import { type Closable, Owner, within } from '@inkwire/base';
import type { FastifyInstance } from 'fastify';
import { expectSafeBinding, inUrl, toListenError } from '../binding.ts';
import { TokenCheck } from '../members/tokens.ts';
import type { WireService } from '../wire/wire-service.ts';
import type { Access } from './guard.ts';
import { type HttpOptions, type HubOnWire, type ResolvedHttpOptions, resolveHttpOptions } from './options.ts';
import { createMetricsServer, createServer } from './server.ts';

/** A hub that is served over HTTP. `close()` answers what is under way and ends event streams; `destroy()` cuts. */
export interface HttpListener extends Closable {
  /** The address: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Serves the hub over HTTP. Throws `HUB_BINDING_UNSAFE`, `HUB_PORT_IN_USE`, `HUB_ADDRESS_UNUSABLE`, `HUB_TLS_INVALID`,
 * `HUB_PAGE_MISSING`, and a TypeError or RangeError for options out of bounds.
 */
export function listenHttp(served: HubOnWire, options: HttpOptions): Promise<HttpListener> {
  return listen(served.wire, options, (resolved, access) => createServer(served, resolved, access));
}

/** Serves `/metrics` and `/healthz` of an allocator that runs alone. Throws what `listenHttp` throws. */
export function listenMetrics(
  wire: WireService,
  options: Pick<HttpOptions, 'host' | 'port' | 'tokens' | 'tls' | 'allowedHosts' | 'onError'>,
): Promise<HttpListener> {
  return listen(wire, options, (resolved, access) => createMetricsServer(wire, resolved, access));
}

async function listen(
  wire: WireService,
  options: HttpOptions,
  create: (options: ResolvedHttpOptions, access: Access) => Promise<{ readonly app: FastifyInstance }>,
): Promise<HttpListener> {
  const resolved = resolveHttpOptions(options);
  const { host, port, tls } = resolved;
  const tokens = TokenCheck.of(resolved.tokens, wire.wrongTokens);
  const guarded = tokens !== undefined || tls?.ca !== undefined;
  const isLocal = await expectSafeBinding({ host, port, guarded, flag: 'http' });
  const { app } = await create(resolved, { isLocal, tokens });
  const connections = new Connections(app.server);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw toListenError(error, host, port, 'http');
  }
  return new Listener(app, connections, resolved);
}

class Listener extends Owner implements HttpListener {
  readonly url: string;
  readonly port: number;
  readonly #app: FastifyInstance;
  readonly #connections: Connections;
  readonly #closeTimeoutMs: number;

  constructor(app: FastifyInstance, connections: Connections, { host, tls, limits }: ResolvedHttpOptions) {
    super('listener');
    this.port = (app.server.address() as AddressInfo).port;
    this.url = `${tls ? 'https' : 'http'}://${inUrl(host)}:${this.port}`;
    this.#app = app;
    this.#connections = connections;
    this.#closeTimeoutMs = limits.closeTimeoutMs;
  }

  protected override drain(): Promise<void> {
    return closeWithin(this.#app, this.#connections, this.#closeTimeoutMs);
  }

  protected override async abort(): Promise<void> {
    this.#connections.cut();
    await this.#app.close();
  }
}

/**
 * Every socket of a server, also those that have not got as far as HTTP: one in the middle of a TLS handshake would keep
 * the server from closing, and `closeAllConnections` does not know it.
 */
class Connections {
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      if (this.#isCut) return void socket.destroy();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Ends all of them, and whatever comes now. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Waits for what is under way, and cuts what is not done in time. */
async function closeWithin(app: FastifyInstance, connections: Connections, timeoutMs: number): Promise<void> {
  const closing = app.close();
  await within(closing, { timeoutMs }).catch(() => connections.cut());
  await closing;
}
