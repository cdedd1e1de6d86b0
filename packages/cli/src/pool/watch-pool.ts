import type { Client } from '@inkwire/wire';
import { type PoolFacts, parsePoolMessage, parsePoolTable } from '@inkwire/wire/hub';
import { firstAnswer } from '../connect/first-answer.ts';
import { CliError } from '../errors.ts';
import { exitAtOnce, onInterrupt } from '../interrupts.ts';
import {
  createJsonDisplay,
  createLineDisplay,
  createTableDisplay,
  type DisplayStream,
  type PoolDisplay,
} from './pool-display.ts';
import { formatPool } from './pool-text.ts';

export interface WatchOptions {
  readonly json: boolean;
  readonly once: boolean;
  readonly stream: DisplayStream;
}

const joinMs = 10_000;
const everything = { rows: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY };

/** Shows the pool of a hub, once or until a signal. Rejects with `CLI_HUB_REFUSED` where no allocator runs. */
export async function watchPool(client: Client, { json, once, stream }: WatchOptions): Promise<void> {
  if (once) {
    const facts = expectPool(await firstAnswer(client, readPool(client)));
    if (json) createJsonDisplay(stream, Date.now).show(facts);
    else stream.write(formatPool(facts, everything));
    return;
  }
  const terminal = stream.isTTY === true && process.env.TERM !== 'dumb';
  const plain = json ? createJsonDisplay : createLineDisplay;
  await follow(client, terminal && !json ? createTableDisplay(stream) : plain(stream, Date.now));
}

async function follow(client: Client, display: PoolDisplay): Promise<void> {
  const topic = client.subscribe('$pool');
  using _ = onInterrupt({ first: () => topic.unsubscribe(), again: exitAtOnce });
  try {
    await firstAnswer(client, topic.ready({ timeoutMs: joinMs }));
  } catch (error) {
    // A hub without an allocator has no such topic.
    expectPool(await firstAnswer(client, readPool(client)));
    throw error;
  }
  display.show(expectPool(await readPool(client)));
  const stop = client.onState((state) => {
    if (state === 'offline') display.note('The connection is lost; trying again');
  });
  try {
    for await (const { missed, values } of topic) {
      const facts = missed ? await readPool(client) : parsePoolMessage(values![0]);
      if (facts) display.show(facts);
      else if (missed) display.note('No allocator runs there any more');
    }
  } finally {
    stop();
  }
}

/** Throws `CLI_HUB_REFUSED` where no allocator runs. */
export function expectPool(facts: PoolFacts | undefined): PoolFacts {
  if (facts !== undefined) return facts;
  throw new CliError(
    'CLI_HUB_REFUSED',
    'No allocator runs there; one is started with inkwire allocate, or with inkwire serve --pool-capacity N',
  );
}

/** Reads the table `$pool`. Undefined where no allocator runs. */
export async function readPool(client: Client): Promise<PoolFacts | undefined> {
  return parsePoolTable(await client.hgetall('$pool'));
}
