import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../binding.ts';
import { HubError } from '../errors.ts';
import type { Role, TokenCheck } from '../members/tokens.ts';
import { problemOf } from '../problem.ts';
import type { ResolvedHttpOptions } from './options.ts';

/*
 * Each request is checked in this order:
 *
 * 1. Host: on loopback the name must be this server's. Otherwise a page elsewhere could make its own name resolve to
 *    this machine and read what is here (DNS rebinding).
 * 2. Origin: a request that changes something comes from the hub's own page, or from a program, which sends no origin.
 * 3. Token: where there are tokens, every request needs one, except for the page's own files and the liveness check.
 * 4. Role: a request that changes something, or has a picture read, needs the role `write`.
 *
 * Requests are counted before that (`server.ts`), and wrong tokens for each address (`tokens.ts`), so that nobody can try
 * tokens without end.
 */

const cookieName = 'inkwire-token';
const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** The paths that anyone may fetch without a token: the answer is the same for everyone. */
const openPath = /^\/(?:healthz|[\w.-]+\.(?:js|css|svg|ico|png|webmanifest)|assets\/[\w./-]+)?$/;

/** The part of a request that the checks read. Fastify's requests have it, and so have Node's. */
type Asked = Pick<IncomingMessage, 'headers'> & { readonly url?: string | undefined };

/** Whether the request needs no token, and presents none. */
export function isOpen({ method, url }: FastifyRequest): boolean {
  const { path, query } = splitUrl(url);
  return (method === 'GET' || method === 'HEAD') && !query.has('token') && openPath.test(path);
}

/** The addresses that reach the listener, and the tokens that it accepts. */
export interface Access {
  /** Only this machine can reach it. */
  readonly isLocal: boolean;
  /** Undefined: everyone is an admin. */
  readonly tokens: TokenCheck | undefined;
}

/** Adds the checks to every route. */
export function addGuard(
  app: FastifyInstance,
  options: ResolvedHttpOptions,
  { isLocal, tokens }: Access,
): void {
  const expectToken = tokens && tokenCheck(tokens, options.tls !== undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (isLocal) expectOwnHost(request, options.allowedHosts);
    if (changing.has(request.method)) expectOwnOrigin(request, options.allowedHosts);
    return expectToken?.(request, reply);
  });
}

/** The first two checks, for a request that becomes a WebSocket. Throws what they throw. */
export function expectFromHere(
  request: Asked,
  { allowedHosts }: Pick<ResolvedHttpOptions, 'allowedHosts'>,
  isLocal: boolean,
): void {
  if (isLocal) expectOwnHost(request, allowedHosts);
  expectOwnOrigin(request, allowedHosts);
}

/** The token of a request: from its header, its URL or its cookie. */
export function tokenOf(request: Asked): string | undefined {
  return (
    bearerOf(request) ?? splitUrl(request.url ?? '').query.get('token') ?? cookieOf(request) ?? undefined
  );
}

function expectOwnHost({ headers }: Asked, allowed: readonly string[]): void {
  const host = headers.host?.toLowerCase() ?? '';
  const name = host.replace(/:\d*$/, '');
  const address = name.replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || isLoopback(address) || allowed.includes(host) || allowed.includes(name)) return;
  throw new HubError('HUB_HOST_REFUSED', 'The request names a host that is not this one');
}

function expectOwnOrigin({ headers }: Asked, allowed: readonly string[]): void {
  const { origin, host } = headers;
  if (origin === undefined) {
    if (headers['sec-fetch-site'] !== 'cross-site') return;
  } else if (URL.canParse(origin)) {
    const from = new URL(origin).host.toLowerCase();
    if (from !== '' && (from === host?.toLowerCase() || allowed.includes(from))) return;
  }
  throw new HubError('HUB_ORIGIN_REFUSED', 'The request comes from a page of another origin');
}

function tokenCheck(tokens: TokenCheck, secure: boolean) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { path, query } = splitUrl(request.url);
    const asked = query.get('token');
    if (path === '/' && asked) {
      present(tokens, asked, request, reply);
      return rememberToken(reply, asked, secure);
    }
    if (isOpen(request)) return undefined;
    const role = present(tokens, tokenOf(request), request, reply);
    if (role === 'read' && changing.has(request.method))
      throw new HubError('HUB_ROLE_INSUFFICIENT', 'The token is for reading only');
    return undefined;
  };
}

/** The role that the token gives. A refusal says how to present one, or when to try again. */
function present(
  tokens: TokenCheck,
  token: string | undefined,
  { ip }: FastifyRequest,
  reply: FastifyReply,
): Role {
  try {
    if (token) return tokens.roleOf(token, ip);
    throw new HubError(
      'HUB_TOKEN_MISSING',
      'Present the token as `Authorization: Bearer …`, or open the page once with `/?token=…`',
    );
  } catch (error) {
    if (problemOf(error).status === 401) reply.header('www-authenticate', 'Bearer realm="inkwire"');
    else reply.header('retry-after', String(tokens.waitSeconds(ip)));
    throw error;
  }
}

/** The page's pictures and event stream cannot send headers, a cookie they can. */
function rememberToken(reply: FastifyReply, token: string, secure: boolean): FastifyReply {
  const cookie = `${cookieName}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
  return reply.header('set-cookie', secure ? `${cookie}; Secure` : cookie).redirect('/', 303);
}

function bearerOf({ headers }: Asked): string | undefined {
  return /^Bearer +(?<token>\S+) *$/i.exec(headers.authorization ?? '')?.groups?.token;
}

function cookieOf({ headers }: Asked): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const at = url.indexOf('?');
  return at < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
}
