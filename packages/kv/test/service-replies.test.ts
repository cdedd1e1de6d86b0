import { createManualClock, createRandom } from '@inkwire/base';
import {
  type Command,
  encodeReply,
  FrameWriter,
  ProtobufReader,
  type Reply,
  type Value,
} from '@inkwire/wire';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryTables } from '../src/index.ts';
import { connect, turns } from './peer.ts';
import { createService, get, integer, none, ok, set, string } from './service-under-test.ts';

describe('the bytes of docs/protocol.md', () => {
  it('are answered with the bytes of docs/protocol.md', async () => {
    const { service } = createService();
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
      const peer = connect(createService().service, 'me');
      peer.sendHex(hex.slice(0, cut));
      await turns(3);
      peer.sendHex(hex.slice(cut));
      await peer.until(2);
      expect(peer.replies.map(({ status }) => status)).toEqual([200, 404]);
    }
  });

  it('are what a subscriber hears', async () => {
    const { service } = createService();
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
    const { service } = createService();
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
    const { service } = createService();
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
    const { service } = createService({
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
    const { service } = createService({ tables: createMemoryTables({ clock }) });
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
    const { service, failures } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(get('k'), set('k'));
    await peer.until(2);
    expect(peer.replies[0]).toMatchObject({ status: 500, message: 'The command failed' });
    expect(peer.replies[1]).toMatchObject({ status: 200 });
    expect(failures).toEqual([new Error('secret')]);
  });

  it('are 500 when decoding fails by a mistake of ours, and no bad request', async () => {
    const { service, failures } = createService();
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
    const { service } = createService({ limits: { maxReplyBytes: 5000 } });
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
        const filler = connect(createService({ tables }).service, 'me');
        filler.send(...fill);
        await filler.until(1);
        const { service } = createService({
          tables,
          limits: { maxReplyBytes },
          system: { answer: () => answered },
        });
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
    const { service } = createService();
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
    const { service } = createService();
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
