import { createManualClock, createRandom } from '@inkwire/base';
import {
  type Command,
  createYamuxSession,
  encodeReply,
  FrameWriter,
  openStreams,
  ProtobufReader,
  type Reply,
  type Value,
} from '@inkwire/wire';
import { dialStream, listenStreams } from '@inkwire/wire/node';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CommandServiceOptions,
  createCommandService,
  createMemoryTables,
  createTopics,
  KvMetrics,
  type Tables,
} from '../src/index.ts';
import { Promised } from '../src/service/promised.ts';
import { connect, createPeer, type Peer, turns } from './peer.ts';

const string = (value: string): Value => ({ kind: 'string', value });
const integer = (value: number): Value => ({ kind: 'integer', value: BigInt(value) });
const set = (key: string, value: Value = string('v'), table = 't'): Command => ({
  kind: 'hset',
  table,
  pair: { key, value },
});
const get = (key: string, table = 't'): Command => ({ kind: 'hget', table, key });
const ok = (...values: Value[]): Partial<Reply> => ({ status: 200, message: '', values });
const none: Value = { kind: 'none' };

function create(options: Partial<CommandServiceOptions<string>> = {}) {
  const metrics = new KvMetrics();
  let id = 6;
  const clock = createManualClock();
  const tables = createMemoryTables();
  const topics = createTopics({ metrics, nextId: () => ++id });
  const failures: unknown[] = [];
  const service = createCommandService<string>({
    tables,
    topics,
    metrics,
    clock,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  return { service, tables, topics, metrics, clock, failures };
}

/** Tables whose answers wait until they are let go, one by one. */
function createSlowTables(): { readonly tables: Tables; readonly letGo: (() => void)[] } {
  const inner = createMemoryTables();
  const letGo: (() => void)[] = [];
  const slow = (answer: unknown) =>
    new Promised(
      new Promise((resolve, reject) =>
        letGo.push(() => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
    );
  const tables = new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (name === 'hset') return (...args: Parameters<Tables['hset']>) => slow(target.hset(...args));
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { tables: tables as Tables, letGo };
}

describe('the bytes of docs/protocol.md', () => {
  it('are answered with the bytes of docs/protocol.md', async () => {
    const { service } = create();
    const peer = connect(service, 'me');
    peer.sendHex('0000000a 0a080a02743112026b31');
    peer.sendHex('0000001c 221a0a067461626c653112100a0568656c6c6f12070a05776f726c64');
    peer.sendHex('0000001c 221a0a067461626c653112100a0568656c6c6f12070a05776f726c64');
    peer.sendHex('0000001a 62180a056c6f626279120218011202180212070a0568656c6c6f');
    peer.sendHex('0000000b 5a090a056c6f6262791001');
    peer.sendHex('00000009 52070a056c6f626279');
    await peer.until(6);
    expect(peer.frames).toEqual([
      `089403121b${Buffer.from('Not found: table t1, key k1').toString('hex')}`,
      '08c8011a00',
      '08c8011a070a05776f726c64',
      '08c801',
      `0894031219${Buffer.from('Not found: subscription 1').toString('hex')}`,
      '08c8011a021807',
    ]);
  });

  it('arrive cut anywhere', async () => {
    const hex =
      '0000001c221a0a067461626c653112100a0568656c6c6f12070a05776f726c640000000a0a080a02743112026b31';
    for (let cut = 2; cut < hex.length; cut += 2) {
      const peer = connect(create().service, 'me');
      peer.sendHex(hex.slice(0, cut));
      await turns(3);
      peer.sendHex(hex.slice(cut));
      await peer.until(2);
      expect(peer.replies.map(({ status }) => status)).toEqual([200, 404]);
    }
  });

  it('are what a subscriber hears', async () => {
    const { service } = create();
    const subscriber = connect(service, 'me');
    subscriber.send({ kind: 'subscribe', topic: 'lobby' });
    await subscriber.until(1);
    const publisher = connect(service, 'you');
    publisher.sendHex('0000001a 62180a056c6f626279120218011202180212070a0568656c6c6f');
    await subscriber.until(2);
    expect(subscriber.frames).toEqual(['08c8011a021807', '08c8011a0218011a0218021a070a0568656c6c6f']);
  });
});

describe('replies', () => {
  it('of every command', async () => {
    const { service } = create();
    const peer = connect(service, 'me');
    const cases: [Command, Partial<Reply>][] = [
      [get('a'), { status: 404, message: 'Not found: table t, key a', values: [] }],
      [set('a', string('1')), ok(none)],
      [set('a', { kind: 'bool', value: false }), ok(string('1'))],
      [get('a'), ok({ kind: 'bool', value: false })],
      [set('b', { kind: 'float', value: 1.5 }), ok(none)],
      [set('c', { kind: 'integer', value: -5n }), ok(none)],
      [set('d', { kind: 'binary', value: Uint8Array.of(1, 2) }), ok(none)],
      [
        { kind: 'hmget', table: 't', keys: ['c', 'x', 'b'] },
        ok(integer(-5), none, { kind: 'float', value: 1.5 }),
      ],
      [{ kind: 'hexist', table: 't', key: 'a' }, ok({ kind: 'bool', value: true })],
      [
        { kind: 'hmexist', table: 't', keys: ['x', 'a'] },
        ok({ kind: 'bool', value: false }, { kind: 'bool', value: true }),
      ],
      [
        { kind: 'hgetall', table: 'nothing' },
        { ...ok(), pairs: [] },
      ],
      [
        { kind: 'hmset', table: 'u', pairs: [{ key: 'a', value: string('1') }, { key: 'a' }] },
        ok(none, string('1')),
      ],
      [
        { kind: 'hgetall', table: 'u' },
        { ...ok(), pairs: [{ key: 'a', value: none }] },
      ],
      [{ kind: 'hdel', table: 'u', key: 'a' }, ok(none)],
      [
        { kind: 'hmdel', table: 't', keys: ['b', 'b', 'd'] },
        ok({ kind: 'float', value: 1.5 }, none, { kind: 'binary', value: Uint8Array.of(1, 2) }),
      ],
      [{ kind: 'publish', topic: 'nobody', data: [] }, ok()],
      [{ kind: 'hset', table: 't', pair: { key: 'novalue' } }, ok(none)],
      [get('novalue'), ok(none)],
      [set('', string('empty'), ''), ok(none)],
      [get('', ''), ok(string('empty'))],
    ];
    peer.send(...cases.map(([command]) => command));
    await peer.until(cases.length);
    for (const [i, [, reply]] of cases.entries()) expect(peer.replies[i]).toMatchObject(reply);
  });

  it('of commands that say too little', async () => {
    const { service } = create();
    const peer = connect(service, 'me');
    peer.sendHex('00000000');
    peer.send(
      { kind: 'hset', table: 't', pair: undefined },
      { kind: 'hset', table: 'a "b"\\\n\u0001', pair: undefined },
      get('a'),
    );
    await peer.until(4);
    expect(peer.replies.map(({ status, message }) => [status, message])).toEqual([
      [400, 'Command is invalid: `Request has no data`'],
      [400, 'Command is invalid: `Hset { table: "t", pair: None }`'],
      [400, 'Command is invalid: `Hset { table: "a \\"b\\"\\\\\\n\\u{1}", pair: None }`'],
      [404, 'Not found: table t, key a'],
    ]);
    expect(peer.ended).toBe(false);
  });

  it('of limits that were passed name them', async () => {
    const { service } = create({
      tables: createMemoryTables({ limits: { maxKeyBytes: 10, maxValueBytes: 100, maxKeysPerTable: 1 } }),
    });
    const peer = connect(service, 'me');
    peer.send(set('k'.repeat(11)), set('k', string('v'.repeat(101))), set('a'), set('b'), {
      kind: 'hset',
      table: 't',
      pair: { key: 'a' },
      ttlMs: 2 ** 53 - 1,
    });
    await peer.until(5);
    expect(peer.replies.map(({ status, message }) => [status, message])).toEqual([
      [400, 'Command is invalid: `A key is longer than 10 bytes`'],
      [413, 'A value of 103 bytes is above the limit of 100'],
      [200, ''],
      [507, 'The table holds as many keys as it may: 1'],
      [400, 'Command is invalid: `A time to live is an integer from 0 to 4503599627370496 ms`'],
    ]);
  });

  it('expire with their keys', async () => {
    const clock = createManualClock();
    const { service } = create({ tables: createMemoryTables({ clock }) });
    const peer = connect(service, 'me');
    peer.send({ kind: 'hset', table: 't', pair: { key: 'k', value: string('v') }, ttlMs: 50 }, get('k'));
    await peer.until(2);
    clock.advance(50);
    peer.send(get('k'));
    await peer.until(3);
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 200, 404]);
  });

  it('never say what went wrong inside', async () => {
    const tables = createMemoryTables();
    tables.hget = () => {
      throw new Error('secret');
    };
    const { service, failures } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(get('k'), set('k'));
    await peer.until(2);
    expect(peer.replies[0]).toMatchObject({ status: 500, message: 'The command failed' });
    expect(peer.replies[1]).toMatchObject({ status: 200 });
    expect(failures).toEqual([new Error('secret')]);
  });

  it('are 500 when decoding fails by a mistake of ours, and no bad request', async () => {
    const { service, failures } = create();
    const peer = connect(service, 'me');
    const mistake = new TypeError('a mistake');
    const reading = vi.spyOn(ProtobufReader.prototype, 'more').mockImplementationOnce(() => {
      throw mistake;
    });
    onTestFinished(() => reading.mockRestore());
    peer.send({ kind: 'hgetall', table: 't' }, get('k'));
    await peer.until(2);
    expect(peer.replies.map(({ status }) => status)).toEqual([500, 404]);
    expect(failures).toEqual([mistake]);
  });

  it('are 413 when they are longer than may be sent, and the next is answered', async () => {
    const { service } = create({ limits: { maxReplyBytes: 5000 } });
    const peer = connect(service, 'me');
    const value: Value = { kind: 'binary', value: new Uint8Array(1000) };
    peer.send(
      set('a', value),
      { kind: 'hmget', table: 't', keys: new Array<string>(1000).fill('a') },
      ...['b', 'c', 'd', 'e', 'f'].map((key) => set(key, value)),
      { kind: 'hgetall', table: 't' },
      get('a'),
    );
    await peer.until(9);
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 413, 200, 200, 200, 200, 200, 413, 200]);
  });

  it('are 413 to the byte, whatever the command, and whoever answers', async () => {
    const values: Value[] = Array.from({ length: 10 }, (_, i) => ({
      kind: 'binary',
      value: new Uint8Array(i * 60),
    }));
    const keys = values.map((_, i) => `ké${i}`);
    const pairs = keys.map((key, i) => ({ key, value: values[i]! }));
    const fill: Command[] = [{ kind: 'hmset', table: 't', pairs }];
    const lengthOf = (reply: Partial<Reply>) => {
      const writer = new FrameWriter();
      writer.begin();
      encodeReply({ status: 200, message: '', values: [], pairs: [], ...reply }, writer);
      return writer.payloadBytes;
    };
    const bools = keys.map(() => ({ kind: 'bool', value: true }) as const);
    const answered = { status: 200, message: '', values, pairs: [] };
    const cases: readonly (readonly [Command, number])[] = [
      [{ kind: 'hgetall', table: 't' }, lengthOf({ pairs })],
      [{ kind: 'hmget', table: 't', keys }, lengthOf({ values })],
      [{ kind: 'hmexist', table: 't', keys }, lengthOf({ values: bools })],
      [{ kind: 'hget', table: 't', key: keys[9]! }, lengthOf({ values: [values[9]!] })],
      [{ kind: 'hmset', table: 't', pairs }, lengthOf({ values })],
      [{ kind: 'hmdel', table: 't', keys }, lengthOf({ values })],
      [{ kind: 'hmget', table: '$facts', keys: ['x'] }, lengthOf(answered)],
    ];
    for (const [command, bytes] of cases)
      for (const [maxReplyBytes, status] of [
        [bytes, 200],
        [bytes - 1, 413],
      ] as const) {
        const tables = createMemoryTables();
        const filler = connect(create({ tables }).service, 'me');
        filler.send(...fill);
        await filler.until(1);
        const { service } = create({ tables, limits: { maxReplyBytes }, system: { answer: () => answered } });
        const peer = connect(service, 'me');
        peer.send(command, get('nothing'));
        await peer.until(2);
        expect([command.kind, ...peer.replies.map((reply) => reply.status)]).toEqual([
          command.kind,
          status,
          404,
        ]);
      }
  });

  it('say a name back only in part when it is longer than any that is kept', async () => {
    const { service } = create();
    const peer = connect(service, 'me');
    const long = '"'.repeat(1_000_000);
    const commands: Command[] = [
      { kind: 'hset', table: long, pair: undefined },
      { kind: 'hset', table: `$${long}`, pair: undefined },
      { kind: 'hget', table: `$${long}`, key: long },
      { kind: 'hgetall', table: `$${long}` },
      { kind: 'subscribe', topic: `$${long}` },
      { kind: 'publish', topic: `$${long}`, data: [] },
    ];
    peer.send(...commands);
    await peer.until(commands.length);
    expect(peer.replies.map(({ status }) => status)).toEqual([400, 403, 404, 404, 404, 403]);
    for (const { message } of peer.replies) expect(message.length).toBeLessThan(5000);
    expect(peer.replies[0]!.message).toMatch(/^Command is invalid: `Hset { table: "(\\")+…", pair: None }`$/);
  });

  it('are 413 on a stream that carries no frame so long, even compressed', async () => {
    const { service } = create();
    const peer = connect(service, 'me', { maxWriteBytes: 131_072 });
    const random = createRandom(1);
    const noise = Uint8Array.from({ length: 140_000 }, () => random.below(256));
    const plain = connect(service, 'me');
    plain.send(
      set('noise', { kind: 'binary', value: noise }),
      set('zeros', { kind: 'binary', value: new Uint8Array(140_000) }),
    );
    await plain.until(2);
    peer.send(get('noise'), get('zeros'));
    await peer.until(2);
    expect(peer.replies.map(({ status }) => status)).toEqual([413, 200]);
  });
});

