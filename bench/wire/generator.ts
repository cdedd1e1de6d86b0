/**
 * The load generator, one for every server: it sends requests that were encoded before, a fixed number in flight on each
 * connection, and counts answers by their bytes, which is the same work whatever the protocol. All answers to a run have
 * one length; the first is compared with what is expected, so that a server that only makes bytes is found out.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a server listens. `ca` makes it TLS 1.3. */
export interface Target {
  readonly port: number;
  readonly ca?: string | undefined;
}

/** What one round sends and expects. */
export interface Load {
  /** Requests of one length, sent one after another, again and again. */
  readonly requests: readonly Uint8Array[];
  /** The answer to each of them. */
  readonly answer: Uint8Array;
  readonly connections: number;
  readonly inFlight: number;
  readonly seconds: number;
}

export async function openSocket({ port, ca }: Target): Promise<Socket> {
  const socket =
    ca === undefined
      ? connect({ host: '127.0.0.1', port, noDelay: true })
      : connectTls({
          host: '127.0.0.1',
          port,
          ca,
          servername: 'localhost',
          minVersion: 'TLSv1.3',
          ALPNProtocols: ['kv'],
        });
  await new Promise<void>((resolve, reject) => {
    socket.once(ca === undefined ? 'connect' : 'secureConnect', resolve);
    socket.once('error', reject);
  });
  socket.setNoDelay(true);
  return socket;
}

/** Requests in one piece, so that any number of them is a slice: one write for whatever became free. */
function tape(
  requests: readonly Uint8Array[],
  inFlight: number,
): { bytes: Buffer; size: number; count: number } {
  const size = requests[0]!.length;
  if (requests.some(({ length }) => length !== size)) throw new Error('Expected requests of one length');
  const repeated = [...requests, ...requests.slice(0, inFlight)];
  while (repeated.length < requests.length + inFlight) repeated.push(...requests);
  return { bytes: Buffer.concat(repeated), size, count: requests.length };
}

/** Answers a second. */
export async function drive(target: Target, load: Load): Promise<number> {
  const { bytes, size, count } = tape(load.requests, load.inFlight);
  const expected = Buffer.from(load.answer);
  const sockets: Socket[] = [];
  for (let i = 0; i < load.connections; i++) sockets.push(await openSocket(target));
  let answers = 0;
  let counting = false;
  let going = true;
  const failures: Error[] = [];
  const check = (answer: Buffer) => {
    if (answer.equals(expected)) return;
    failures.push(new Error(`Expected ${expected.toString('hex')}, got ${answer.toString('hex')}`));
  };
  for (const [index, socket] of sockets.entries()) {
    let next = (index * 7919) % count;
    let partial = 0;
    let first: Buffer | undefined = Buffer.alloc(0);
    const send = (requests: number) => {
      socket.write(bytes.subarray(next * size, (next + requests) * size));
      next = (next + requests) % count;
    };
    socket.on('error', (error) => failures.push(error));
    socket.on('data', (chunk: Buffer) => {
      if (first && first.length < expected.length) first = Buffer.concat([first, chunk]);
      if (first && first.length >= expected.length) {
        check(first.subarray(0, expected.length));
        first = undefined;
      }
      partial += chunk.length;
      const done = Math.floor(partial / expected.length);
      partial -= done * expected.length;
      if (counting) answers += done;
      if (going && done > 0) send(done);
    });
    send(load.inFlight);
  }
  await pause(300);
  counting = true;
  const began = performance.now();
  await pause(load.seconds * 1000);
  const rate = (answers * 1000) / (performance.now() - began);
  counting = going = false;
  for (const socket of sockets) socket.destroy();
  if (failures.length > 0) throw failures[0]!;
  return rate;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sends one request and waits for the first bytes of its answer. */
export async function askOnce(target: Target, request: Uint8Array): Promise<Buffer> {
  const socket = await openSocket(target);
  try {
    socket.write(request);
    return await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve);
      socket.once('error', reject);
    });
  } finally {
    socket.destroy();
  }
}
