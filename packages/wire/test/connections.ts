import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Channel } from '../src/channels/channel.ts';
import { openWebSocket } from '../src/channels/open-websocket.ts';
import type { WebSocketLike } from '../src/channels/websocket-like.ts';
import {
  acceptWebSockets,
  type CertificateFiles,
  type Certificates,
  createCertificates,
  dialStream,
  dialWebSocket,
  listenStreams,
  type TlsMaterial,
} from '../src/node/index.ts';
import { createYamuxSession } from '../src/yamux/index.ts';
import type { ChannelEnds } from './channel-contract.ts';
import { patient } from './patient.ts';

const { timeoutMs } = patient;

/** Something that makes connections, for as long as a test file needs it. */
export interface Connections {
  connect(): Promise<ChannelEnds>;
  close(): Promise<void>;
}

/** Both ends of each connection: the one that was dialled, and the one that was taken meanwhile. */
function pairing(dial: () => Promise<Channel>): {
  connect(): Promise<ChannelEnds>;
  onChannel(channel: Channel): void;
} {
  const taken: Channel[] = [];
  const waiting: ((channel: Channel) => void)[] = [];
  return {
    onChannel: (channel) => {
      const next = waiting.shift();
      if (next === undefined) taken.push(channel);
      else next(channel);
    },
    connect: async () => {
      const there = new Promise<Channel>((resolve) => waiting.push(resolve));
      return { here: await dial(), there: await there };
    },
  };
}

export async function tcpConnections(): Promise<Connections> {
  const { connect, onChannel } = pairing(() =>
    dialStream({ host: '127.0.0.1', port: listener.port, timeoutMs }),
  );
  const listener = await listenStreams({ onChannel });
  return { connect, close: () => listener.close() };
}

export async function tlsConnections(): Promise<Connections> {
  const { certificates, remove } = await temporaryCertificates();
  const server = await tlsOf(certificates, certificates.server);
  const client = await tlsOf(certificates, certificates.clients.client!);
  const { connect, onChannel } = pairing(() =>
    dialStream({ host: '127.0.0.1', port: listener.port, tls: client, timeoutMs }),
  );
  const listener = await listenStreams({ onChannel, tls: server, handshakeTimeoutMs: timeoutMs });
  return {
    connect,
    close: async () => {
      await listener.close();
      await remove();
    },
  };
}

export async function webSocketConnections(): Promise<Connections> {
  const server = createServer();
  const { connect, onChannel } = pairing(() =>
    dialWebSocket({ url: `ws://127.0.0.1:${port}/wire`, timeoutMs }),
  );
  acceptWebSockets({ server, onChannel });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connect,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** WebSockets whose dialling end has no more than browsers give: nothing is paused, nobody tells when it has drained. */
export async function browserConnections(): Promise<Connections> {
  const server = createServer();
  const { connect, onChannel } = pairing(async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/wire`, 'kv');
    return openWebSocket(asBrowsersHaveIt(socket), { timeoutMs });
  });
  acceptWebSockets({ server, onChannel });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connect,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function asBrowsersHaveIt(socket: WebSocket): WebSocketLike {
  return {
    get binaryType() {
      return socket.binaryType;
    },
    set binaryType(type) {
      socket.binaryType = type as 'arraybuffer';
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    get readyState() {
      return socket.readyState;
    },
    url: socket.url,
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    addEventListener: (type, listener) => socket.addEventListener(type, listener),
  };
}

/** Streams of one multiplexed connection: this side opens them. */
export async function yamuxConnections(carriers: Promise<Connections>): Promise<Connections> {
  const carrier = await carriers;
  const { here, there } = await carrier.connect();
  const { connect, onChannel } = pairing(async () => client.open());
  const client = createYamuxSession({ channel: here, side: 'client' });
  const server = createYamuxSession({ channel: there, side: 'server', onChannel });
  return {
    connect,
    close: async () => {
      await Promise.all([client.destroy(), server.destroy()]);
      await carrier.close();
    },
  };
}

/** Certificates in a directory of their own. */
export async function temporaryCertificates(): Promise<{
  readonly directory: string;
  readonly certificates: Certificates;
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-tls-'));
  const certificates = await createCertificates({ directory });
  return { directory, certificates, remove: () => rm(directory, { recursive: true }) };
}

/** The material that is in a certificate's files, trusting the authority. */
export async function tlsOf({ ca }: Certificates, { cert, key }: CertificateFiles): Promise<TlsMaterial> {
  const [certText, keyText, caText] = await Promise.all(
    [cert, key, ca.cert].map((path) => readFile(path, 'utf8')),
  );
  return { cert: certText, key: keyText, ca: caText };
}
