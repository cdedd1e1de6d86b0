import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createManualClock } from '@inkwire/base';
import { encodedValue } from '@inkwire/kv';
import type { Client, TopicItem } from '@inkwire/wire';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fakePicture } from './fake-reader.ts';
import { askOnce, frameOf, signIn } from './frames.ts';
import { until } from './served-hub.ts';
import { wireHub } from './wired-hub.ts';

const idOf = async (client: Client) => Number(await client.hget('$session', 'id'));

/** What is heard on a topic from now on. */
async function hear(client: Client, topic: Parameters<Client['subscribe']>[0]): Promise<TopicItem[]> {
  const heard: TopicItem[] = [];
  const subscription = client.subscribe(topic);
  await subscription.ready();
  void (async () => {
    for await (const item of subscription) heard.push(item);
  })().catch(() => {});
  return heard;
}

const refused = (status: number, message?: string) =>
  expect.objectContaining({ code: 'WIRE_STATUS', status, ...(message && { hubMessage: message }) });

describe('the table $hub', () => {
  it('tells name, time, version, start, model and the number of members, and takes nothing', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const { join } = await wireHub({}, { clock });
    const client = await join();
    clock.advance(5);
    expect(Object.fromEntries(await client.hgetall('$hub'))).toEqual({
      name: 'test hub',
      time: 1_700_000_000_005,
      version: '1.2.3',
      started: 1_700_000_000_000,
      model: expect.stringMatching(/^\w+ \w+$/),
      members: 1,
    });
    expect(await client.hmget('$hub', ['name', 'nothing'])).toEqual(['test hub', null]);
    expect(await client.hmexist('$hub', ['time', 'toString'])).toEqual([true, false]);
    expect(await client.hget('$hub', 'toString')).toBeUndefined();
    const readOnly = refused(403, 'Forbidden: $hub is not to be written to');
    await expect(client.hset('$hub', 'name', 'mine')).rejects.toEqual(readOnly);
    await expect(client.hmset('$hub', [['name', 'mine']])).rejects.toEqual(readOnly);
    await expect(client.hdel('$hub', 'name')).rejects.toEqual(readOnly);
    await expect(client.hmdel('$hub', ['name'])).rejects.toEqual(readOnly);
  });

  it('answers a hundred requests that are sent at once', async () => {
    const client = await (await wireHub()).join();
    const times = await Promise.all(Array.from({ length: 100 }, () => client.hget('$hub', 'time')));
    expect(times.filter((time) => typeof time === 'number')).toHaveLength(100);
  });
});

it('names of the hub that are none: nothing to read, nothing to write, nothing to hear', async () => {
  const client = await (await wireHub()).join();
  expect(await client.hget('$other', 'key')).toBeUndefined();
  expect((await client.hgetall('$other')).size).toBe(0);
  await expect(client.hset('$other', 'key', 1)).rejects.toEqual(refused(403));
  await expect(client.publish('$other', [1])).rejects.toEqual(refused(403));
  await expect(client.publish('$members', [1])).rejects.toEqual(refused(403));
  await expect(client.publish('$readings', [1])).rejects.toEqual(refused(403));
  await expect(client.subscribe('$other').ready()).rejects.toEqual(refused(404));
  await expect(client.lease(new Uint8Array(1))).rejects.toEqual(refused(404));
});

