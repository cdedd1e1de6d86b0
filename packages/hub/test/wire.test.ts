import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createManualClock } from '@inkwire/base';
import type { Client, TopicItem } from '@inkwire/wire';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fakePicture } from './fake-reader.ts';
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
    const { join, hub } = await wireHub();
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
    expect(hub.wire.members.size).toBe(1);
    expect(await anna.hexist('$members', String(id))).toBe(false);
  });

  it('have names that fit on a line', async () => {
    const client = await (await wireHub()).join();
    for (const name of ['', '  ', 'a\nb', '\u202egnirts', 'x'.repeat(65)])
      await expect(client.hset('$session', 'name', name)).rejects.toEqual(refused(400));
    await expect(client.hset('$session', 'name', 7)).rejects.toEqual(refused(400));
    await expect(client.hset('$session', 'id', '7')).rejects.toEqual(refused(403));
  });

  it('are no more than there may be', async () => {
    const { join, hub, listener } = await wireHub({}, { wireLimits: { maxMembers: 1 } });
    await join();
    const socket = connect(listener.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve).on('error', () => {}));
    expect(hub.wire.members.size).toBe(1);
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

describe('tokens', () => {
  const tokens = { admin: 'admin-token', write: 'write-token', read: 'read-token' };

  it('are needed before anything else', async () => {
    const { join, hub, listener } = await wireHub({ tokens });
    const stranger = connect(listener.port, '127.0.0.1');
    onTestFinished(() => void stranger.destroy());
    // hget $hub time
    stranger.write(Buffer.from('0000000e0a0c0a042468756212046e616d65', 'hex'));
    const answer = await new Promise<Buffer>((resolve) => stranger.once('data', resolve));
    expect(answer.toString('latin1')).toContain('Unauthorized: set $session token first');
    expect(hub.wire.members.size).toBe(0);
    await expect(join({ token: 'wrong-token' })).rejects.toEqual(refused(401));
    await expect(join({ name: 'Anna' })).rejects.toEqual(refused(401));
    expect(hub.wire.members.size).toBe(0);
  });

  it('cannot be tried without end, and nothing else is answered meanwhile', async () => {
    const { join, hub, listener } = await wireHub({ tokens });
    const stranger = connect(listener.port, '127.0.0.1');
    onTestFinished(() => void stranger.destroy());
    // hset $session token "x"
    const wrong = Buffer.from('0000001b22190a082473657373696f6e120d0a05746f6b656e12040a027878', 'hex');
    stranger.write(Buffer.concat(Array.from({ length: 20 }, () => wrong)));
    await new Promise((resolve) => stranger.on('error', () => {}).once('close', resolve));
    expect(hub.wire.members.size).toBe(0);
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
  const { join } = await wireHub({}, { clock, wireLimits: { maxCommandsPerSecond: 3 } });
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

it('gives a member up that is frozen, and tells the others', async () => {
  const { hub, listener, join } = await wireHub({ ping: { intervalMs: 100, misses: 2 } });
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./frozen-member.js', import.meta.url)), String(listener.port)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const watcher = await join();
  const events = await hear(watcher, '$members');
  // Only who has begun to speak yamux can be pinged.
  await once(child.stdout!, 'data');
  child.kill('SIGSTOP');
  await until(() => hub.wire.members.size === 1);
  await until(() => events.length > 0 && String(events.at(-1)!.values![0]).includes('"left"'));
});

it('ends in order: what was asked is answered, subscriptions end, and connections are closed', async () => {
  const { join, hub, listener } = await wireHub();
  const [client, plain] = [await join(), await join({ multiplexed: false })];
  await hear(plain, 'topic');
  expect(listener.connections).toBe(3);
  const answers = Promise.all([client.hset('t', 'k', 1), plain.hset('t', 'l', 2)]);
  await answers;
  await listener.close();
  await until(() => hub.wire.members.size === 0);
  expect(listener.connections).toBe(0);
});
