import type { Client } from '@inkwire/wire';
import { poolOfMessage, poolOfTable } from './pool-facts.ts';
import { takeFacts } from './state.ts';

/** Hears what becomes of the connections that the hub shares. Rejects where it shares none: there is no such topic. */
export async function hearPool(hub: Client): Promise<void> {
  const topic = hub.subscribe('$pool');
  await topic.ready();
  await readTable(hub);
  for await (const { missed, values } of topic) {
    if (missed) {
      await readTable(hub);
      continue;
    }
    const facts = poolOfMessage(values![0]);
    if (facts) takeFacts(facts);
  }
}

/** When the connection is lost meanwhile, the topic says so, and it is read again. */
async function readTable(hub: Client): Promise<void> {
  const table = await hub.hgetall('$pool').catch(() => undefined);
  const facts = table && poolOfTable(table);
  if (facts) takeFacts(facts);
}