describe('members', () => {
  it('are listed with all that is known of them, and their changes are heard', async () => {
    const { join, wire } = await wireHub();
    const anna = await join({ name: 'Anna' });
    const events = await hear(anna, '$members');
    const bert = await join({ name: 'Bert' });
    const id = await idOf(bert);
    const member = {
      id,
      name: 'Bert',
      address: '127.0.0.1',
      port: expect.any(Number),
      since: expect.any(String),
      transport: 'tcp',
    };
    expect(JSON.parse(String(await anna.hget('$members', String(id))))).toEqual(member);
    expect((await anna.hgetall('$members')).size).toBe(2);
    expect(await anna.hset('$session', 'name', ' Änne ')).toBe('Anna');
    expect(await anna.hget('$session', 'name')).toBe('Änne');
    await bert.close();
    await until(() => events.length === 4);
    const told = events.map(({ values }) => JSON.parse(String(values![0])));
    expect(told.map(({ kind, member: { name } }) => `${kind} ${name}`)).toEqual([
      `joined member-${id}`,
      'renamed Bert',
      'renamed Änne',
      'left Bert',
    ]);
    expect(told[3].member).toEqual(member);
    expect(wire.members.size).toBe(1);
    expect(await anna.hexist('$members', String(id))).toBe(false);
  });

  it('have names that fit on a line', async () => {
    const client = await (await wireHub()).join();
    for (const name of ['', '  ', 'a\nb', '\u202egnirts', 'x'.repeat(65)])
      await expect(client.hset('$session', 'name', name)).rejects.toEqual(refused(400));
    await expect(client.hset('$session', 'name', 7)).rejects.toEqual(refused(400));
    await expect(client.hset('$session', 'id', '7')).rejects.toEqual(refused(403));
  });

  it('change their names now and then, and not all the time', async () => {
    const clock = createManualClock();
    const { join } = await wireHub({}, { clock, limits: { maxRenamesPerMinute: 2 } });
    // Not multiplexed: with the clock, pings would go by.
    const client = await join({ name: 'Anna', multiplexed: false });
    await client.hset('$session', 'name', 'Änne');
    for (let i = 0; i < 5; i++) await client.hset('$session', 'name', 'Änne');
    await expect(client.hset('$session', 'name', 'Anna')).rejects.toEqual(
      refused(429, 'A name may be changed 2 times a minute'),
    );
    expect(await client.hget('$session', 'name')).toBe('Änne');
    clock.advance(30_000);
    await client.hset('$session', 'name', 'Anna');
    await expect(client.hset('$session', 'name', 'Änne')).rejects.toEqual(refused(429));
  });

  it('have a share of the subscriptions each, and get back what they end', async () => {
    const { join } = await wireHub({}, { limits: { maxSubscriptionsPerMember: 2 } });
    const [anna, bert] = [await join(), await join()];
    const first = anna.subscribe('a');
    await Promise.all([first.ready(), anna.subscribe('b').ready()]);
    const third = anna.subscribe('c').ready();
    await expect(third).rejects.toEqual(refused(429, 'A member may have 2 subscriptions'));
    await bert.subscribe('c').ready();
    await anna.hset('t', 'k', 1);
    first.unsubscribe();
    const again = () =>
      anna
        .subscribe('c')
        .ready()
        .then(
          () => 'heard',
          () => 'refused',
        );
    await until(async () => (await again()) === 'heard');
  });

  it('are no more than there may be', async () => {
    const { join, wire, listener } = await wireHub({}, { limits: { maxMembers: 1 } });
    await join();
    const socket = connect(listener.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve).on('error', () => {}));
    expect(wire.members.size).toBe(1);
  });

  it('are no more than connections, of which those that have not signed in count too', async () => {
    const options = { limits: { maxMembers: 1 }, clock: createManualClock() };
    const { listener, wire } = await wireHub({ tokens: { admin: 'open-sesame' } }, options);
    const first = connect(listener.port, '127.0.0.1');
    onTestFinished(() => void first.destroy());
    await until(() => listener.connections === 1);
    const second = connect(listener.port, '127.0.0.1');
    await new Promise((resolve) => second.once('close', resolve).on('error', () => {}));
    expect([listener.connections, wire.members.size]).toEqual([1, 0]);
  });

  it('send each other messages', async () => {
    const { join } = await wireHub();
    const [anna, bert] = [await join({ name: 'Anna' }), await join({ name: 'Bert' })];
    const inbox = await hear(bert, (id) => `$inbox/${id}`);
    const [from, to] = [await idOf(anna), await idOf(bert)];
    await anna.publish(`$inbox/${to}`, ['hello', 7, true]);
    await until(() => inbox.length === 1);
    expect(inbox[0]!.values).toEqual([from, 'Anna', 'hello', 7, true]);
    await expect(anna.publish(`$inbox/${from}`, ['me'])).rejects.toEqual(refused(400));
    await expect(anna.publish('$inbox/4711', ['you'])).rejects.toEqual(
      refused(404, 'Not found: member 4711'),
    );
    await expect(anna.subscribe(`$inbox/${to}`).ready()).rejects.toEqual(refused(403));
    await expect(anna.subscribe(`$inbox/0${from}`).ready()).rejects.toEqual(refused(404));
    await expect(anna.hget('$session', 'x'.repeat(600))).rejects.toEqual(refused(400));
    await bert.destroy();
    await until(() => inbox.length >= 1);
    await expect
      .poll(() => anna.publish(`$inbox/${to}`, ['gone']).catch((error) => error))
      .toEqual(refused(404, `Not found: member ${to}`));
  });
});

