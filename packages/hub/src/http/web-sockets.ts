import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { BaseError } from '@inkwire/base';
import { frameHeaderBytes } from '@inkwire/wire';
import { acceptWebSockets } from '@inkwire/wire/node';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../errors.ts';
import { AddressRates } from '../limits/address-rates.ts';
import type { Role } from '../members/tokens.ts';
import { problemOf, retryAfterSeconds } from '../problem.ts';
import { strangersFrameBytes } from '../wire/connection-session.ts';
import type { WireService } from '../wire/wire-service.ts';
import { type Access, expectFromHere, tokenOf } from './guard.ts';
import type { ResolvedHttpOptions } from './options.ts';
import { bareResponse } from './responses.ts';

/**
 * Adds the wire at `/wire`: the same commands as on TCP, in WebSocket messages. A request with a token is signed in;
 * one without may sign in on the wire.
 */
export function addWebSockets(
  app: FastifyInstance,
  wire: WireService,
  options: ResolvedHttpOptions,
  { isLocal, tokens }: Access,
): void {
  const { requestsPerMinute, loopbackRequestsPerMinute } = options.limits;
  const handshakes = new AddressRates(
    { perMinute: requestsPerMinute, loopbackPerMinute: loopbackRequestsPerMinute },
    wire.clock,
  );
  const roles = new WeakMap<IncomingMessage, Role>();
  const connections = wire.connections();
  const admitted = new EventEmitter();

  /** Throws the reason for which a request is refused. */
  const admit = (request: IncomingMessage) => {
    if (accepting.closed) throw new BaseError('BASE_CLOSED', 'The listener is closed');
    const address = request.socket.remoteAddress ?? '';
    if (!handshakes.take(address))
      throw new HubError('HUB_RATE_LIMITED', 'Too many WebSockets were asked for', { retryable: true });
    expectFromHere(request, options, isLocal);
    const token = tokenOf(request);
    if (tokens && token) roles.set(request, tokens.roleOf(token, address));
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      admit(request);
      admitted.emit('upgrade', request, socket, head);
    } catch (error) {
      refuse(socket, error);
    }
  };
  app.server.on('upgrade', onUpgrade);
  const accepting = acceptWebSockets({
    // Of the server it needs only the requests that were admitted.
    server: admitted as Server,
    isAllowedOrigin: () => true,
    // ws keeps a message until it is whole: a stranger's is no longer than its frames may be.
    maxMessageBytes: (request) =>
      tokens === undefined || roles.has(request) ? undefined : strangersFrameBytes + frameHeaderBytes,
    onChannel: (channel, request) => connections.accept(channel, { tokens, role: roles.get(request) }),
  });
  app.addHook('preClose', async () => {
    // Handshakes are heard to the end: without this listener they would be requests for a route that does not exist.
    await accepting.close();
    await connections.close();
  });
}

/** The answer of a handshake that fails, on the bare socket: a problem like any other. */
function refuse(socket: Duplex, error: unknown): void {
  const problem = problemOf(error);
  socket.on('error', () => {});
  socket.end(
    bareResponse(problem, problem.status === 429 ? `retry-after: ${retryAfterSeconds}\r\n` : ''),
    () => socket.destroy(),
  );
}
