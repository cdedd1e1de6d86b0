import type { Client } from '@inkwire/wire';
import { parsePoolMessage, parsePoolTable } from '@inkwire/wire/hub';
import { setPool } from './pool-state.ts';

/** Receives the state of the connections that the hub shares. Rejects if it shares none, because there is no such topic. */
export async function receivePool(hub: Client): Promise<void> {
  const topic = hub.subscribe('$pool');
  await topic.ready();
  await readTable(hub);
  for await (const { missed, values } of topic) {
    if (missed) {
      await readTable(hub);
      continue;
    }
    const facts = parsePoolMessage(values![0]);
    if (facts) setPool(facts);
  }
}

/** When the connection is lost meanwhile, the topic says so, and it is read again. */
async function readTable(hub: Client): Promise<void> {
  const table = await hub.hgetall('$pool').catch(() => undefined);
  const facts = table && parsePoolTable(table);
  if (facts) setPool(facts);
}
