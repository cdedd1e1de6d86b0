import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../binding.ts';
import { HubError } from '../errors.ts';
import type { ResolvedHttpOptions } from './options.ts';

/*
 * Who may do what, in the order in which it is asked of every request:
 *
 * 1. Host: on loopback the name must be ours, or a page elsewhere could have its own name resolve to this machine and
 *    read what is here (DNS rebinding).
 * 2. Origin: whatever changes something comes from our own page, or from a program, which sends no origin.
 * 3. Token: when there is one, everything but the page's own files and the liveness check needs it.
 *
 * Before all of them requests are counted (`server.ts`), so that nobody tries tokens without end.
 */

const cookieName = 'inkwire-token';
const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** What anybody may fetch: it is the same for everybody. */
const openPath = /^\/(?:healthz|[\w.-]+\.(?:js|css|svg|ico|png|webmanifest)|assets\/[\w./-]+)?$/;

/** What of a request the checks look at: Fastify's has it, and so has Node's own. */
type Asked = Pick<IncomingMessage, 'headers'> & { readonly url?: string | undefined };

/** Whether it is what anybody may fetch, and no token is tried on it. */
export function isOpen({ method, url }: FastifyRequest): boolean {
  const { path, query } = splitUrl(url);
  return (method === 'GET' || method === 'HEAD') && !query.has('token') && openPath.test(path);
}

/** Adds the three checks to every route. */
export function addGuard(app: FastifyInstance, options: ResolvedHttpOptions, isLocal: boolean): void {
  const expectToken =
    options.token === undefined ? undefined : tokenCheck(options.token, options.tls !== undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (isLocal) expectOwnHost(request, options.allowedHosts);
    if (changing.has(request.method)) expectOwnOrigin(request, options.allowedHosts);
    return expectToken?.(request, reply);
  });
}

/** The first two checks, of a request that no route answers: one that becomes a WebSocket. */
export function isFromHere(
  request: Asked,
  { allowedHosts }: Pick<ResolvedHttpOptions, 'allowedHosts'>,
  isLocal: boolean,
): boolean {
  try {
    if (isLocal) expectOwnHost(request, allowedHosts);
    expectOwnOrigin(request, allowedHosts);
    return true;
  } catch {
    return false;
  }
}

/** Whether the request brings the token, in whichever way. */
export function presentsToken(request: Asked, token: string): boolean {
  const given = tokenOf(request);
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function tokenOf(request: Asked): string | undefined {
  return bearerOf(request) ?? splitUrl(request.url ?? '').query.get('token') ?? cookieOf(request);
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

function tokenCheck(token: string, secure: boolean) {
  const expected = digest(token);
  const isRight = (given: string) => timingSafeEqual(digest(given), expected);

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { path, query } = splitUrl(request.url);
    const asked = query.get('token');
    if (path === '/' && asked !== null && isRight(asked)) return rememberToken(reply, asked, secure);
    if (isOpen(request)) return undefined;
    const given = tokenOf(request);
    if (given === undefined || given === '') return refuse(reply, 'HUB_TOKEN_MISSING');
    return isRight(given) ? undefined : refuse(reply, 'HUB_TOKEN_WRONG');
  };
}

/** Digests are of one length, so that comparing them tells nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(reply: FastifyReply, code: 'HUB_TOKEN_MISSING' | 'HUB_TOKEN_WRONG'): never {
  reply.header('www-authenticate', 'Bearer realm="inkwire"');
  throw new HubError(
    code,
    'Present the token as `Authorization: Bearer …`, or open the page once with `/?token=…`',
  );
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
