import { expectInteger } from '@inkwire/base';
import type { Hub } from '../hub.ts';
import { type Given, type HttpLimits, httpLimits, resolveLimits } from '../limits/limits.ts';
import type { Tokens } from '../members/tokens.ts';
import type { WireService } from '../wire/wire-service.ts';

/** Certificates in PEM. */
export interface TlsOptions {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Authorities for client certificates. A client without one fails in the handshake. */
  readonly ca?: string | Buffer;
}

/** The parts that HTTP serves: a hub, and the wire for its WebSockets. */
export interface HubOnWire {
  readonly hub: Hub;
  readonly wire: WireService;
}

/** The options of the hub over HTTP. */
export interface HttpOptions {
  /** A name or address. Anything but loopback needs `tokens` or `tls.ca`. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Directory of the built page. Default: a small form that works without JavaScript. */
  readonly page?: string;
  /**
   * The tokens by role. A client presents one as `Authorization: Bearer`, as `?token=`, or as the cookie that `/?token=`
   * sets. Default: everyone is an admin.
   */
  readonly tokens?: Tokens | undefined;
  readonly tls?: TlsOptions;
  /** Further names of this server in `Host` and `Origin`, with their port if it is not the usual one: `ink.example`. */
  readonly allowedHosts?: readonly string[];
  readonly limits?: Given<HttpLimits>;
  /** A softmax model, whose weights `/api/model/weights` shows. Default: the bundled one. */
  readonly weightsModel?: string;
  /** Called with errors that are the server's own. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** The options with every default filled in. */
export type ResolvedHttpOptions = Omit<HttpOptions, 'host' | 'limits' | 'allowedHosts' | 'onError'> &
  Required<Pick<HttpOptions, 'host' | 'allowedHosts' | 'onError'>> & { readonly limits: HttpLimits };

/** Throws a TypeError or RangeError for an option out of bounds. */
export function resolveHttpOptions(options: HttpOptions): ResolvedHttpOptions {
  const port = expectInteger('port', options.port, { min: 0, max: 65_535 });
  return Object.freeze({
    ...options,
    port,
    host: options.host ?? '127.0.0.1',
    allowedHosts: (options.allowedHosts ?? []).map((host) => host.toLowerCase()),
    limits: resolveLimits(httpLimits, options.limits),
    onError: options.onError ?? console.error,
  });
}
