import { type Clock, messageOf, within } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import type { Command, Reply } from '../codec/messages.ts';
import { WireError } from '../errors.ts';
import { Allowance } from '../frames/allowance.ts';
import { createYamuxSession, type YamuxSession } from '../yamux/session.ts';
import { Line } from './line.ts';
import type { ResolvedClientOptions } from './options.ts';
import { isRefusal, WireStatusError } from './status-error.ts';

/** How long the hub is given to end a connection that we have ended. */
const farewellMs = 1_000;

/*
 * What the client stands on while it is online, signed in.
 *
 *     multiplexed   ┌ commands ── a stream ─┐
 *                   └ subscriptions ── streams of the same connection: the hub knows who they are
 *     plain         commands ── one connection          each subscription ── one more, signed in, another member, unnamed
 */
export interface Link {
  readonly commands: Line;
  /** A line for one subscription, signed in. The caller owns it. */
  openLine(signal: AbortSignal): Promise<Line>;
  /** Whether the hub hears that a subscription is over by the end of its line. */
  readonly endsWithLine: boolean;
  /** Ends in order, within a second. */
  close(): Promise<void>;
  destroy(error: Error): void;
}

/** Connects and signs in. Rejects with the signal's reason, or with what went wrong. */
export function connectLink(options: ResolvedClientOptions, signal: AbortSignal): Promise<Link> {
  return options.multiplexed ? connectMultiplexed(options, signal) : connectPlain(options, signal);
}

async function connectPlain(options: ResolvedClientOptions, signal: AbortSignal): Promise<Link> {
  const openLine = (ended: AbortSignal, name: string | undefined) =>
    attempt(options, ended, async (wait) => {
      const line = new Line(await dial(options, wait), options, new Allowance(options.limits));
      await signIn(line, options.token, name, wait);
      return line;
    });
  const commands = await openLine(signal, options.name);
  return {
    commands,
    // Without the name: the others would see as many members of that name, and only one of them answers.
    openLine: (ended) => openLine(ended, undefined),
    endsWithLine: false,
    close: () => farewell(commands.finish(), () => commands.destroy(closedError()), options.clock),
    destroy: (error) => commands.destroy(error),
  };
}

async function connectMultiplexed(options: ResolvedClientOptions, signal: AbortSignal): Promise<Link> {
  return attempt(options, signal, async (wait) => {
    const { clock } = options;
    const channel = await dial(options, wait);
    const allowance = new Allowance(options.limits);
    const session = createYamuxSession({ channel, side: 'client', onChannel: discard, allowance, clock });
    const destroy = (error: Error) => void session.destroy(error).catch(() => {});
    const commands = openStream(session, options, allowance);
    let isClosing = false;
    // The subscriptions' streams go with it: what ends one connection ends all of it.
    void commands.lost.then((error) => {
      if (!isClosing) destroy(error);
    });
    await signIn(commands, options.token, options.name, wait);
    return {
      commands,
      openLine: async () => openStream(session, options, allowance),
      endsWithLine: true,
      close() {
        isClosing = true;
        const ended = commands.finish().then(() => session.close());
        return farewell(ended, () => destroy(closedError()), clock);
      },
      destroy: (error) => commands.destroy(error),
    };
  });
}

function openStream(session: YamuxSession, options: ResolvedClientOptions, allowance: Allowance): Line {
  try {
    return new Line(session.open(), options, allowance);
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
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = clock.after(connectTimeoutMs, () =>
    controller.abort(connectError(`No connection within ${connectTimeoutMs} ms`)),
  );
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
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

/** Says who we are, before anything else goes out on the line. The line is lost when the hub does not take it. */
async function signIn(
  line: Line,
  token: string | undefined,
  name: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const asked: Promise<Reply>[] = [];
  if (token !== undefined) asked.push(line.ask(setSession('token', token), signal));
  if (name !== undefined) asked.push(line.ask(setSession('name', name), signal));
  // A hub that refuses the first may end the connection before it answers the second.
  for (const answer of asked) void answer.catch(() => {});
  try {
    for (const answer of asked) {
      const reply = await answer;
      if (reply.status !== 200) throw new WireStatusError(reply, 'The hub refused to sign in');
    }
  } catch (error) {
    line.destroy(error as Error);
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

const closedError = () => new WireError('WIRE_CONNECTION_LOST', 'The client was closed', { retryable: true });

const connectError = (message: string, cause?: unknown) =>
  new WireError('WIRE_CONNECT_FAILED', message, { retryable: true, cause });