describe('readings', () => {
  it('are read, heard on $readings and found in its table', async () => {
    const { join } = await wireHub();
    const [anna, bert] = [await join({ name: 'Anna' }), await join()];
    const heard = await hear(bert, '$readings');
    const reading = await anna.read(fakePicture('47'));
    expect(reading).toMatchObject({ text: '47', source: 'Anna' });
    const preview = await anna.read(fakePicture('1'), { keep: false });
    expect(preview.id).toBe('');
    await until(() => heard.length === 1);
    expect(JSON.parse(String(heard[0]!.values![0]))).toEqual(reading);
    expect(JSON.parse(String(await bert.hget('$readings', reading.id)))).toEqual(reading);
    expect([...(await bert.hgetall('$readings')).keys()]).toEqual([reading.id]);
    expect(await bert.hexist('$readings', 'nothing')).toBe(false);
    await expect(bert.hdel('$readings', reading.id)).rejects.toEqual(refused(403));
  });

  it('are refused with the code that HTTP gives', async () => {
    const { join, faults } = await wireHub();
    const client = await join();
    await expect(client.read(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      status: 415,
      hubMessage: expect.stringContaining('DIGITS_PICTURE_UNSUPPORTED'),
    });
    expect(faults).toEqual([]);
  });
});

describe('a picture', () => {
  it.each([true, false])(
    'whose member has gone is not read to its end, and not kept (multiplexed: %s)',
    async (multiplexed) => {
      const { join, reader, readings, faults, hub } = await wireHub();
      const client = await join({ multiplexed });
      const release = reader.hold();
      const asked = client.read(fakePicture('47'));
      asked.catch(() => {});
      await until(() => reader.reading === 1);
      await client.destroy();
      await until(() => reader.aborted === 1);
      release();
      await hub.close();
      expect(await readings.count()).toBe(0);
      expect(faults).toEqual([]);
    },
  );

  it('is answered to who says no more but listens still', async () => {
    const { listener, readings } = await wireHub();
    const picture = { image: fakePicture('47') };
    const answer = await askOnce(listener.port, { kind: 'read', picture, keep: true });
    expect(JSON.parse(answer.reading!)).toMatchObject({ text: '47' });
    expect(await readings.count()).toBe(1);
  });

  it('that fails inside is a 500 that says nothing of it, and the operator is told', async () => {
    const { join, faults } = await wireHub();
    const client = await join();
    await expect(client.read(fakePicture('crash'))).rejects.toEqual(
      refused(500, 'HUB_FAILED: The server failed'),
    );
    expect(String(faults)).toContain('libsecret');
    expect(faults).toHaveLength(1);
  });

  it('that takes too long is given up', async () => {
    const { join, reader } = await wireHub({}, { limits: { readTimeoutMs: 1 } });
    const client = await join();
    reader.hold();
    await expect(client.read(fakePicture('47'))).rejects.toMatchObject({
      status: 503,
      hubMessage: expect.stringContaining('BASE_TIMEOUT'),
    });
  });
});

