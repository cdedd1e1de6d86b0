import { type Closable, Owner } from '@inkwire/base';
import { type PingOptions, WireError } from '@inkwire/wire';
import {
  listenStreams,
  type StreamListener,
  type TlsFiles,
  type TlsMaterial,
  type WatchedTls,
  watchTls,
} from '@inkwire/wire/node';
import { expectSafeBinding, inUrl, toListenError } from '../binding.ts';
import { tlsInvalid } from '../errors.ts';
import { TokenCheck, type Tokens } from '../members/tokens.ts';
import type { Connections } from './connections.ts';
import type { WireService } from './wire-service.ts';

/** The options of the hub on the wire. */
export interface WireOptions {
  /** A name or address. Anything but loopback needs `tokens` or an authority for client certificates. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0 lets the system choose. */
  readonly port: number;
  /** The tokens by role; a connection presents one by `hset $session token`. Default: everyone is an admin. */
  readonly tokens?: Tokens | undefined;
  /** PEM itself, or files, which are read again when they change. */
  readonly tls?: TlsMaterial | { readonly files: TlsFiles } | undefined;
  /** The time after which a multiplexed peer that answers no ping is cut. Default: within 30 s. */
  readonly ping?: PingOptions | undefined;
  /** Called with TLS files that cannot be used, and with handshakes that failed. */
  readonly onRefused?: ((error: Error) => void) | undefined;
}

/** The hub's wire. `close()` accepts no more members and ends streams in order. After half a second it cuts those still open. */
export interface WireListener extends Closable {
  /** `tcp://127.0.0.1:9527` or `tls://…`. */
  readonly url: string;
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
}

/**
 * Serves the hub on the wire: plain frames and yamux on one port. Throws `HUB_BINDING_UNSAFE`, `HUB_PORT_IN_USE`,
 * `HUB_ADDRESS_UNUSABLE`, `HUB_TLS_INVALID`.
 */
export async function listenWire(wire: WireService, options: WireOptions): Promise<WireListener> {
  const { host = '127.0.0.1', port, tls, ping, onRefused } = options;
  const tokens = TokenCheck.of(options.tokens, wire.wrongTokens);
  const hasAuthority = tls !== undefined && ('files' in tls ? tls.files.ca : tls.ca) !== undefined;
  await expectSafeBinding({ host, port, guarded: tokens !== undefined || hasAuthority, flag: 'wire' });
  const watched = tls && 'files' in tls ? await watch(tls.files, onRefused) : undefined;
  const connections = wire.connections(ping);
  try {
    const listener = await listenStreams({
      host,
      port,
      tls: watched ?? (tls as TlsMaterial | undefined),
      onChannel: (channel) => connections.accept(channel, { tokens }),
      onRefused,
    });
    return new Listener(
      listener,
      connections,
      watched,
      `${tls ? 'tls' : 'tcp'}://${inUrl(host)}:${listener.port}`,
    );
  } catch (error) {
    await watched?.close();
    if (error instanceof WireError && error.code === 'WIRE_TLS_INVALID') throw tlsInvalid(error);
    throw toListenError(error, host, port, 'wire');
  }
}

async function watch(files: TlsFiles, onUnusable: WireOptions['onRefused']): Promise<WatchedTls> {
  try {
    return await watchTls(files, { onUnusable });
  } catch (error) {
    throw tlsInvalid(error);
  }
}

class Listener extends Owner implements WireListener {
  readonly url: string;
  readonly port: number;
  readonly #listener: StreamListener;
  readonly #connections: Connections;
  readonly #watched: WatchedTls | undefined;

  constructor(
    listener: StreamListener,
    connections: Connections,
    watched: WatchedTls | undefined,
    url: string,
  ) {
    super('wire listener');
    this.url = url;
    this.port = listener.port;
    this.#listener = listener;
    this.#connections = connections;
    this.#watched = watched;
  }

  get connections(): number {
    return this.#connections.size;
  }

  protected override async drain(): Promise<void> {
    await this.#stop();
    await this.#connections.close();
  }

  protected override async abort(error: Error): Promise<void> {
    await this.#stop();
    await this.#connections.destroy(error);
  }

  async #stop(): Promise<void> {
    await Promise.all([this.#listener.close(), this.#watched?.close()]);
  }
}
