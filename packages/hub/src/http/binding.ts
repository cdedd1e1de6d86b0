import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { messageOf, systemCode } from '@inkwire/base';
import { HubError } from '../errors.ts';
import type { ResolvedHttpOptions } from './options.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an IP address is this machine itself. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  const version = isIP(plain);
  return version !== 0 && loopback.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

/** An address as it stands in a URL. */
export function inUrl(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/**
 * Whether everybody who can reach the host is this machine itself. Throws `HUB_BINDING_UNSAFE` when others can and
 * neither a token nor client certificates keep them out; `HUB_ADDRESS_UNUSABLE` for a name that nobody knows.
 */
export async function expectSafeBinding({ host, port, token, tls }: ResolvedHttpOptions): Promise<boolean> {
  const local = (await addressesOf(host, port)).every(isLoopback);
  if (local || token !== undefined || tls?.ca !== undefined) return local;
  throw new HubError(
    'HUB_BINDING_UNSAFE',
    `Anybody could read and delete everything on ${inUrl(host)}:${port}. Set a token (--token, INKWIRE_TOKEN) or ask ` +
      'for client certificates (--tls-cert, --tls-key and --tls-ca), or listen on 127.0.0.1',
  );
}

async function addressesOf(host: string, port: number): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw toListenError(error, host, port);
  }
}

/** Turns what the system says of listening into a HubError. */
export function toListenError(error: unknown, host: string, port: number): unknown {
  const where = `${inUrl(host)}:${port}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new HubError('HUB_PORT_IN_USE', `${where} is in use; choose another with --http HOST:PORT`, {
        cause: error,
        retryable: true,
      });
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new HubError('HUB_ADDRESS_UNUSABLE', `Cannot listen on ${where}: ${messageOf(error)}`, {
        cause: error,
      });
    default:
      return error;
  }
}
