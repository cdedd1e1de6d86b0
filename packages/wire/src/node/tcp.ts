import { X509Certificate } from 'node:crypto';
import {
  type AddressInfo,
  createServer,
  isIP,
  type Server,
  type Socket,
  connect as tcpConnect,
} from 'node:net';
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  type SecureContextOptions,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import { type Closable, Lifetime, messageOf, systemCode, type WaitOptions, within } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import { WireError } from '../errors.ts';
import { SocketChannel } from './socket-channel.ts';
import { wireProtocol } from './wire-protocol.ts';

/** PEM text of a certificate (with its chain), its key, and the authority that the peer's certificate must come from. */
export interface TlsMaterial {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** A server that has one requires a certificate of every client. */
  readonly ca?: string | undefined;
}

/** TLS of a listener, which may be renewed while it listens. */
export interface TlsSource {
  readonly current: TlsMaterial;
  /** Calls `listener` whenever there is newer material, until the function that it returns is called. */
  onChange(listener: (material: TlsMaterial) => void): () => void;
}

/** The address of a listener, and what it does with a peer. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  readonly tls?: TlsMaterial | TlsSource | undefined;
  /** Milliseconds for a TLS handshake. Default 10 000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** A peer has connected. The channel belongs to the callee from then on, also when the listener closes. */
  readonly onChannel: (channel: Channel) => void;
  /** A peer failed before there was a channel: no TLS, or no certificate. For logs. */
  readonly onRefused?: ((error: Error) => void) | undefined;
}

/** A listener. `close()` accepts no more peers and does not wait for open channels: they belong to their users. */
export interface StreamListener extends Closable {
  readonly host: string;
  readonly port: number;
}

const handshakeTimeoutMs = 10_000;
export const dialTimeoutMs = 10_000;
/** Connections that wait to be accepted. */
const backlog = 1024;

/** Listens for TCP or TLS connections. Rejects with `WIRE_LISTEN_FAILED` or `WIRE_TLS_INVALID`. */
export async function listenStreams(options: ListenOptions): Promise<StreamListener> {
  const { tls } = options;
  const server = tls === undefined ? createServer({ allowHalfOpen: true }) : tlsServer(options, tls);
  const lifetime = new Lifetime('listener', {
    drain() {
      server.close();
    },
  });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    // A handshake may end after the listener did.
    if (lifetime.closed) socket.destroy();
    else options.onChannel(new SocketChannel(socket, tls === undefined ? 'tcp' : 'tls'));
  });
  await listening(server, options.host ?? '127.0.0.1', options.port ?? 0);
  server.on('error', (error) => options.onRefused?.(error));
  const { address, port } = server.address() as AddressInfo;
  return Object.assign(lifetime, { host: address, port });
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `Cannot listen on ${host}:${port}: ${messageOf(cause)}`;
      reject(
        new WireError('WIRE_LISTEN_FAILED', message, {
          cause,
          retryable: systemCode(cause) === 'EADDRINUSE',
        }),
      );
    });
    server.listen({ host, port, backlog }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function tlsServer(options: ListenOptions, tls: TlsMaterial | TlsSource): Server {
  const isSource = 'onChange' in tls;
  const material = isSource ? tls.current : tls;
  const server = usingTls(() =>
    createTlsServer({
      ...contextOf(material),
      allowHalfOpen: true,
      ALPNProtocols: [wireProtocol],
      handshakeTimeout: options.handshakeTimeoutMs ?? handshakeTimeoutMs,
      requestCert: material.ca !== undefined,
      rejectUnauthorized: material.ca !== undefined,
    }),
  );
  server.on('tlsClientError', (error) => options.onRefused?.(error));
  if (isSource)
    server.on(
      'close',
      tls.onChange((renewed) => server.setSecureContext(contextOf(renewed))),
    );
  return server;
}

/** For OpenSSL. Throws where it would take no authority for all of them, or part of them for the whole. */
export function contextOf({ cert, key, ca }: TlsMaterial): SecureContextOptions {
  if (ca !== undefined) checkAuthorities(ca);
  return { minVersion: 'TLSv1.3', ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) };
}

/** OpenSSL takes authorities up to the first that it does not understand, and says nothing. */
function checkAuthorities(ca: string): void {
  const begun = ca.match(/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/g) ?? [];
  const whole = ca.match(/-----BEGIN ((X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
  if (begun.length === 0) throw new Error('there is no authority');
  if (whole.length < begun.length) throw new Error('an authority is cut off');
  for (const certificate of whole) new X509Certificate(certificate);
}

/** Turns what OpenSSL says of certificates and keys into ours. */
export function usingTls<T>(create: () => T): T {
  try {
    return create();
  } catch (cause) {
    throw new WireError(
      'WIRE_TLS_INVALID',
      `The certificate or its key cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** TLS of the connecting side. Without `ca` it trusts the authorities of Node. */
export interface DialTls extends TlsMaterial {
  /** The name that the server's certificate must have. Default: the host. */
  readonly serverName?: string | undefined;
}

/** The peer to connect to, and how. */
export interface DialOptions extends WaitOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain TCP. */
  readonly tls?: DialTls | undefined;
}

/**
 * Connects. Rejects with `WIRE_CONNECT_FAILED`, also when `timeoutMs` (default 10 000) pass first; with
 * `WIRE_TLS_INVALID` when our own certificate cannot be used or the server's is not trusted; with `signal.reason`.
 */
export async function dialStream(options: DialOptions): Promise<Channel> {
  const { host, port, tls, signal, timeoutMs = dialTimeoutMs } = options;
  signal?.throwIfAborted();
  const socket =
    tls === undefined
      ? tcpConnect({ host, port, allowHalfOpen: true })
      : usingTls(() => dialTls(options, tls));
  try {
    await within(connected(socket, tls === undefined ? 'connect' : 'secureConnect'), { signal, timeoutMs });
    return new SocketChannel(socket, tls === undefined ? 'tcp' : 'tls');
  } catch (cause) {
    socket.on('error', () => {});
    socket.destroy();
    signal?.throwIfAborted();
    throw dialError(cause, `${host}:${port}`);
  }
}

function dialTls({ host, port }: DialOptions, tls: DialTls): TLSSocket {
  return tlsConnect({
    ...contextOf(tls),
    ...serverNameOf(tls, host),
    host,
    port,
    allowHalfOpen: true,
    ALPNProtocols: [wireProtocol],
  } as ConnectionOptions);
}

/** An address is no name that SNI could carry; the certificate is checked against it all the same. */
export function serverNameOf({ serverName }: DialTls, host: string): { readonly servername?: string } {
  const name = serverName ?? host;
  return isIP(name) === 0 ? { servername: name } : {};
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(error);
    socket.once('error', onError);
    socket.once(event, () => {
      socket.off('error', onError);
      resolve();
    });
  });
}

/** The error of a failed connection to a place: for good where it is not trusted, or does not trust us. */
export function dialError(cause: unknown, place: string): WireError {
  const message = `No connection to ${place}: ${messageOf(cause)}`;
  const isTls = /^(ERR_(OSSL|SSL|TLS)_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(systemCode(cause) ?? '');
  if (isTls) return new WireError('WIRE_TLS_INVALID', message, { cause });
  return new WireError('WIRE_CONNECT_FAILED', message, { cause, retryable: true });
}
