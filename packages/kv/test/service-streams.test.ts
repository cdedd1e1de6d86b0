import { createRandom } from '@inkwire/base';
import { createYamuxSession, openStreams } from '@inkwire/wire';
import { dialStream, listenStreams } from '@inkwire/wire/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandServiceOptions } from '../src/index.ts';
import { connect, createPeer, type Peer, turns } from './peer.ts';
import { createService, createSlowTables, get, set } from './service-under-test.ts';

describe('over real sockets', () => {
  async function listen(options: Partial<CommandServiceOptions<string>> = {}) {
    const created = createService(options);
    const listener = await listenStreams({
      onChannel: (channel) => void openStreams(channel, (stream) => created.service.serve(stream, 'me')),
    });
    onTestFinished(() => listener.close());
    const dial = async () => {
      const channel = await dialStream({ host: '127.0.0.1', port: listener.port });
      onTestFinished(() => channel.destroy());
      return channel;
    };
    return { ...created, dial };
  }

  it('a value that is kept does not keep all that came with it', async () => {
    const { tables, dial } = await listen();
    const peer = createPeer(await dial());
    const beside = Array.from({ length: 500 }, (_, i) => get(`another key ${i}`));
    peer.send(set('k'), set('bytes', { kind: 'binary', value: new Uint8Array(100) }), ...beside);
    await peer.until(502);
    for (const key of ['k', 'bytes']) {
      const kept = (await tables.hget('t', key))!;
      expect(kept.buffer.byteLength).toBe(kept.length);
    }
  });

  it('streams of one connection are served as connections are: commands, order, subscriptions, ends', async () => {
    const { dial, topics, metrics } = await listen();
    const session = createYamuxSession({ channel: await dial(), side: 'client' });
    onTestFinished(() => session.destroy());
    const [asker, ear, wrong, other] = Array.from({ length: 4 }, () => createPeer(session.open())) as [
      Peer,
      Peer,
      Peer,
      Peer,
    ];
    // The bytes of docs/protocol.md, and a subscriber that ends its side right after it has subscribed.
    ear.sendHex('00000009 52070a056c6f626279');
    ear.stream.end();
    await ear.until(1);
    asker.sendHex('0000001c 221a0a067461626c653112100a0568656c6c6f12070a05776f726c64');
    asker.sendHex('0000001a 62180a056c6f626279120218011202180212070a0568656c6c6f');
    asker.sendHex('0000000a 0a080a02743112026b31');
    await asker.until(3);
    await ear.until(2);
    expect(asker.frames.slice(0, 2)).toEqual(['08c8011a00', '08c801']);
    expect(asker.replies[2]!.status).toBe(404);
    expect(ear.frames).toEqual(['08c8011a021807', '08c8011a0218011a0218021a070a0568656c6c6f']);
    // What is no command ends its own stream.
    wrong.sendHex('00000003 ffffff');
    await wrong.untilEnded();
    expect(wrong.replies.map(({ status }) => status)).toEqual([400]);
    const noise = createRandom(1);
    other.send(
      set('a', { kind: 'binary', value: Uint8Array.from({ length: 100_000 }, () => noise.below(256)) }),
      { kind: 'hmget', table: 't', keys: ['a', 'a'] },
      get('a'),
      { kind: 'unsubscribe', topic: 'lobby', id: 7 },
    );
    await other.until(4);
    expect(other.replies.map(({ status }) => status)).toEqual([200, 413, 200, 200]);
    await ear.untilClosed();
    for (const peer of [asker, wrong, other]) peer.stream.end();
    for (const peer of [asker, wrong, other]) await peer.untilClosed();
    expect(topics.subscribers('lobby')).toBe(0);
    expect(metrics).toMatchObject({ streams: 0, streamsOpened: 4, subscriptions: 0 });
    expect(session.closed).toBe(false);
  });
});