describe('over real sockets', () => {
  async function listen(options: Partial<CommandServiceOptions<string>> = {}) {
    const created = create(options);
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
      const { service } = create();
      const peer = connect(service, 'me');
      peer.send(set('k'));
      peer.sendHex(hex);
      peer.send(set('k'));
      await peer.untilEnded();
      expect(peer.replies.map(({ status }) => status)).toEqual([200, 400]);
      expect(peer.replies[1]!.message).toMatch(/^Command is invalid: `/);
    });

  it('a frame past the limit: 400, the end, and no waiting for a peer that stays', async () => {
    const { service, clock } = create({ limits: { maxFrameBytes: 1000, lingerMs: 100 } });
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
    const { service, clock } = create();
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

describe('the order of replies', () => {
  it('is that of the commands, whatever is done first', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(get('x'), set('a'), get('y'), set('b'), get('z'));
    await turns();
    expect(peer.replies.length).toBe(1);
    expect(metrics.pending).toBe(4);
    letGo[1]!();
    await turns();
    expect(peer.replies.length).toBe(1);
    letGo[0]!();
    await peer.until(5);
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['x', '', 'y', '', 'z']);
    expect(metrics.pending).toBe(0);
  });

  it('goes as far as what is done, and waits for the next', async () => {
    const { tables, letGo } = createSlowTables();
    const { service } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), get('y'), set('b'), get('z'));
    await turns();
    letGo[0]!();
    await turns();
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['', 'y']);
    letGo[1]!();
    await peer.until(4);
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['', 'y', '', 'z']);
  });

  it('holds for failures and for the end', async () => {
    const { tables, letGo } = createSlowTables();
    const { service } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), set('b'));
    peer.sendHex('00000003 ffffff');
    await turns();
    letGo[1]!();
    letGo[0]!();
    await peer.untilEnded();
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 200, 400]);
  });

  it('makes a subscription wait for what is before it', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, topics } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), { kind: 'subscribe', topic: 'news' });
    await turns();
    topics.publish('news', []);
    await turns();
    letGo[0]!();
    await peer.until(2);
    topics.publish('news', []);
    await peer.until(3);
    expect(peer.replies).toMatchObject([ok(none), ok(integer(7)), ok()]);
  });

  it('bounds what is awaited: then the stream is read no further', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = create({ tables, limits: { maxPendingCommands: 10 } });
    const peer = connect(service, 'me');
    peer.send(...Array.from({ length: 100 }, (_, i) => set(`k${i}`)));
    await turns();
    expect(metrics.pending).toBe(10);
    for (let done = 0; done < 100; done++) {
      while (letGo[done] === undefined) await turns(1);
      letGo[done]!();
    }
    await peer.until(100);
    expect(metrics.pending).toBe(0);
  });

  it('bounds the bytes of what is awaited', async () => {
    const { tables } = createSlowTables();
    const { service, metrics } = create({ tables, limits: { maxPendingBytes: 5000 } });
    const peer = connect(service, 'me');
    const value: Value = { kind: 'binary', value: Uint8Array.from({ length: 1000 }, (_, i) => i * i) };
    peer.send(...Array.from({ length: 100 }, (_, i) => set(`k${i}`, value)));
    await turns();
    expect(metrics.pending).toBe(5);
  });

  it('forgets what is awaited when the stream is gone', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = create({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), set('b'));
    await turns();
    peer.channel.destroy();
    await turns();
    expect(metrics).toMatchObject({ pending: 0, streams: 0 });
    for (const go of letGo) go();
    await turns();
    expect(metrics.pending).toBe(0);
  });
});

describe('a reader that does not read', () => {
  it('is read no further, and costs a bounded amount', async () => {
    const { service, metrics } = create();
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

describe('the end of a stream', () => {
  it('follows the peer’s, after all replies', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = create({ tables });
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
    const { service, topics } = create();
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
    const { service, topics } = create();
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
    const { service, topics } = create({ system: { answer: async () => undefined } });
    const peer = connect(service, 'me');
    peer.send({ kind: 'subscribe', topic: '$mine' }, get('k'));
    await peer.untilEnded();
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 400]);
    expect(topics.subscribers('$mine')).toBe(0);
  });

  it('ends when it is unsubscribed from elsewhere, by the right topic and id', async () => {
    const { service } = create();
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
    const { service, topics, metrics } = create();
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

describe('names that begin with $', () => {
  it('are nobody’s without a system', async () => {
    const { service } = create();
    const peer = connect(service, 'me');
    const table = '$hub';
    const commands: Command[] = [
      get('time', table),
      set('time', none, table),
      { kind: 'hgetall', table },
      { kind: 'hmget', table, keys: ['a'] },
      { kind: 'hdel', table, key: 'a' },
      { kind: 'publish', topic: '$x', data: [] },
      { kind: 'unsubscribe', topic: '$x', id: 1 },
      { kind: 'subscribe', topic: '$x' },
      { kind: 'lease', bytes: new Uint8Array(0) },
      { kind: 'read', picture: { image: new Uint8Array(0) }, keep: true },
    ];
    peer.send(...commands);
    await peer.until(commands.length);
    expect(peer.replies.map(({ status }) => status)).toEqual([
      404, 403, 404, 404, 403, 403, 404, 404, 404, 404,
    ]);
    expect(peer.replies[0]!.message).toBe('Not found: table $hub, key time');
  });

  it('are the system’s, at once or later, in order', async () => {
    const heard: unknown[] = [];
    const reply = (value: string): Reply => ({
      status: 200,
      message: '',
      values: [string(value)],
      pairs: [],
    });
    const { service, topics, failures } = create({
      system: {
        answer(command, session) {
          heard.push([command.kind, session]);
          switch (command.kind) {
            case 'hget':
              return command.key === 'later' ? turns(3).then(() => reply('later')) : reply('now');
            case 'subscribe':
              return turns(3).then(() => undefined);
            case 'publish':
              return command.topic === '$mine' ? Promise.resolve(undefined) : { ...reply(''), status: 401 };
            case 'hgetall':
              return Promise.reject(new Error('secret'));
            default:
              return undefined;
          }
        },
      },
    });
    const peer = connect(service, 'me');
    peer.send(
      get('now', '$a'),
      get('later', '$a'),
      get('now', '$a'),
      { kind: 'publish', topic: '$other', data: [] },
      { kind: 'publish', topic: '$mine', data: [] },
      get('plain'),
      { kind: 'hgetall', table: '$a' },
      { kind: 'hdel', table: '$a', key: 'a' },
      { kind: 'unsubscribe', topic: '$mine', id: 99 },
      { kind: 'subscribe', topic: '$mine' },
    );
    await peer.until(10);
    expect(peer.replies.map(({ status, values }) => [status, ...values.slice(0, 1)])).toEqual([
      [200, string('now')],
      [200, string('later')],
      [200, string('now')],
      [401, string('')],
      [200],
      [404],
      [500],
      [500],
      [404],
      [200, integer(7)],
    ]);
    expect(failures.length).toBe(2);
    expect(heard.length).toBe(9);
    topics.publish('$mine', []);
    await peer.until(11);
  });

  it('and everything else may be refused beforehand', async () => {
    const { service } = create({
      permit: (kind, session) =>
        session === 'reader' && kind !== 'hget' ? { status: 401, message: 'Sign in first' } : undefined,
    });
    const peer = connect(service, 'reader');
    peer.send(
      set('k'),
      get('k'),
      { kind: 'hgetall', table: 't' },
      { kind: 'subscribe', topic: 'news' },
      get('k'),
    );
    await peer.until(5);
    expect(peer.replies.map(({ status }) => status)).toEqual([401, 404, 401, 401, 404]);
  });
});

it('counts what it does', async () => {
  const { service, metrics } = create();
  const peer = connect(service, 'me');
  peer.send(get('a'), set('a'), get('a'), get('a'), { kind: 'subscribe', topic: 'news' });
  await peer.until(5);
  const other = connect(service, 'you');
  other.send({ kind: 'publish', topic: 'news', data: [string('x')] });
  other.sendHex('00000000');
  await peer.until(6);
  await other.until(2);
  expect([...metrics.commands()]).toEqual([
    { kind: 'hget', status: 200, count: 2 },
    { kind: 'hget', status: 404, count: 1 },
    { kind: 'hset', status: 200, count: 1 },
    { kind: 'subscribe', status: 200, count: 1 },
    { kind: 'publish', status: 200, count: 1 },
    { kind: 'invalid', status: 400, count: 1 },
  ]);
  expect(metrics).toMatchObject({ streams: 2, streamsOpened: 2, published: 1, delivered: 1, dropped: 0 });
  expect(metrics.bytesIn).toBeGreaterThan(0);
  expect(metrics.bytesOut).toBeGreaterThan(0);
});

it('ends a stream whose frame has begun and does not go on, and no other', async () => {
  const { service, clock } = create({ limits: { frameTimeoutMs: 1000 } });
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

it('counts how long commands waited, and only those that did', async () => {
  const { tables, letGo } = createSlowTables();
  const { service, metrics, clock } = create({ tables });
  const peer = connect(service, 'a');
  peer.send(get('k'));
  await peer.until(1);
  expect(metrics.waited).toBe(0);
  peer.send(set('k'));
  await turns();
  clock.advance(20);
  letGo[0]!();
  await peer.until(2);
  expect([metrics.waited, metrics.waitedSeconds]).toEqual([1, 0.02]);
  expect([...metrics.waits()].filter(({ count }) => count > 0)[0]).toEqual({ seconds: 0.025, count: 1 });
});

it('ends a subscribed stream whose peer breaks the framing', async () => {
  const { service, topics } = create();
  const peer = connect(service, 'a');
  peer.send({ kind: 'subscribe', topic: 't' });
  await peer.until(1);
  peer.sendHex('7fffffff');
  await peer.untilEnded();
  expect(peer.replies.at(-1)).toMatchObject({ status: 400 });
  expect(topics.subscribers('t')).toBe(0);
});

it('gives a slow reader the answers behind a slow one piece by piece', async () => {
  const { tables, letGo } = createSlowTables();
  const { service } = create({ tables });
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
