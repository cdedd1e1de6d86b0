import { expectInteger } from '@inkwire/base';

/** A limit as a table of settings shows it. All of them are integers ≥ 1. */
export interface Limit {
  readonly byDefault: number;
  /** The least that an operator may set: with less, the hub serves no one. A program may go down to 1, as tests do. */
  readonly least: number;
  readonly describes: string;
}

/** The limits of one HTTP listener. Each is checked before memory is taken for what it limits. */
export const httpLimits = {
  maxPictureBytes: {
    byDefault: 10 * 2 ** 20,
    least: 2 ** 10,
    describes: 'bytes of one picture; more are 413',
  },
  maxFiles: { byDefault: 20, least: 1, describes: '`file` parts of one form; more are 413' },
  maxFormBytes: { byDefault: 100 * 2 ** 20, least: 2 ** 11, describes: 'bytes of one form; more are 413' },
  maxJsonBytes: { byDefault: 2 ** 20, least: 2 ** 10, describes: 'bytes of a JSON body; more are 413' },
  maxStrokes: { byDefault: 1_000, least: 1, describes: 'strokes of one drawing; more are 413' },
  maxPoints: {
    byDefault: 50_000,
    least: 2,
    describes: 'points of one drawing, all strokes together; more are 413',
  },
  maxSamples: {
    byDefault: 100,
    least: 1,
    describes: 'MNIST pictures in one call of `/api/samples`; more are 400',
  },
  maxHeaderBytes: {
    byDefault: 16 * 2 ** 10,
    least: 2 ** 10,
    describes: "bytes of a request's line and headers; more are 431",
  },
  maxBodiesBytes: {
    byDefault: 256 * 2 ** 20,
    least: 2 ** 11,
    describes: 'bytes of bodies that are received or read at once, over all requests; more are 503',
  },
  maxConnections: { byDefault: 1_000, least: 2, describes: 'open sockets; the next is closed' },
  maxEventStreams: { byDefault: 200, least: 1, describes: 'open streams of `/api/events`; the next is 503' },
  maxEventLagBytes: {
    byDefault: 2 ** 20,
    least: 2 ** 10,
    describes: 'bytes that such a stream may lag behind; then it is cut off',
  },
  requestsPerMinute: {
    byDefault: 3_000,
    least: 10,
    describes: 'requests a minute from one address, and as many WebSockets; more are 429',
  },
  loopbackRequestsPerMinute: { byDefault: 120_000, least: 10, describes: 'the same from this machine' },
  headersTimeoutMs: {
    byDefault: 10_000,
    least: 100,
    describes: 'how long the headers may take to arrive; then 408',
  },
  requestTimeoutMs: {
    byDefault: 120_000,
    least: 100,
    describes: 'how long a whole request may take to arrive; then 408',
  },
  idleTimeoutMs: {
    byDefault: 60_000,
    least: 100,
    describes: 'how long a socket may be silent in a request; then it is closed',
  },
  keepAliveTimeoutMs: {
    byDefault: 30_000,
    least: 100,
    describes: 'how long a socket may be silent between requests; then it is closed',
  },
  readTimeoutMs: {
    byDefault: 20_000,
    least: 100,
    describes: 'how long one picture may take, waiting included; then 503',
  },
  closeTimeoutMs: {
    byDefault: 10_000,
    least: 1,
    describes: 'how long `close()` waits for requests under way',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** The limits of everything on the wire, over all its listeners and WebSockets together. */
export const wireLimits = {
  maxMembers: {
    byDefault: 20_000,
    least: 1,
    describes: 'members at a time, and connections of one listener; the next is closed',
  },
  maxCommandsPerSecond: {
    byDefault: 1_000_000,
    least: 1,
    describes: 'commands of one connection in a second; more are 429',
  },
  maxSubscriptionsPerMember: {
    byDefault: 256,
    least: 1,
    describes: 'subscriptions of one member; more are 429',
  },
  maxRenamesPerMinute: {
    byDefault: 10,
    least: 1,
    describes: "changes of one member's name in a minute; each is published; more are 429",
  },
  wrongTokensPerMinute: {
    byDefault: 30,
    least: 1,
    describes: 'wrong tokens in a minute from one address; then every token from there is 429 for a while',
  },
  loopbackWrongTokensPerMinute: { byDefault: 600, least: 1, describes: 'the same from this machine' },
  readTimeoutMs: {
    byDefault: 20_000,
    least: 100,
    describes: 'how long one picture may take, waiting included; then 503',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** The limits of `listenHttp`, each by its name. */
export type HttpLimits = { readonly [Name in keyof typeof httpLimits]: number };
/** The limits of `createWireService`, each by its name. */
export type WireLimits = { readonly [Name in keyof typeof wireLimits]: number };

/** The values of a table of limits, each by its name. */
export type Limits<Table> = { readonly [Name in keyof Table]: number };

/** Some of the limits; those that are undefined have their default. */
export type Given<L> = { readonly [Name in keyof L]?: number | undefined };

/** Fills in what is not given. Throws a RangeError for a limit that is not in the table, or is out of bounds. */
export function resolveLimits<Table extends Readonly<Record<string, Limit>>>(
  table: Table,
  given: Given<Limits<Table>> = {},
): Limits<Table> {
  const values = given as Readonly<Record<string, number | undefined>>;
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined) throw new RangeError(`Expected a limit, got \`${unknown}\``);
  const resolved = Object.entries(table).map(([name, { byDefault }]) => [
    name,
    expectInteger(`limits.${name}`, values[name] ?? byDefault, { min: 1 }),
  ]);
  return Object.freeze(Object.fromEntries(resolved)) as Limits<Table>;
}
