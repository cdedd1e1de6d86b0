import { once } from 'node:events';
import type { Client } from '@inkwire/wire';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultsOf } from '../../packages/hub/test/message-history.ts';
import { RecordedClients } from '../../packages/hub/test/recorded-clients.ts';
import { turn, until } from '../../packages/hub/test/served-hub.ts';
import { idsSeenBy, startHub, untilAllSee } from './hub-processes.ts';
import { type NatsServer, startNats } from './nats-server.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

const tries = 10_000;

/** Two servers of a cluster, and the proxy that their route goes through. */
async function startCluster(): Promise<{
  readonly servers: [NatsServer, NatsServer];
  readonly route: TcpProxy;
}> {
  const first = await startNats({ routes: [] });
  const route = await startProxy(first.clusterAddress);
  // The first must not find another way to the second than the proxy.
  const second = await startNats({ routes: [route.address], args: ['--cluster_advertise', '127.0.0.1:1'] });
  onTestFinished(async () => {
    await second.stop();
    await first.stop();
    await route[Symbol.asyncDispose]();
  });
  return { servers: [first, second], route };
}

/** Publishes from every client to every topic, some rounds. */
async function publishAll(
  recorded: RecordedClients,
  clients: readonly Client[],
  rounds: number,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    await Promise.all(
      clients.flatMap((client, index) =>
        ['a', 'b'].map((topic) => recorded.publish(client, `${index} ${topic}`, topic)),
      ),
    );
}

/** One more message of each publisher: when all have it, what was published before has arrived too, because of its order. */
async function settle(
  recorded: RecordedClients,
  clients: readonly Client[],
  subscribers: number,
): Promise<void> {
  const from = recorded.history.length;
  await publishAll(recorded, clients, 1);
  const last = new Set<string>();
  for (const seen of recorded.history.slice(from))
    if (seen.kind === 'published') last.add(`${seen.publisher}#${seen.sequence}`);
  const isLast = (publisher: string, sequence: number) => last.has(`${publisher}#${sequence}`);
  await until(() => {
    const arrived = recorded.history.filter(
      (seen) => seen.kind === 'received' && isLast(seen.publisher, seen.sequence),
    );
    return arrived.length === clients.length * subscribers;
  });
  recorded.note('settled');
}

describe('subscriptions over two servers', () => {
  it(`lose none of ${tries} messages that are published on another hub as soon as they are answered`, async () => {
    const { servers } = await startCluster();
    const [here, there] = await Promise.all(servers.map(({ address }) => startHub(address)));
    const [subscriber, publisher] = [await here!.join(), await there!.join()];
    const ends = subscriber.subscribe('end');
    await ends.ready();
    const lost: string[] = [];
    /** Subscribes, and publishes on the other hub in the moment of the answer. */
    const attempt = async (topic: string, received: Set<unknown>) => {
      const subscription = subscriber.subscribe(topic);
      await subscription.ready();
      await publisher.publish(topic, [topic]);
      void (async () => {
        for await (const { values } of subscription) received.add(values?.[0]);
      })().catch(() => {});
      return subscription;
    };
    for (let done = 0; done < tries; done += 50) {
      const topics = Array.from({ length: 50 }, (_, index) => `topic ${done + index}`);
      const received = new Set<unknown>();
      const subscriptions = await Promise.all(topics.map((topic) => attempt(topic, received)));
      // What was published before on that hub arrives before.
      await publisher.publish('end', [done]);
      await ends.next();
      await turn();
      lost.push(...topics.filter((topic) => !received.has(topic)));
      await Promise.all(subscriptions.map((subscription) => subscription.return()));
    }
    expect(lost).toEqual([]);
  });
});

