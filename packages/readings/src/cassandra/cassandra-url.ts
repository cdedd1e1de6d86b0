import type { ConnectionOptions } from 'node:tls';

/** A cluster, and how it is reached. */
export interface CassandraConnection {
  /** At least one node, by name or address; the others are found through it. */
  readonly hosts: readonly string[];
  /** The port of CQL, the same on every node: nodes tell each other's addresses without ports. Default 9042. */
  readonly port?: number | undefined;
  /** Default `inkwire`. */
  readonly keyspace?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The datacentre whose nodes are asked. Default: the only one. */
  readonly dataCenter?: string | undefined;
  /** Copies of each reading, in `dataCenter` or by datacentre. Default: 3 where there are as many nodes, and 1 elsewhere. */
  readonly replication?: number | Readonly<Record<string, number>> | undefined;
  /** Whether there may be fewer nodes than copies. Default false. */
  readonly force?: boolean | undefined;
  /** Whether to use TLS, or how. Default false. */
  readonly tls?: boolean | ConnectionOptions | undefined;
}

/** What a keyspace may be called: it stands in statements without quotes. */
export const keyspaceName = /^[a-z][a-z0-9_]{0,47}$/;

const form = 'cassandra://USER:PASSWORD@HOST,HOST:PORT/KEYSPACE';

/**
 * Reads `cassandra://user:password@host1,host2:9042/keyspace?dc=…&replication=…&force=…&tls=…`, where `replication` is a number
 * or `dc1:3,dc2:2`. Throws a RangeError that names the wrong part and never the password.
 */
export function parseCassandraUrl(text: string): CassandraConnection {
  const match =
    /^cassandra:\/\/(?:(?<account>.*)@)?(?<hosts>[^/?#@]+)\/(?<keyspace>[^?#]*)(?:\?(?<query>[^#]*))?$/.exec(
      text,
    );
  if (match?.groups === undefined) throw new RangeError(`expected ${form}`);
  const { account, hosts, keyspace, query } = match.groups;
  if (!keyspaceName.test(keyspace!))
    throw new RangeError(
      `expected the keyspace of ${form} to be 1 to 48 small letters, digits and _, got "${keyspace}"`,
    );
  return {
    ...parseHosts(hosts!),
    keyspace: keyspace!,
    ...parseAccount(account),
    ...parseParameters(new URLSearchParams(query)),
  };
}

/** `host1,host2:9042`, `host1:9042,host2:9042`, `[::1]:9042`. */
function parseHosts(text: string): { readonly hosts: readonly string[]; readonly port?: number } {
  const nodes = text.split(',').map((one) => {
    const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^\s:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(one);
    const port = match?.groups?.port === undefined ? undefined : Number(match.groups.port);
    if (match === null || port === 0 || (port ?? 1) > 65_535)
      throw new RangeError(`expected the hosts of ${form} to be names or addresses, got "${one}"`);
    return { host: match.groups!.v6 ?? match.groups!.name!, port };
  });
  const ports = new Set(nodes.map(({ port }) => port).filter((port) => port !== undefined));
  if (ports.size > 1)
    throw new RangeError(
      `expected one port for all nodes, because they know each other without one, got ${[...ports].join(' and ')}`,
    );
  const [port] = ports;
  return { hosts: nodes.map(({ host }) => host), ...(port === undefined ? {} : { port }) };
}

function parseAccount(account: string | undefined): { username?: string; password?: string } {
  if (account === undefined) return {};
  const colon = account.indexOf(':');
  if (colon < 1) throw new RangeError(`expected ${form}, with both of user and password or neither`);
  try {
    return {
      username: decodeURIComponent(account.slice(0, colon)),
      password: decodeURIComponent(account.slice(colon + 1)),
    };
  } catch {
    throw new RangeError(`expected user and password of ${form} to be encoded as in every URL`);
  }
}

function parseParameters(
  given: URLSearchParams,
): Pick<CassandraConnection, 'dataCenter' | 'replication' | 'force' | 'tls'> {
  const parsed: { -readonly [K in keyof CassandraConnection]?: CassandraConnection[K] } = {};
  for (const [name, value] of given) {
    if (name === 'dc' && value !== '') parsed.dataCenter = value;
    else if (name === 'replication') parsed.replication = parseReplication(value);
    else if (name === 'force') parsed.force = parseBoolean(name, value);
    else if (name === 'tls') parsed.tls = parseBoolean(name, value);
    else
      throw new RangeError(
        `expected dc, replication, force or tls among the parameters of ${form}, got "${name}"`,
      );
  }
  return parsed;
}

function parseReplication(text: string): number | Readonly<Record<string, number>> {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const each = text.split(',').map((one) => /^([^:'"]+):([1-9]\d?)$/.exec(one));
  if (each.includes(null))
    throw new RangeError(`expected replication to be a number or dc1:3,dc2:2, got "${text}"`);
  return Object.fromEntries(each.map((match) => [match![1]!, Number(match![2])]));
}

function parseBoolean(name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false')
    throw new RangeError(`expected ${name} to be true or false, got "${value}"`);
  return value === 'true';
}