describe('answers about the hub', () => {
  it('list the newest thousand readings', async () => {
    const { join, hub } = await wireHub();
    const kept = [];
    for (let i = 0; i <= 1_000; i++) kept.push(await hub.read({ bytes: fakePicture('1') }, { source: 'a' }));
    const listed = await (await join({ multiplexed: false })).hgetall('$readings');
    expect(new Set(listed.keys())).toEqual(new Set(kept.slice(1).map(({ id }) => id)));
  });

  it('are no longer than others, however often something is asked for', async () => {
    const { join, hub, readings } = await wireHub();
    const client = await join({ multiplexed: false });
    expect(await client.hmexist('$hub', Array(1_000).fill('name'))).toHaveLength(1_000);
    for (const ask of [
      client.hmget('$hub', Array(1_001).fill('name')),
      client.hmexist('$hub', Array(1_001).fill('name')),
    ])
      await expect(ask).rejects.toEqual(refused(413));

    const long = 'x'.repeat(3 * 2 ** 20);
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push((await hub.read({ bytes: fakePicture('1') }, { source: long })).id);
    const fetched = vi.spyOn(readings, 'get');
    await expect(client.hmget('$readings', [...ids, ...ids])).rejects.toEqual(refused(413));
    // The last of them was one too many, and no more are held for an answer that will not be.
    expect(fetched).toHaveBeenCalledTimes(6);
    expect(await client.hmget('$readings', ids.slice(0, 5))).toHaveLength(5);
    expect(await client.hmexist('$readings', [...ids, 'none'])).toEqual([...ids.map(() => true), false]);
    // The newest of them that fit.
    expect([...(await client.hgetall('$readings')).keys()]).toEqual(ids.slice(2).reverse());
  });

  it('say no long names back', async () => {
    const client = await (await wireHub()).join({ multiplexed: false });
    const long = 'k'.repeat(100_000);
    for (const ask of [
      client.hget('$hub', long),
      client.hget(`$${long}`, 'k'),
      client.hset('$session', long, 7),
      client.hset('$session', long, 'x'),
      client.hset(`$${long}`, 'k', 7),
      client.hmset(`$${long}`, [['k', 7]]),
      client.publish(`$${long}`, [7]),
      client.subscribe(`$${long}`).ready(),
    ])
      await expect(ask).rejects.toEqual(
        refused(400, 'Command is invalid: `A name or key here has at most 512 characters`'),
      );
  });
});

describe('tokens', () => {
  const tokens = { admin: 'admin-token', write: 'write-token', read: 'read-token' };

  it('are needed before anything else', async () => {
    const { join, wire, listener } = await wireHub({ tokens });
    const stranger = connect(listener.port, '127.0.0.1');
    onTestFinished(() => void stranger.destroy());
    // hget $hub time
    stranger.write(Buffer.from('0000000e0a0c0a042468756212046e616d65', 'hex'));
    const answer = await new Promise<Buffer>((resolve) => stranger.once('data', resolve));
    expect(answer.toString('latin1')).toContain('Unauthorized: set $session token first');
    expect(wire.members.size).toBe(0);
    await expect(join({ token: 'wrong-token' })).rejects.toEqual(refused(401));
    await expect(join({ name: 'Anna' })).rejects.toEqual(refused(401));
    expect(wire.members.size).toBe(0);
  });

  it('cannot be tried without end, and nothing else is answered meanwhile', async () => {
    const clock = createManualClock();
    const { join, wire, listener } = await wireHub({ tokens }, { clock });
    const stranger = connect(listener.port, '127.0.0.1');
    onTestFinished(() => void stranger.destroy());
    const closed = new Promise((resolve) => stranger.on('error', () => {}).once('close', resolve));
    const wrong = frameOf(signIn('wrong-token'));
    stranger.write(Buffer.concat(Array.from({ length: 20 }, () => wrong)));
    let answered = 0;
    stranger.on(
      'data',
      (data: Buffer) => (answered += data.toString('latin1').split('Unauthorized').length - 1),
    );
    await until(() => answered >= 5);
    // It is cut after the answers, and not because it has not signed in for 10 s.
    clock.advance(100);
    await closed;
    expect(wire.members.size).toBe(0);
    const member = await join({ token: tokens.admin });
    expect(await member.hget('$session', 'id')).toBe(1);
  });

  it('give a role each', async () => {
    const { join } = await wireHub({ tokens });
    const [reader, writer, admin] = await Promise.all(
      [tokens.read, tokens.write, tokens.admin].map((token) => join({ token })),
    );
    await writer!.hset('t', 'k', 1);
    expect(await reader!.hget('t', 'k')).toBe(1);
    const forbidden = refused(403, 'Forbidden: the role of this token does not allow it');
    await expect(reader!.hset('t', 'k', 2)).rejects.toEqual(forbidden);
    await expect(reader!.publish('topic', [1])).rejects.toEqual(forbidden);
    await expect(reader!.read(fakePicture('1'))).rejects.toEqual(forbidden);
    await reader!.hset('$session', 'name', 'Reader');
    await expect(writer!.lease(new Uint8Array(1))).rejects.toEqual(forbidden);
    await expect(admin!.lease(new Uint8Array(1))).rejects.toEqual(refused(404));
  });
});

