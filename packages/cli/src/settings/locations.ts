import { isAbsolute, resolve } from 'node:path';
import { parseCassandraUrl } from '@inkwire/readings/cassandra';

/** Which engine keeps the readings, and where. */
export type ReadingsLocation =
  | { readonly engine: 'lmdb'; readonly directory: string }
  /** `url` has the password: `shownLocation` is for people. */
  | { readonly engine: 'postgres' | 'cassandra'; readonly url: string };

/**
 * Reads `lmdb:DIRECTORY`, `postgres://USER@HOST/DATABASE` or `cassandra://HOST,HOST/KEYSPACE`; a relative directory starts from
 * `base`. Throws a RangeError that lists the engines. `lmdb://host/…` is refused: LMDB files live on this machine.
 */
export function parseReadingsLocation(text: string, base: string): ReadingsLocation {
  if (/^postgres(ql)?:/.test(text) && isWholeUrl(text)) return { engine: 'postgres', url: text };
  if (text.startsWith('cassandra:')) {
    parseCassandraUrl(text);
    return { engine: 'cassandra', url: text };
  }
  const path = /^lmdb:(?:\/\/(?=\/))?(?<path>.+)$/.exec(text)?.groups?.path;
  if (path === undefined || path.startsWith('//')) {
    throw new RangeError(
      `expected lmdb:DIRECTORY, postgres://USER@HOST/DATABASE or cassandra://HOST,HOST/KEYSPACE, got "${hidePassword(text)}"`,
    );
  }
  return { engine: 'lmdb', directory: isAbsolute(path) ? path : resolve(base, path) };
}

/** Whether a URL names a database, and its parts can be decoded: the driver would fail to at each connection. */
function isWholeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password, pathname } = new URL(text);
  try {
    return decodeURIComponent(username + password + pathname).length > 1 && pathname.length > 1;
  } catch {
    return false;
  }
}

/** The default location of the readings, in the data directory. */
export function defaultReadingsLocation(dataDirectory: string): ReadingsLocation {
  return { engine: 'lmdb', directory: resolve(dataDirectory, 'readings') };
}

/** The location as people may see it: without a password. */
export function shownLocation(location: ReadingsLocation): string {
  return location.engine === 'lmdb' ? location.directory : hidePassword(location.url);
}

/** A password does not belong in a log: neither before the host nor among the parameters. */
function hidePassword(text: string): string {
  return text
    .replace(/(:\/\/[^:/?#]*):.*@/, '$1:…@')
    .replace(/([?&](?:password|sslpassword)=)[^&#]*/gi, '$1…');
}

/** A database, and the driver that speaks to it. */
export interface DatabaseLocation {
  readonly engine: 'postgres' | 'mysql';
  /** With its password: not to be shown. */
  readonly url: string;
}

const engines: Readonly<Record<string, DatabaseLocation['engine']>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
};

/** Reads `postgres://USER@HOST/DATABASE` or `mysql://…`. Throws a RangeError that does not say what was given: it may hold a password. */
export function parseDatabaseLocation(text: string): DatabaseLocation {
  const engine = URL.canParse(text) ? engines[new URL(text).protocol] : undefined;
  if (engine === undefined)
    throw new RangeError('expected postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE');
  return { engine, url: text };
}

/** A bus between hubs: the servers, and how they are signed in to. */
export interface BusLocation {
  /** `host:port` of each. */
  readonly servers: readonly string[];
  /** Hubs see those of one space. */
  readonly space: string;
  readonly tls: boolean;
  readonly user?: string;
  /** Not to be shown. */
  readonly password?: string;
  /** Instead of user and password. Not to be shown. */
  readonly token?: string;
}

const busUrl =
  /^(?<scheme>nats|tls):\/\/(?:(?<user>[^:@/]+)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<space>[\w-]{1,64})?)?$/;
const busHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::(?<port>\d{1,5}))?$/i;

/**
 * Reads `nats://HOST:PORT`, with several servers separated by commas and a space after a slash; `tls://…` for TLS,
 * `USER:PASSWORD@` or `TOKEN@` before the first host. Throws a RangeError that does not say what was given: it may hold a
 * password.
 */
export function parseBusLocation(text: string): BusLocation {
  const { scheme, user, password, hosts = '', space = 'inkwire' } = busUrl.exec(text)?.groups ?? {};
  const servers = hosts.split(',').map((host) => {
    const port = busHost.exec(host) && (busHost.exec(host)?.groups?.port ?? '4222');
    if (port === null || Number(port) < 1 || Number(port) > 65_535)
      throw new RangeError(
        'expected nats://HOST:PORT or tls://HOST:PORT, such as nats://10.0.0.1:4222,10.0.0.2:4222/ink',
      );
    return host.endsWith(`:${port}`) ? host : `${host}:${port}`;
  });
  return { servers, space, tls: scheme === 'tls', ...signIn(user, password) };
}

function signIn(user: string | undefined, password: string | undefined) {
  try {
    if (user === undefined) return {};
    if (password === undefined) return { token: decodeURIComponent(user) };
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch {
    throw new RangeError('expected % in a user, a password or a token as %25');
  }
}

/** The bus as people may see it. */
export function shownBus({ servers, space, tls }: BusLocation): string {
  return `${tls ? 'tls' : 'nats'}://${servers.join(',')}/${space}`;
}
