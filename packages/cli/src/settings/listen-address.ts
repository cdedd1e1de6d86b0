import { isIPv4, isIPv6 } from 'node:net';

/** The address of a listener. Port 0 lets the system choose; an IPv6 host stands without brackets. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
const form = 'HOST:PORT or off, such as 127.0.0.1:8080 or [::1]:8080';

/**
 * Reads `HOST:PORT` (IPv6 in brackets, RFC 3986 section 3.2.2) or the word `off`. The host is required:
 * to listen on every interface, write 0.0.0.0 or [::]. Throws a RangeError that says what was expected.
 */
export function parseListenAddress(text: string): ListenAddress | 'off' {
  if (text === 'off') return 'off';
  const parts = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,5})$/.exec(text)?.groups;
  if (parts === undefined) throw new RangeError(`expected ${form}, got "${text}"`);
  const port = Number(parts.port);
  if (port > 65_535) throw new RangeError(`expected a port from 0 to 65535, got "${text}"`);
  const { v6, name } = parts;
  if (v6 === undefined ? !isHost(name!) : !isIPv6(v6))
    throw new RangeError(`expected ${form}, got "${text}"`);
  return { host: v6 ?? name!, port };
}

/** A name, or an IPv4 address in full: digits and dots that are not one (`127.0.0.300`, `1`) are a slip. */
function isHost(text: string): boolean {
  return isIPv4(text) || (hostName.test(text) && !/^[\d.]+$/.test(text));
}

/** The address as `parseListenAddress` reads it. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
