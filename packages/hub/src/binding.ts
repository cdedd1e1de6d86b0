import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { messageOf, systemCode } from '@inkwire/base';
import { WireError } from '@inkwire/wire';
import { HubError } from './errors.ts';

/** Whether an address is this machine itself, in the spelling that the system uses. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);
}

/** An address as it stands in a URL. */
export function inUrl(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/** The address that a listener is about to listen on, and its protection. */
export interface Binding {
  readonly host: string;
  readonly port: number;
  /** Whether a token or client certificates keep strangers out. */
  readonly guarded: boolean;
  /** The command's flag for it, which the messages name. */
  readonly flag: 'http' | 'wire' | 'lab';
}

/**
 * Whether only this machine can reach the host. Throws `HUB_BINDING_UNSAFE` if others can and neither a token nor client
 * certificates keep them out, and `HUB_ADDRESS_UNUSABLE` for a name that cannot be resolved.
 */
export async function expectSafeBinding({ host, port, guarded, flag }: Binding): Promise<boolean> {
  const local = (await addressesOf(host, port, flag)).every(isLoopback);
  if (local || guarded) return local;
  throw new HubError(
    'HUB_BINDING_UNSAFE',
    `Anybody could read and delete everything on ${inUrl(host)}:${port}. Set a token (--token, INKWIRE_TOKEN) or ask ` +
      'for client certificates (--tls-cert, --tls-key and --tls-ca), or listen on 127.0.0.1',
  );
}

async function addressesOf(host: string, port: number, flag: Binding['flag']): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw toListenError(error, host, port, flag);
  }
}

/** Turns an error of the system on listening, also one that the wire has wrapped, into a HubError. */
export function toListenError(failure: unknown, host: string, port: number, flag: Binding['flag']): unknown {
  const error = failure instanceof WireError ? (failure.cause ?? failure) : failure;
  const where = `${inUrl(host)}:${port}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new HubError('HUB_PORT_IN_USE', `${where} is in use; choose another with --${flag} HOST:PORT`, {
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
