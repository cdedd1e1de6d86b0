import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { isLoopback } from '../binding.ts';
import { HubError, hungUp, tlsInvalid } from '../errors.ts';
import { problemOf } from '../problem.ts';
import type { WireService } from '../wire/wire-service.ts';
import { addAdmission } from './admission.ts';
import { type Access, addGuard, isOpen } from './guard.ts';
import { addMetrics, metricsOf } from './metrics.ts';
import type { HubOnWire, ResolvedHttpOptions } from './options.ts';
import { addPageFiles } from './page-files.ts';
import { bareResponse, sendProblem } from './responses.ts';
import { createRouteTable, type RouteTable } from './route.ts';
import { addEventsRoute } from './routes/events.ts';
import { addFormPageRoutes } from './routes/form-page.ts';
import { addModelRoutes } from './routes/model.ts';
import { addOperationsRoutes } from './routes/operations.ts';
import { addReadPicturesRoute } from './routes/read-pictures.ts';
import { addReadingsRoutes } from './routes/readings.ts';
import { addSamplesRoute, createSampleReader } from './routes/samples.ts';
import { addWebSockets } from './web-sockets.ts';

/** Creates the server with all its routes, not listening yet. */
export async function createServer(
  served: HubOnWire,
  options: ResolvedHttpOptions,
  access: Access,
): Promise<{ readonly app: FastifyInstance; readonly table: RouteTable }> {
  const { hub, wire } = served;
  const app = createApp(options);
  const metrics = addMetrics(app, served);
  app.addHook('preClose', async () => metrics.stop());
  await addChecks(app, options, access);
  addAdmission(app, options.limits);
  await addBodies(app, options);
  addProblems(app, options);

  const table = createRouteTable(app);
  const readSamples = createSampleReader(hub, options);
  const sendIndex = options.page === undefined ? undefined : await addPageFiles(app, options.page);
  addReadPicturesRoute(table, hub, options);
  addReadingsRoutes(table, hub);
  addSamplesRoute(table, readSamples, options);
  addModelRoutes(table, hub, options);
  addEventsRoute(app, table, hub, options);
  addFormPageRoutes(table, hub, options, readSamples, sendIndex);
  addOperationsRoutes(table, served, metrics);
  addWebSockets(app, wire, options, access);
  return { app, table };
}

/** Creates the server of an allocator that runs alone: `/healthz` and `/metrics`. */
export async function createMetricsServer(
  wire: WireService,
  options: ResolvedHttpOptions,
  access: Access,
): Promise<{ readonly app: FastifyInstance }> {
  const app = createApp(options);
  await addChecks(app, options, access);
  addProblems(app, options);
  const metrics = metricsOf(new Registry(), wire);
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return { app };
}

/** The checks of every request, before anything else. */
async function addChecks(app: FastifyInstance, options: ResolvedHttpOptions, access: Access): Promise<void> {
  app.server.maxConnections = options.limits.maxConnections;
  addLastAnswers(app);
  addSecurityHeaders(app, options.tls !== undefined);
  await addRateLimit(app, options);
  addGuard(app, options, access);
}

function createApp(options: ResolvedHttpOptions): FastifyInstance {
  const { limits, tls } = options;
  const server = {
    maxHeaderSize: limits.maxHeaderBytes,
    // Headers are a part of their request. Node refuses a longer time for them than for the request, 5 minutes by default.
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs, 5_000),
  };
  const common = {
    logger: false,
    bodyLimit: limits.maxJsonBytes,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    forceCloseConnections: 'idle',
    // A late request on a connection that is under way is answered, and not with a 503 that is no problem of ours.
    return503OnClosing: false,
    clientErrorHandler,
    frameworkErrors: ((error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(request, reply, error, options.onError)) as never,
  } as const;
  if (tls === undefined) return Fastify({ ...common, http: server }) as unknown as FastifyInstance;
  const client = tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true };
  try {
    const https = { ...server, cert: tls.cert, key: tls.key, ...client };
    return Fastify({ ...common, https }) as unknown as FastifyInstance;
  } catch (error) {
    throw tlsInvalid(error);
  }
}

/** Bytes that are not HTTP never become a request, so they are answered on the bare socket. */
function clientErrorHandler(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  socket.end(bareResponse(problemOf(toHeaderError(error.code))));
}

function toHeaderError(code: string | undefined): HubError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new HubError('HUB_HEADERS_TOO_LARGE', 'The headers are too large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new HubError('HUB_REQUEST_TIMEOUT', 'The request did not arrive in time', { retryable: true });
  return new HubError('HUB_REQUEST_MALFORMED', 'The request is not HTTP');
}

/** While the server closes, an answer is the last of its connection: a client that kept it would hold up the end. */
function addLastAnswers(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}

function addSecurityHeaders(app: FastifyInstance, secure: boolean): void {
  const headers = {
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    // Not `no-referrer`: with it a browser sends `Origin: null` even from our own form.
    'referrer-policy': 'same-origin',
    ...(secure && { 'strict-transport-security': 'max-age=31536000' }),
  };
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
}

async function addRateLimit(app: FastifyInstance, { limits }: ResolvedHttpOptions): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    max: (request) => (isLoopback(request.ip) ? limits.loopbackRequestsPerMinute : limits.requestsPerMinute),
    // The page's own files come in bursts and cost nothing.
    allowList: isOpen,
    errorResponseBuilder: (_request, { max }) =>
      new HubError('HUB_RATE_LIMITED', `At most ${max} requests a minute are answered`, { retryable: true }),
  });
  // For everything, also what has no route, and before the guard: a wrong token counts.
  app.addHook('onRequest', app.rateLimit());
}

async function addBodies(app: FastifyInstance, { limits }: ResolvedHttpOptions): Promise<void> {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    /^image\//i,
    { parseAs: 'buffer', bodyLimit: limits.maxPictureBytes },
    (_request, body, done) => done(null, body),
  );
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      fileSize: limits.maxPictureBytes,
      files: limits.maxFiles,
      fields: 20,
      fieldSize: 1024,
      fieldNameSize: 100,
      headerPairs: 20,
      parts: limits.maxFiles + 20,
    },
  });
}

function addProblems(app: FastifyInstance, { onError }: ResolvedHttpOptions): void {
  app.setErrorHandler((error, request, reply) => {
    const isGone = request.raw.destroyed && !request.raw.complete;
    return sendProblem(request, reply, isGone ? hungUp(error) : error, onError);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      new HubError('HUB_NOT_FOUND', `Nothing answers ${request.method} here`),
      onError,
    ),
  );
}

/** An error because the request ended in the middle is the client's own, and no client is left to receive an answer. */