it('answers no more commands a second than it may', async () => {
  const clock = createManualClock();
  const { join } = await wireHub({}, { clock, limits: { maxCommandsPerSecond: 3 } });
  const client = await join({ multiplexed: false });
  await client.hget('t', 'k');
  await client.hget('t', 'k');
  await expect(client.hget('t', 'k')).rejects.toEqual(refused(429));
  clock.advance(1000);
  await client.hget('t', 'k');
});

it('refuses to be heard elsewhere without a token, says when its port is taken, and when a certificate is none', async () => {
  await expect(wireHub({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'HUB_BINDING_UNSAFE' });
  const { listener } = await wireHub();
  await expect(wireHub({ port: listener.port })).rejects.toMatchObject({
    code: 'HUB_PORT_IN_USE',
    message: expect.stringContaining('--wire'),
  });
  await expect(wireHub({ tls: { cert: 'no', key: 'no' } })).rejects.toMatchObject({
    code: 'HUB_TLS_INVALID',
  });
});

it('misses a member that has said its last word, listened on, and vanished', async () => {
  const clock = createManualClock();
  const { wire, listener } = await wireHub({}, { clock });
  const socket = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(frameOf({ kind: 'subscribe', topic: 'topic' }));
  await until(() => wire.topics.subscribers('topic') === 1);
  clock.advance(15_000);
  expect(wire.members.size).toBe(1);
  // More than it reads: that there is something unread makes the end of its socket a reset, as the end of its process would.
  wire.topics.publish('topic', [encodedValue({ kind: 'binary', value: randomBytes(120_000) })]);
  await once(socket.pause(), 'readable');
  await until(() => wire.queuedBytes === 0);
  socket.destroy();
  await until(() => {
    clock.advance(15_000);
    return wire.members.size === 0;
  });
  expect(wire.topics.subscribers('topic')).toBe(0);
});

it('ends in order: what was asked is answered, subscriptions end, and connections are closed', async () => {
  const { join, wire, listener } = await wireHub();
  const [client, plain] = [await join(), await join({ multiplexed: false })];
  await hear(plain, 'topic');
  expect(listener.connections).toBe(3);
  const answers = Promise.all([client.hset('t', 'k', 1), plain.hset('t', 'l', 2)]);
  await answers;
  await listener.close();
  await until(() => wire.members.size === 0);
  expect(listener.connections).toBe(0);
});

it.each([true, false])(
  'closes only when what it has taken is answered, multiplexed: %s',
  async (multiplexed) => {
    const clock = createManualClock();
    const { join, listener, reader } = await wireHub({}, { clock });
    const client = await join({ multiplexed });
    const go = reader.hold();
    const answer = client.read(fakePicture('47'));
    await until(() => reader.reading === 1);
    const closing = listener.close();
    go();
    expect(await answer).toMatchObject({ text: '47' });
    // Then the client is cut, if it does not go by itself.
    clock.advance(500);
    await closing;
    expect(listener.connections).toBe(0);
  },
);

it('leaves no timer behind for who has gone', async () => {
  const clock = createManualClock();
  const { wire, listener } = await wireHub({ tokens: { admin: 'open-sesame' } }, { clock });
  const before = clock.pending;
  const sockets = Array.from({ length: 5 }, () => connect({ port: listener.port, host: '127.0.0.1' }));
  await until(() => listener.connections === 5);
  expect(clock.pending).toBeGreaterThan(before);
  for (const socket of sockets) socket.destroy();
  await until(() => listener.connections === 0);
  expect(clock.pending).toBe(before);
  expect(wire.members.size).toBe(0);
});

it('ends with its topics and its names, once the service is closed', async () => {
  const { join, wire, hub, readings } = await wireHub();
  const client = await join();
  const subscription = client.subscribe('$readings');
  await subscription.ready();
  const before = wire.topics.subscribers('$readings');
  expect(before).toBe(1);
  await wire.close();
  expect(wire.topics.subscribers('$readings')).toBe(0);
  const published = vi.spyOn(wire.topics, 'subscribers');
  await hub.read({ bytes: fakePicture('1') }, { source: 'a' });
  expect(published).not.toHaveBeenCalled();
  expect(await readings.count()).toBe(1);
});
