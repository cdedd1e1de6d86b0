import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { cassandraError } from './cassandra-errors.ts';

/** The frame OPTIONS of protocol version 4, which every server answers before it asks who is there. */
const question = Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]);
const isResponse = 0x80;
const supported = 6;

/**
 * Resolves when one of the hosts speaks CQL. Asked before the driver: from a server of another kind, or one that is silent,
 * that learns nothing for 12 seconds. Throws `READINGS_UNREACHABLE`, or `READINGS_REFUSED` where TLS fails.
 */
export async function expectCql(
  hosts: readonly string[],
  {
    port,
    tls,
    timeoutMs,
  }: { readonly port: number; readonly tls: ConnectionOptions | undefined; readonly timeoutMs: number },
): Promise<void> {
  try {
    await Promise.any(hosts.map((host) => ask(host, port, tls, timeoutMs)));
  } catch (error) {
    throw cassandraError(error);
  }
}

function ask(
  host: string,
  port: number,
  tls: ConnectionOptions | undefined,
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = tls
      ? connectTls({ host, port, ...tls }, () => socket.write(question))
      : connect({ host, port }, () => socket.write(question));
    const end = (error?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const silence = () => end(new Error(`nothing came from ${host}:${port} within ${timeoutMs} ms`));
    const timer = setTimeout(silence, timeoutMs);
    let answer = Buffer.alloc(0);
    socket.on('error', end);
    socket.on('close', () => end(new Error(`${host}:${port} ended the connection`)));
    socket.on('data', (bytes: Buffer) => {
      answer = Buffer.concat([answer, bytes]);
      if (answer.length < 9) return;
      // An error is an answer too: a server that knows only later versions says so, and the driver asks in another.
      const speaks = (answer[0]! & isResponse) !== 0 && (answer[4] === supported || answer[4] === 0);
      end(speaks ? undefined : new Error(`what answers on ${host}:${port} is no Cassandra`));
    });
  });
}
