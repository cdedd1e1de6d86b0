import { afterAll } from 'vitest';
import { createChannelPair } from '../src/channels/memory-channel.ts';
import { channelContract } from './channel-contract.ts';
import {
  browserConnections,
  type Connections,
  tcpConnections,
  tlsConnections,
  webSocketConnections,
  yamuxConnections,
} from './connections.ts';
import { frameStreamContract } from './frame-stream-contract.ts';

function memoryConnections(): Promise<Connections> {
  return Promise.resolve({
    connect: async () => {
      const [here, there] = createChannelPair();
      return { here, there };
    },
    close: async () => {},
  });
}

for (const [name, open, traits] of [
  ['memory', memoryConnections, {}],
  ['tcp', tcpConnections, {}],
  // Without a reset the peer of a destroyed TLS connection hears an end.
  ['tls', tlsConnections, { tellsDestroy: false }],
  ['websocket', webSocketConnections, {}],
  ['websocket as browsers have it', browserConnections, {}],
  ['yamux over memory', () => yamuxConnections(memoryConnections()), {}],
  ['yamux over tcp', () => yamuxConnections(tcpConnections()), {}],
] as const) {
  let connections: Promise<Connections> | undefined;
  const connect = async () => {
    connections ??= open();
    return (await connections).connect();
  };
  channelContract(name, connect, traits);
  frameStreamContract(name, connect);
  afterAll(async () => (await connections)?.close());
}
