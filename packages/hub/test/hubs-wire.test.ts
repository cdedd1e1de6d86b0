import { connect } from 'node:net';
import type { Client, TopicItem } from '@inkwire/wire';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenLab, type ReadingEvent } from '../src/index.ts';
import { commands, encodePacket, kinds, PacketDecoder } from '../src/lab/packet.ts';
import { fakePicture } from './fake-reader.ts';
import { wireHubs } from './hubs-on-wire.ts';
import { faultsOf } from './message-history.ts';
import { RecordedClients } from './recorded-clients.ts';
import { until } from './served-hub.ts';

/** The first value of a message. */
const firstOf = ({ values }: TopicItem) => values?.[0];
const idOf = async (client: Client) => Number(await client.hget('$session', 'id'));
const refused = (status: number) => expect.objectContaining({ code: 'WIRE_STATUS', status });

/** What is received on a topic from now on. */
async function receive(client: Client, topic: Parameters<Client['subscribe']>[0]): Promise<TopicItem[]> {
  const received: TopicItem[] = [];
  const subscription = client.subscribe(topic);
  await subscription.ready();
  void (async () => {
    for await (const item of subscription) received.push(item);
  })().catch(() => {});
  return received;
}

describe('topics over several hubs', () => {
  it('bring each message to the subscribers of all hubs once, in the order of its publisher', async () => {
    const { served } = await wireHubs(3);
    const clients = await Promise.all(served.map(({ join }) => join()));
    const recorded = new RecordedClients();
    for (const client of clients) for (const topic of ['a', 'b.*']) await recorded.subscribe(client, topic);
    const publishing = clients.map(async (client, index) => {
      for (let round = 0; round < 40; round++)
        await Promise.all(
          ['a', 'b.*', 'a'].map((topic) => recorded.publish(client, `${index} ${topic}`, topic)),
        );
    });
    await Promise.all(publishing);
    await until(() => recorded.received === 3 * 40 * 3 * 3);
    recorded.note('settled');
    expect(faultsOf(recorded.history)).toEqual([]);
  });

  it('lose nothing that another hub publishes after the subscription was answered', async () => {
    const { served } = await wireHubs(2);
    const [here, there] = [await served[0]!.join(), await served[1]!.join()];
    const recorded = new RecordedClients();
    for (let each = 0; each < 100; each++) {
      await recorded.subscribe(here, `topic ${each}`);
      await recorded.publish(there, `publisher ${each}`, `topic ${each}`);
    }
    await until(() => recorded.received === 100);
    recorded.note('settled');
    expect(faultsOf(recorded.history)).toEqual([]);
  });

  it('send nothing to other hubs that nobody there wants', async () => {
    const { served } = await wireHubs(2);
    const [here, there] = [served[0]!, await served[1]!.join()];
    const client = await here.join();
    const own = await receive(client, 'own');
    await receive(there, 'theirs');
    const before = here.place.data;
    let sent = 0;
    const publish = before.publish.bind(before);
    before.publish = (subject, bytes) => {
      sent++;
      publish(subject, bytes);
    };
    for (let each = 0; each < 10; each++) await client.publish('own', [each]);
    await until(() => own.length === 10);
    expect(sent).toBe(0);
    await client.publish('theirs', [1]);
    expect(sent).toBe(1);
  });

  it('carry long messages, and answer 503 when the bus is away and no more is kept', async () => {
    const { served } = await wireHubs(2);
    const [{ place, join }, other] = served as [(typeof served)[0], (typeof served)[0]];
    const client = await join();
    const received = await receive(await other.join(), 'news');
    const long = 'ü'.repeat(2 ** 20);
    await client.publish('news', [long]);
    await until(() => received.length === 1);
    expect(received[0]!.values).toEqual([long]);

    place.disconnect();
    for (let each = 0; each < 5; each++) await client.publish('news', [each]);
    await expect(client.publish('news', ['too much'])).rejects.toEqual(refused(503));
    // What is for this hub alone goes on.
    const own = await receive(client, 'own');
    await client.publish('own', ['mine']);
    await until(() => own.length === 1);
    place.reconnect();
    await until(() => received.length === 6);
    await client.publish('news', ['after']);
    await until(() => received.length === 7);
    expect(received.slice(1).map(firstOf)).toEqual([0, 1, 2, 3, 4, 'after']);
  });
});

