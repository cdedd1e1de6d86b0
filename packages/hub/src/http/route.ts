import { setMaxListeners } from 'node:events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError, hungUp } from '../errors.ts';
import type { ComponentName } from './schemas.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A body or an answer: its media type, and the shape of it where it has one. */
export type Content = Readonly<Record<string, ComponentName | z.ZodType | 'binary' | 'text'>>;

/** An answer of a route, other than a problem. */
export interface Answer {
  readonly description: string;
  readonly content?: Content;
}

/** One route, with everything that the documentation says of it. */
export interface Route<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly method: Method;
  /** As in OpenAPI: `/api/readings/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of the problems that this route has of its own; those of every route are documented once. */
  readonly problems?: readonly number[];
  /** Whether HEAD may stand for GET. Default true. */
  readonly head?: boolean;
  handle(call: Call<z.output<Params>, z.output<Query>>): unknown;
}

/** A request that was validated. */
export interface Call<Params, Query> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: Params;
  readonly query: Query;
  /** Aborts when the client has hung up before it was answered. */
  readonly signal: AbortSignal;
}

/** The part of a route that the documentation needs. */
export type DocumentedRoute = Omit<Route<z.ZodObject, z.ZodObject>, 'handle'>;

/** The table to which routes are added: to the server and, by the same call, to its documentation. */
export interface RouteTable {
  add<Params extends z.ZodObject = z.ZodObject, Query extends z.ZodObject = z.ZodObject>(
    route: Route<Params, Query>,
  ): void;
  readonly routes: readonly DocumentedRoute[];
}

const none = z.object({});

/** Creates the table of a server's routes. */
export function createRouteTable(app: FastifyInstance): RouteTable {
  const routes: DocumentedRoute[] = [];
  return {
    routes,
    add(route) {
      routes.push(route);
      app.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: route.head ?? true,
        handler: (request, reply) =>
          route.handle({
            request,
            reply,
            params: parse(route.params ?? none, request.params, 'path') as never,
            query: parse(route.query ?? none, request.query, 'query') as never,
            signal: signalOf(reply),
          }),
      });
    },
  };
}

/** Validates what a stranger sent. Throws `HUB_REQUEST_MALFORMED` that names the first thing that is wrong. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  throw new HubError('HUB_REQUEST_MALFORMED', `${where}${place}: ${message}`);
}

function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // Every picture of a form and every sample listens to it.
  setMaxListeners(0, controller.signal);
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(hungUp());
  });
  return controller.signal;
}