describe('what is no command', () => {
  for (const [what, hex] of [
    ['no protobuf', '00000003 ffffff'],
    ['a length past the end', '00000003 0a7f00'],
    ['a group', '00000002 0b0b'],
    ['text that is no UTF-8, as a table', '0000000a 0a080a02ff3112026b31'],
    ['text that is no UTF-8, as a key', '0000000a 0a080a02743112026bff'],
    [
      'text that is no UTF-8, as a value',
      '0000001c 221a0a067461626c653112100a0568656c6c6f12070a05776f726cff',
    ],
    ['a surrogate, as a topic', '00000009 52070a05edA08041 42'.replace('41 42', '4142')],
    [
      'text that is no UTF-8, as what is published',
      '0000001a 62180a056c6f626279120218011202180212070a05ff656c6c6f',
    ],
  ] as const)
    it(`${what}: 400 after the replies before it, and the end`, async () => {
      const { service } = createService();
      const peer = connect(service, 'me');
      peer.send(set('k'));
      peer.sendHex(hex);
      peer.send(set('k'));
      await peer.untilEnded();
      expect(peer.replies.map(({ status }) => status)).toEqual([200, 400]);
      expect(peer.replies[1]!.message).toMatch(/^Command is invalid: `/);
    });

  it('a frame past the limit: 400, the end, and no waiting for a peer that stays', async () => {
    const { service, clock } = createService({ limits: { maxFrameBytes: 1000, lingerMs: 100 } });
    const peer = connect(service, 'me');
    peer.sendHex('000003e9');
    await peer.untilEnded();
    expect(peer.replies).toMatchObject([{ status: 400, message: expect.stringContaining('limit of 1000') }]);
    expect(peer.closed).toBe(false);
    clock.advance(100);
    await peer.untilClosed();
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when the peer closes in time', async () => {
    const { service, clock } = createService();
    const peer = connect(service, 'me');
    peer.sendHex('00000003 ffffff');
    await peer.untilEnded();
    // One for the stream that is ending, one that looks after all.
    expect(clock.pending).toBe(2);
    peer.stream.end();
    await peer.untilClosed();
    await turns(3);
    expect(clock.pending).toBe(0);
  });
});

it('ends a stream whose frame has begun and does not go on, and no other', async () => {
  const { service, clock } = createService({ limits: { frameTimeoutMs: 1000 } });
  const [slow, idle, busy] = [connect(service, 'a'), connect(service, 'b'), connect(service, 'c')];
  idle.send(get('k'));
  await idle.until(1);
  for (let i = 0; i < 4; i++) {
    if (i < 2) slow.sendHex('00');
    // Half of a frame, then its other half and half of the next.
    busy.sendHex(i === 0 ? '0000000a0a08' : '0a027431' + '12026b31' + '0000000a0a08');
    await turns();
    clock.advance(500);
    await turns();
  }
  await slow.untilEnded();
  expect(slow.replies).toMatchObject([{ status: 408, message: 'The frame did not arrive in time' }]);
  expect([idle.ended, busy.ended]).toEqual([false, false]);
});

it('ends a subscribed stream whose peer breaks the framing', async () => {
  const { service, topics } = createService();
  const peer = connect(service, 'a');
  peer.send({ kind: 'subscribe', topic: 't' });
  await peer.until(1);
  peer.sendHex('7fffffff');
  await peer.untilEnded();
  expect(peer.replies.at(-1)).toMatchObject({ status: 400 });
  expect(topics.subscribers('t')).toBe(0);
});

describe('the end of a stream', () => {
  it('follows the peer’s, after all replies', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'));
    peer.stream.end();
    await turns();
    expect(peer.closed).toBe(false);
    letGo[0]!();
    await peer.untilClosed();
    expect(peer.replies.length).toBe(1);
    expect(metrics.streams).toBe(0);
  });

  it('does not follow the peer’s while it is subscribed', async () => {
    const { service, topics } = createService();
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: 'news' });
    peer.stream.end();
    await peer.until(1);
    await turns();
    topics.publish('news', [Uint8Array.of(0x28, 1)]);
    await peer.until(2);
    expect(peer.closed).toBe(false);
    expect(topics.unsubscribe('news', 7)).toBe(true);
    await peer.untilClosed();
  });
});

describe('a stream that has subscribed', () => {
  it('takes no further command: 400, and the end', async () => {
    const { service, topics } = createService();
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: 'news' }, get('k'), get('k'));
    await peer.untilEnded();
    expect(peer.replies.map(({ status, message }) => [status, message])).toEqual([
      [200, ''],
      [400, 'Command is invalid: `The stream has subscribed`'],
    ]);
    expect(topics.subscribers('news')).toBe(0);
  });

  it('takes none either when the system decided on the subscription later', async () => {
    const { service, topics } = createService({ system: { answer: async () => undefined } });
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: '$mine' }, get('k'));
    await peer.untilEnded();
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 400]);
    expect(topics.subscribers('$mine')).toBe(0);
  });

  it('ends when it is unsubscribed from elsewhere, by the right topic and id', async () => {
    const { service } = createService();
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: 'news' });
    await peer.until(1);
    const other = connect(service, 'you');
    other.send(
      { kind: 'unsubscribe', topic: 'news', id: 8 },
      { kind: 'unsubscribe', topic: 'other', id: 7 },
      { kind: 'unsubscribe', topic: 'news', id: 7 },
      { kind: 'unsubscribe', topic: 'news', id: 7 },
    );
    await other.until(4);
    await peer.untilEnded();
    expect(other.replies.map(({ status, message }) => [status, message])).toEqual([
      [404, 'Not found: subscription 8'],
      [404, 'Not found: subscription 7'],
      [200, ''],
      [404, 'Not found: subscription 7'],
    ]);
    expect(peer.replies.length).toBe(1);
  });

  it('is forgotten when its channel is gone', async () => {
    const { service, topics, metrics } = createService();
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: 'news' });
    await peer.until(1);
    expect(metrics).toMatchObject({ topics: 1, subscriptions: 1 });
    peer.channel.destroy();
    await turns();
    expect(topics.subscribers('news')).toBe(0);
    expect(metrics).toMatchObject({ topics: 0, subscriptions: 0, streams: 0 });
  });
});

describe('a reader that does not read', () => {
  it('is read no further, and costs a bounded amount', async () => {
    const { service, metrics } = createService();
    const peer = connect(service, 'me');
    const random = createRandom(1);
    // Noise, which does not shrink: a hundred answers of one chunk would be 5 MB.
    peer.send(
      set('big', { kind: 'binary', value: Uint8Array.from({ length: 50_000 }, () => random.below(256)) }),
    );
    await peer.until(1);
    const before = metrics.bytesOut;
    peer.stream.pause();
    for (let i = 0; i < 5; i++) peer.send(...Array.from({ length: 100 }, () => get('big')));
    await turns(50);
    expect(metrics.bytesOut - before).toBeGreaterThan(50_000);
    expect(metrics.bytesOut - before).toBeLessThan(500_000);
    peer.stream.resume();
    await peer.until(501);
    expect(peer.replies.every(({ status }) => status === 200)).toBe(true);
  });
});

it('gives a slow reader the answers behind a slow one piece by piece', async () => {
  const { tables, letGo } = createSlowTables();
  const { service } = createService({ tables });
  const peer = connect(service, 'a', { highWaterBytes: 64 * 1024 });
  // Noise, which compression leaves as long as it is.
  const random = createRandom(1);
  const big = Uint8Array.from({ length: 200_000 }, () => random.below(256));
  peer.send(set('big', { kind: 'binary', value: big }));
  while (letGo.length < 1) await turns(1);
  letGo[0]!();
  await peer.until(1);
  peer.stream.pause();
  peer.send(set('slow'), ...Array.from({ length: 100 }, () => get('big')));
  while (letGo.length < 2) await turns(1);
  letGo[1]!();
  await turns(50);
  // Twenty megabytes are asked for; what has been encoded of them is what the peer was sent and could not take.
  expect(service.metrics.bytesOut).toBeLessThan(2_000_000);
  expect(peer.replies.length).toBe(1);
  peer.stream.resume();
  await peer.until(102);
  expect(peer.replies).toHaveLength(102);
});
