/** `npm run bench -- hubs`: messages between clients of two hubs with NATS between, beside those of one hub alone. */
import { type Client, createClient, type TopicItem } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { median, printTable, quantile, saveResults } from '../report.ts';
import { startHub } from '../wire/hub.ts';
import { startNats } from './nats.ts';

const [rounds, messages, warmUp, burst, bursts] = [5, 2_000, 1_000, 1_000, 20];

const nats = await startNats();
const onBus = ['--tables', 'memory', '--bus', `nats://${nats.address}`];
const alone = await startHub('--tables', 'memory');
const [one, other] = [await startHub(...onBus), await startHub(...onBus)];
const clients: Client[] = [];
const join = async (port: number): Promise<Client> => {
  const dial = (options: object) => dialStream({ host: '127.0.0.1', port, ...options });
  const client = createClient({ dial, multiplexed: true });
  clients.push(client);
  await client.hget('$hub', 'time');
  return client;
};

/** A publisher and a subscriber of one topic. */
interface Way {
  readonly name: string;
  readonly topic: string;
  readonly publisher: Client;
  readonly received: AsyncIterator<TopicItem>;
  readonly took: number[];
  readonly rates: number[];
}

const open = async (name: string, from: number, to: number): Promise<Way> => {
  const subscription = (await join(to)).subscribe(name);
  await subscription.ready();
  const received = subscription[Symbol.asyncIterator]();
  return { name, topic: name, publisher: await join(from), received, took: [], rates: [] };
};

/** One message at a time: from `publish` until the subscriber has it. */
async function latency({ topic, publisher, received }: Way, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    const sent = publisher.publish(topic, [index]);
    const { value } = await received.next();
    took.push(performance.now() - began);
    await sent;
    if (Number(value?.values?.[0]) !== index) throw new Error(`Expected message ${index}`);
  }
  return took;
}

/** Messages a second, a thousand in flight. */
async function rate({ topic, publisher, received }: Way): Promise<number> {
  const began = performance.now();
  for (let each = 0; each < bursts; each++) {
    const sent = Array.from({ length: burst }, (_, index) => publisher.publish(topic, [index]));
    for (let index = 0; index < burst; index++) {
      const { value } = await received.next();
      if (Number(value?.values?.[0]) !== index) throw new Error(`Expected message ${index}`);
    }
    await Promise.all(sent);
  }
  return (1000 * burst * bursts) / (performance.now() - began);
}

try {
  const ways = [
    await open('one hub', alone.port, alone.port),
    await open('within a hub on a bus', one.port, one.port),
    await open('across two hubs', other.port, one.port),
  ];
  for (const way of ways) await latency(way, warmUp);
  for (let round = 0; round < rounds; round++)
    for (const way of round % 2 ? ways.toReversed() : ways) {
      way.took.push(...(await latency(way, messages)));
      way.rates.push(await rate(way));
    }
  const results = ways.map(({ name, took, rates }) => ({
    name,
    p50: median(took),
    p99: quantile(took, 0.99),
    worst: Math.max(...took),
    rate: median(rates),
  }));
  printTable(
    ['from publisher to subscriber', 'p50 ms', 'p99 ms', 'worst ms', 'messages a second, 1,000 in flight'],
    results.map(({ name, p50, p99, worst, rate: aSecond }) => [
      name,
      p50.toFixed(3),
      p99.toFixed(3),
      worst.toFixed(1),
      Math.round(aSecond),
    ]),
  );
  saveResults('hubs-messages', 'npm run bench -- hubs', results);
} finally {
  for (const client of clients) await client.close();
  for (const hub of [alone, one, other]) await hub.stop();
  await nats.stop();
}
