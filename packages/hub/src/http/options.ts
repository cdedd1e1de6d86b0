import { expectInteger } from '@inkwire/base';
import type { Tokens } from '../members/tokens.ts';

/** Certificates in PEM. */
export interface TlsOptions {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Authorities whose client certificates are asked for; who has none is turned away in the handshake. */
  readonly ca?: string | Buffer;
}

/** Every limit with its default; each is checked before memory is taken for what it limits. */
export const defaultLimits = {
  /** Bytes of one picture. */
  maxPictureBytes: 10 * 2 ** 20,
  /** `file` parts of one form. */
  maxFiles: 20,
  /** Bytes of one form. */
  maxFormBytes: 100 * 2 ** 20,
  /** Bytes of a JSON body. */
  maxJsonBytes: 2 ** 20,
  /** Strokes of one drawing, and points of all of them together. */
  maxStrokes: 1_000,
  maxPoints: 50_000,
  /** MNIST pictures in one call of `/api/samples`. */
  maxSamples: 100,
  /** Bytes of a request's line and headers together. */
  maxHeaderBytes: 16 * 2 ** 10,
  /** Bytes of bodies that are being received or read, over all requests; past it, 503. */
  maxBodiesBytes: 256 * 2 ** 20,
  /** Open sockets; the next is closed at once. */
  maxConnections: 1_000,
  /** Listeners to `/api/events`; the next gets 503. */
  maxEventStreams: 200,
  /** Bytes that one of them may lag behind before it is cut off. */
  maxEventLagBytes: 2 ** 20,
  /** Requests a minute from one address (an IPv6 /64 is one), pages and assets apart, and as many WebSockets; then 429. */
  requestsPerMinute: 3_000,
  /** The same for this machine itself. */
  loopbackRequestsPerMinute: 120_000,
  /** How long the headers, and the whole request, may take to arrive. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  /** How long a socket may be silent in the middle of something, and between two requests. */
  idleTimeoutMs: 60_000,
  keepAliveTimeoutMs: 30_000,
  /** How long the reading of one picture may take, waiting included. */
  readTimeoutMs: 20_000,
  /** How long `close()` waits for requests under way. */
  closeTimeoutMs: 10_000,
} as const;

/** The limits of one listener. */
export type HttpLimits = { readonly [Name in keyof typeof defaultLimits]: number };

/** How the hub is served over HTTP. */
export interface HttpOptions {
  /** A name or address. Anything but loopback needs `tokens` or `tls.ca`. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Directory of the built page. Default: a small form that works without JavaScript. */
  readonly page?: string;
  /**
   * What clients must present, and the role that each gives: `Authorization: Bearer`, `?token=`, or the cookie that `/?token=`
   * gives. Default: everyone is an admin.
   */
  readonly tokens?: Tokens | undefined;
  readonly tls?: TlsOptions;
  /** Further names in `Host` and `Origin` that are ours, with their port if it is not the usual one: `ink.example`. */
  readonly allowedHosts?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
  /** A softmax model, whose weights `/api/model/weights` shows. Default: the bundled one. */
  readonly weightsModel?: string;
  /** Hears of errors that are the server's own. Default: `console.error`. */
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
    limits: resolveLimits(options.limits ?? {}),
    onError: options.onError ?? console.error,
  });
}

function resolveLimits(limits: Partial<HttpLimits>): HttpLimits {
  const unknown = Object.keys(limits).find((name) => !(name in defaultLimits));
  if (unknown !== undefined) throw new RangeError(`Expected a limit, got \`${unknown}\``);
  const resolved = { ...defaultLimits, ...limits } as HttpLimits;
  for (const [name, value] of Object.entries(resolved)) expectInteger(`limits.${name}`, value, { min: 1 });
  return Object.freeze(resolved);
}
