/**
 * The health check of a container: exit code 0 when the process in it answers. It asks `/healthz` where HTTP is on. Where
 * every client needs a certificate, or HTTP is off, an accepted connection has to do.
 */
import { connect } from 'node:net';

const { INKWIRE_HTTP: http, INKWIRE_WIRE: wire, INKWIRE_TLS_CERT, INKWIRE_TLS_CA } = process.env;
const end = (isHealthy) => process.exit(isHealthy ? 0 : 1);
const portOf = (address) => Number(address.slice(address.lastIndexOf(':') + 1));
setTimeout(end, 4000, false);

if (http === 'off' || INKWIRE_TLS_CA) {
  const port = portOf(http === 'off' ? wire : http);
  connect({ host: '127.0.0.1', port }, () => end(true)).on('error', () => end(false));
} else {
  const { get } = await import(INKWIRE_TLS_CERT ? 'node:https' : 'node:http');
  // The certificate is for the name that clients use, and not for the loopback address.
  const options = { host: '127.0.0.1', port: portOf(http), path: '/healthz', rejectUnauthorized: false };
  get(options, ({ statusCode }) => end(statusCode === 200)).on('error', () => end(false));
}
