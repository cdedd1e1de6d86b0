import { BaseError, type Clock, messageOf, UnderWay, within } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import type { Command, Reply } from '../codec/messages.ts';
import { connectionLost, WireError } from '../errors.ts';
import { Allowance } from '../frames/allowance.ts';
import { createYamuxSession, type YamuxSession } from '../yamux/index.ts';
import { HubStream } from './hub-stream.ts';
import type { ResolvedClientOptions } from './options.ts';
import { isRefusal, WireStatusError } from './status-error.ts';

/** The time in which the hub must end a connection that we have ended. */
const farewellMs = 1_000;

/*
 * A connection that has signed in.
 *
 *     multiplexed   ┌ commands ── a stream ─┐
 *                   └ subscriptions ── streams of the same connection: the hub knows whose they are
 *     plain         commands ── one connection          each subscription ── one more, signed in, another member, unnamed
 */
export interface HubConnection {
  readonly commands: HubStream;
  /** A stream for one subscription, signed in. The caller owns it. */
  openStream(signal: AbortSignal): Promise<HubStream>;
  /** Whether the hub ends a subscription when its stream ends. */
  readonly endsWithStream: boolean;
  /** Ends in order, within a second. */
  close(): Promise<void>;
  destroy(error: Error): void;
}

/** Connects and signs in. Rejects with the signal's reason, or with what went wrong. */
export function connectHub(options: ResolvedClientOptions, signal: AbortSignal): Promise<HubConnection> {
  return options.multiplexed ? connectMultiplexed(options, signal) : connectPlain(options, signal);
}

async function connectPlain(options: ResolvedClientOptions, signal: AbortSignal): Promise<HubConnection> {
  const openStream = (ended: AbortSignal, name: string | undefined) =>
    attempt(options, ended, async (wait) => {
      const stream = new HubStream(await dial(options, wait), options, new Allowance(options.limits));
      await signIn(stream, options.token, name, wait);
      return stream;
    });
  const commands = await openStream(signal, options.name);
  return {
    commands,
    // Without the name: the others would see as many members of that name, and only one of them answers.
    openStream: (ended) => openStream(ended, undefined),
    endsWithStream: false,
    close: () => farewell(commands.finish(), () => commands.destroy(closedError()), options.clock),
    destroy: (error) => commands.destroy(error),
  };
}

async function connectMultiplexed(
  options: ResolvedClientOptions,
  signal: AbortSignal,
): Promise<HubConnection> {
  return attempt(options, signal, async (wait) => {
    const { clock } = options;
    const channel = await dial(options, wait);
    const allowance = new Allowance(options.limits);
    const session = createYamuxSession({ channel, side: 'client', onChannel: discard, allowance, clock });
    const destroy = (error: Error) => void session.destroy(error).catch(() => {});
    const commands = openYamuxStream(session, options, allowance);
    let isClosing = false;
    // The subscriptions' streams go with it: what ends one connection ends all of it.
    void commands.lost.then((error) => {
      if (!isClosing) destroy(error);
    });
    await signIn(commands, options.token, options.name, wait);
    return {
      commands,
      openStream: async () => openYamuxStream(session, options, allowance),
      endsWithStream: true,
      close() {
        isClosing = true;
        const ended = commands.finish().then(() => session.close());
        return farewell(ended, () => destroy(closedError()), clock);
      },
      destroy: (error) => commands.destroy(error),
    };
  });
}

function openYamuxStream(
  session: YamuxSession,
  options: ResolvedClientOptions,
  allowance: Allowance,
): HubStream {
  try {
    return new HubStream(session.open(), options, allowance);
  } catch (error) {
    throw connectError(`Could not open a stream: ${messageOf(error)}`, error);
  }
}

/** Runs one attempt under its deadline; the work ends when its signal aborts. */
async function attempt<T>(
  { connectTimeoutMs, clock }: ResolvedClientOptions,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await new UnderWay(clock).run(work, { signal, timeoutMs: connectTimeoutMs });
  } catch (error) {
    if (error instanceof BaseError && error.code === 'BASE_TIMEOUT')
      throw connectError(`No connection within ${connectTimeoutMs} ms`, error);
    throw error;
  }
}

async function dial(options: ResolvedClientOptions, signal: AbortSignal): Promise<Channel> {
  const dialled = (async () => options.dial({ signal, timeoutMs: options.connectTimeoutMs }))();
  try {
    return await within(dialled, { signal });
  } catch (error) {
    // Ours to end when it comes after all.
    void dialled.then(discard, () => {});
    if (signal.aborted) throw signal.reason;
    throw error instanceof WireError ? error : connectError(`Could not connect: ${messageOf(error)}`, error);
  }
}

function discard(channel: Channel): void {
  channel.attach({ onBytes() {}, onEnd() {}, onDrain() {}, onClose() {} });
  channel.destroy();
}

/** Signs in, before anything else is sent on the stream. Destroys the stream when the hub refuses. */
async function signIn(
  stream: HubStream,
  token: string | undefined,
  name: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const asked: Promise<Reply>[] = [];
  if (token !== undefined) asked.push(stream.ask(setSession('token', token), signal));
  if (name !== undefined) asked.push(stream.ask(setSession('name', name), signal));
  // A hub that refuses the first may end the connection before it answers the second.
  for (const answer of asked) void answer.catch(() => {});
  try {
    for (const answer of asked) {
      const reply = await answer;
      if (reply.status !== 200) throw new WireStatusError(reply, 'The hub refused to sign in');
    }
  } catch (error) {
    stream.destroy(error as Error);
    throw error;
  }
}

const setSession = (key: string, value: string): Command => ({
  kind: 'hset',
  table: '$session',
  pair: { key, value: { kind: 'string', value } },
});

/** Whether signing in failed in a way that trying again cannot mend. */
export function isRefused(error: unknown): boolean {
  return error instanceof WireStatusError && isRefusal(error.status);
}

/** Waits for an ending in order, and cuts it short when it takes too long. */
async function farewell(ended: Promise<unknown>, cut: () => void, clock: Clock): Promise<void> {
  try {
    await within(ended, { timeoutMs: farewellMs }, clock);
  } catch {
    cut();
  }
}

const closedError = () => connectionLost('The client was closed');

const connectError = (message: string, cause?: unknown) =>
  new WireError('WIRE_CONNECT_FAILED', message, { retryable: true, cause });
