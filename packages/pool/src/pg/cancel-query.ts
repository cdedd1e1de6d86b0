import { createConnection } from 'node:net';
import type { PgClient } from './driver.ts';

/** The protocol's number of a cancel request: it stands where a startup message has its version. */
const cancelCode = (1234 << 16) | 5678;

/**
 * After these times (ms) the request is repeated. A session that the server has not yet let read its query does nothing when
 * it is asked to end it, and runs it later. A request that comes after the session's end has no effect.
 */
const repeatedAfterMs = [1_000, 10_000];

/**
 * Asks the server to end what a connection is doing. A session whose socket has gone finishes its query first, and keeps
 * its slot until then. The request takes no slot of its own. Resolves when it was sent, or could not be; it is repeated
 * after that.
 */
export async function cancelQuery(client: PgClient): Promise<void> {
  await requestCancel(client);
  for (const ms of repeatedAfterMs) setTimeout(() => void requestCancel(client), ms).unref();
}

function requestCancel({ host, port, processID, secretKey }: PgClient): Promise<void> {
  if (processID == null || secretKey == null) return Promise.resolve();
  const request = Buffer.alloc(16);
  [16, cancelCode, processID, secretKey].forEach((word, i) => void request.writeInt32BE(word, 4 * i));
  return new Promise((resolve) => {
    const socket = host.startsWith('/')
      ? createConnection(`${host}/.s.PGSQL.${port}`)
      : createConnection(port, host);
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    // The server answers by closing.
    socket.setTimeout(1_000, () => socket.destroy());
    socket.end(request);
    socket.resume();
  });
}
