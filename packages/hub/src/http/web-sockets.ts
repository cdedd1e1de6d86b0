import type { Server } from 'node:http';
import { acceptWebSockets } from '@inkwire/wire/node';
import type { FastifyInstance } from 'fastify';
import type { Hub } from '../hub.ts';
import { isFromHere, presentsToken } from './guard.ts';
import type { ResolvedHttpOptions } from './options.ts';

/** Adds the wire at `/wire`: the same commands as on TCP, in WebSocket messages. Who has shown the token is signed in. */
export function addWebSockets(
  app: FastifyInstance,
  hub: Hub,
  options: ResolvedHttpOptions,
  isLocal: boolean,
): void {
  const { token } = options;
  const tokens = token === undefined ? undefined : { admin: token };
  const connections = hub.wire.connections();
  const accepting = acceptWebSockets({
    server: app.server as Server,
    isAllowedOrigin: (_origin, request) => isFromHere(request, options, isLocal),
    onChannel: (channel, request) => {
      const isSignedIn = token !== undefined && presentsToken(request, token);
      connections.accept(channel, { tokens, role: isSignedIn ? 'admin' : undefined });
    },
  });
  app.addHook('preClose', async () => {
    await accepting.close();
    await connections.close();
  });
}