describe('a hub that fails', () => {
  it('is off the lists of the others when it is killed, and at once when it ends in order', async () => {
    await using server = await startNats();
    const hubs = await Promise.all([1, 2, 3].map(() => startHub(server.address)));
    expect(new Set(hubs.map(({ number }) => number)).size).toBe(3);
    const clients = await Promise.all(hubs.map((hub) => hub.join()));
    await untilAllSee(clients, 3);
    hubs[2]!.process.kill('SIGKILL');
    await untilAllSee(clients.slice(0, 2), 2);
    const exited = once(hubs[1]!.process, 'exit');
    hubs[1]!.process.kill('SIGTERM');
    await untilAllSee(clients.slice(0, 1), 1);
    expect((await exited)[0]).toBe(0);
    const again = await (await startHub(server.address)).join();
    await untilAllSee([clients[0]!, again], 2);
  });

  it('is off the lists while it is stopped, and on them again afterwards, without a ghost', async () => {
    await using server = await startNats();
    const [one, two] = [await startHub(server.address), await startHub(server.address)];
    const [here, there] = [await one.join(), await two.join()];
    await untilAllSee([here, there], 2);
    const before = await idsSeenBy(here);
    const recorded = new RecordedClients();
    for (const topic of ['a', 'b']) await recorded.subscribe(here, topic);
    two.process.kill('SIGSTOP');
    await untilAllSee([here], 1);
    two.process.kill('SIGCONT');
    await untilAllSee([here, there], 2);
    expect(await idsSeenBy(here)).toEqual(before);
    expect(await idsSeenBy(there)).toEqual(before);
    await settle(recorded, [there], 2);
    expect(faultsOf(recorded.history)).toEqual([]);
  });
});

describe('a bus that fails', () => {
  it('and is cut in two: each side goes on alone, and both are one again without ghosts', async () => {
    const { servers, route } = await startCluster();
    const hubs = [
      await startHub(servers[0].address),
      await startHub(servers[0].address),
      await startHub(servers[1].address),
    ];
    const clients = await Promise.all(hubs.map((hub) => hub.join()));
    await untilAllSee(clients, 3);
    const all = await idsSeenBy(clients[0]!);
    const recorded = new RecordedClients();
    for (const client of clients) for (const topic of ['a', 'b']) await recorded.subscribe(client, topic);
    await publishAll(recorded, clients, 20);
    await settle(recorded, clients, 6);

    recorded.note('broken');
    route.freeze();
    await publishAll(recorded, clients, 20);
    await untilAllSee(clients.slice(0, 2), 2);
    await untilAllSee(clients.slice(2), 1);
    await publishAll(recorded, clients, 20);
    route.cut();
    route.restore();
    await untilAllSee(clients, 3);
    recorded.note('whole');
    for (const client of clients) expect(await idsSeenBy(client)).toEqual(all);
    await publishAll(recorded, clients, 20);
    await settle(recorded, clients, 6);
    expect(faultsOf(recorded.history)).toEqual([]);
  });

  it('and is restarted several times: hubs connect again, and messages keep their promises', async () => {
    let server = await startNats();
    const port = Number(server.address.split(':')[1]);
    onTestFinished(() => server.stop());
    const hubs = [await startHub(server.address), await startHub(server.address)];
    const clients = await Promise.all(hubs.map((hub) => hub.join()));
    await untilAllSee(clients, 2);
    const recorded = new RecordedClients();
    for (const client of clients) for (const topic of ['a', 'b']) await recorded.subscribe(client, topic);
    for (let time = 0; time < 3; time++) {
      await publishAll(recorded, clients, 20);
      await settle(recorded, clients, 4);
      recorded.note('broken');
      await server.stop();
      await publishAll(recorded, clients, 20);
      server = await startNats({ port });
      // Each publishes until the other has it: then both are connected again, and what was kept has been sent.
      const isBack = () => {
        const at = recorded.history.findLastIndex(({ kind }) => kind === 'broken');
        const since = recorded.history.slice(at);
        return clients.every((_, index) =>
          [0, 1].every((subscriber) =>
            since.some(
              (seen) =>
                seen.kind === 'received' &&
                seen.publisher === `${index} a` &&
                seen.subscriber === `subscriber ${2 * subscriber + 1}`,
            ),
          ),
        );
      };
      await until(async () => {
        await publishAll(recorded, clients, 1);
        await turn();
        return isBack();
      });
      await untilAllSee(clients, 2);
      recorded.note('whole');
    }
    await settle(recorded, clients, 4);
    expect(faultsOf(recorded.history)).toEqual([]);
  });
});