describe('members over several hubs', () => {
  it('send each other messages, also over the lab packet', async () => {
    const { served } = await wireHubs(2);
    const [here, there] = [await served[0]!.join({ name: 'Anna' }), await served[1]!.join({ name: 'Bert' })];
    const [from, to] = [await idOf(here), await idOf(there)];
    const inbox = await receive(there, (id) => `$inbox/${id}`);
    await until(async () => (await here.hgetall('$members')).size === 2);
    await here.publish(`$inbox/${to}`, ['hello', 7, true]);
    await until(() => inbox.length === 1);
    expect(inbox[0]!.values).toEqual([from, 'Anna', 'hello', 7, true]);
    await expect(here.publish(`$inbox/${to + 1}`, ['you'])).rejects.toEqual(refused(404));

    const lab = await listenLab(served[0]!.wire, { port: 0 });
    const socket = connect(lab.port, '127.0.0.1');
    onTestFinished(async () => {
      socket.destroy();
      await lab.destroy();
    });
    const decoder = new PacketDecoder();
    const packets: string[] = [];
    socket.on('data', (bytes) => {
      for (const { command, content } of decoder.push(bytes)) packets.push(`${command} ${content}`);
    });
    const text = Buffer.alloc(4 + 5);
    text.writeInt32LE(to);
    text.write('paper', 4);
    const packet = Buffer.from(encodePacket(kinds.request, commands.send));
    text.copy(packet, 8);
    socket.write(packet);
    await until(() => inbox.length === 2);
    expect(inbox[1]!.values?.slice(2)).toEqual(['paper']);
  });

  it('are counted, listed and announced by each hub, which tells the hubs too', async () => {
    const { served } = await wireHubs(2);
    const here = await served[0]!.join({ name: 'Anna' });
    const events = await receive(here, '$members');
    const there = await served[1]!.join({ name: 'Bert' });
    const id = await idOf(there);
    await until(() => events.some((item) => String(firstOf(item)).includes('"Bert"')));
    expect(await here.hget('$members', String(id))).toContain('"name":"Bert"');
    expect(await here.hget('$hub', 'members')).toBe(2);
    expect(await here.hget('$hub', 'hubs')).toBe(2);
    const hubs = await here.hgetall('$hubs');
    expect([...hubs.keys()].sort()).toEqual(served.map(({ hubs: { own } }) => String(own.number)).sort());
    expect(JSON.parse(String(hubs.get(String(served[1]!.hubs.own.number))))).toEqual(served[1]!.hubs.own);
    await there.destroy();
    await until(() => events.some((item) => String(firstOf(item)).includes('"left"')));
    expect(await here.hget('$hub', 'members')).toBe(1);
  });
});

it('readings of another hub are events of this one, marked as from elsewhere', async () => {
  const { served } = await wireHubs(2);
  const [one, two] = served as [(typeof served)[0], (typeof served)[0]];
  const events: ReadingEvent[] = [];
  two.hub.onReading((event) => events.push(event));
  const topic = await receive(await two.join(), '$readings');
  const kept = await one.hub.read({ bytes: fakePicture('47') }, { source: 'test' });
  await one.hub.correct(kept.id, '48');
  await one.hub.remove(kept.id);
  await until(() => events.length === 3 && topic.length === 1);
  expect(events.map(({ kind, isElsewhere }) => [kind, isElsewhere])).toEqual([
    ['kept', true],
    ['corrected', true],
    ['removed', true],
  ]);
  expect(events[0]!.reading).toEqual(kept);
  expect(JSON.parse(String(firstOf(topic[0]!))).id).toBe(kept.id);
});
