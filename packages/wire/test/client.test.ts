import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createClient, WireStatusError } from '../src/client/index.ts';
import type { Reply } from '../src/codec/messages.ts';
import { toValue } from '../src/codec/values.ts';
import {
  accepted,
  clientOf,
  counted,
  hubOf,
  refused,
  ScriptedHub,
  settle,
  until,
  watch,
} from './client-hub.ts';

async function online(options: Parameters<typeof clientOf>[1] = {}, hub = new ScriptedHub()) {
  const { client, clock } = clientOf(hub, options);
  await until(() => client.state === 'online');
  return { client, clock, hub };
}

describe.each([{ multiplexed: false }, { multiplexed: true }])(
  'commands, $multiplexed',
  ({ multiplexed }) => {
    it('take and give plain values', async () => {
      const { client } = await online({}, hubOf({ multiplexed }));
      expect(await client.hset('t', 'k', 'one')).toBe(null);
      expect(await client.hset('t', 'k', 'two')).toBe('one');
      expect(await client.hget('t', 'k')).toBe('two');
      expect(await client.hget('t', 'absent')).toBe(undefined);
      expect(await client.hexist('t', 'k')).toBe(true);
      expect(await client.hdel('t', 'k')).toBe('two');
      expect(await client.hdel('t', 'k')).toBe(null);
      expect(await client.hexist('t', 'k')).toBe(false);
      expect(await client.hgetall('nothing')).toEqual(new Map());
      const entries = new Map<string, string | number | boolean | Uint8Array | null>([
        ['text', 'é'],
        ['integer', 5],
        ['float', 0.5],
        ['truth', false],
        ['bytes', Uint8Array.of(1, 2)],
        ['nothing', null],
      ]);
      expect(await client.hmset('m', entries)).toEqual([null, null, null, null, null, null]);
      expect(await client.hgetall('m')).toEqual(
        new Map(
          await Promise.all(
            [...entries.keys()].map(async (key) => [key, await client.hget('m', key)] as const),
          ),
        ),
      );
      expect(await client.hmget('m', ['truth', 'absent', 'float'])).toEqual([false, null, 0.5]);
      expect(await client.hmexist('m', ['truth', 'absent'])).toEqual([true, false]);
      expect(await client.hmdel('m', ['truth', 'absent'])).toEqual([false, null]);
      expect(await client.publish('lobby', ['hello', 1])).toBe(undefined);
      expect(await client.read(Uint8Array.of(1))).toEqual({ text: '47', kept: true });
      expect(await client.read([[[0, 0]]], { keep: false })).toEqual({ text: '47', kept: false });
      expect(await client.lease(Uint8Array.of(7))).toEqual(Uint8Array.of(7));
      await client.close();
    });

    it('reject a status other than 200 with WIRE_STATUS, the status and what the hub said', async () => {
      const { client, hub } = await online({}, hubOf({ multiplexed }));
      hub.script = () => refused(403, 'Not yours');
      const error = await client.hset('$hub', 'name', 'x').catch((error: unknown) => error);
      expect(error).toBeInstanceOf(WireStatusError);
      expect(error).toMatchObject({
        code: 'WIRE_STATUS',
        status: 403,
        hubMessage: 'Not yours',
        retryable: false,
      });
      hub.script = () => refused(503, '');
      await expect(client.hget('t', 'k')).rejects.toMatchObject({ status: 503, retryable: true });
      hub.script = () => refused(404, 'Not found: member 4');
      await expect(client.publish('$inbox/4', ['x'])).rejects.toMatchObject({ status: 404 });
      expect(await client.request({ kind: 'hget', table: 't', key: 'k' })).toMatchObject({ status: 404 });
      await client.close();
    });

    it('go out in one write when they are given in one turn, and are answered in order', async () => {
      let writes = 0;
      const hub = hubOf({ multiplexed });
      hub.wrap = (channel) => counted(channel, () => writes++);
      const { client } = await online({ name: 'Ada' }, hub);
      await settle();
      writes = 0;
      const order: number[] = [];
      const asked = Array.from({ length: 500 }, async (_, i) => {
        await client.hset('t', `k${i}`, i);
        order.push(i);
      });
      await Promise.all(asked);
      // Two where the shared slab ends in the middle.
      expect(writes).toBeLessThanOrEqual(multiplexed ? 4 : 2);
      expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i));
      await client.close();
    });
  },
);

describe('an answer', () => {
  it('that lacks what was asked for rejects its command alone', async () => {
    const { client, hub } = await online();
    hub.script = () => accepted;
    const asked = [client.hget('t', 'k'), client.read(Uint8Array.of(1)), client.lease(Uint8Array.of(1))];
    for (const command of asked)
      await expect(command).rejects.toMatchObject({ code: 'WIRE_MESSAGE_INVALID' });
    hub.script = () => ({ ...accepted, reading: '{' });
    await expect(client.read(Uint8Array.of(1))).rejects.toMatchObject({ code: 'WIRE_MESSAGE_INVALID' });
    expect(client.state).toBe('online');
    await client.close();
  });

  it('to nothing is the end of the connection', async () => {
    const { client, hub } = await online();
    hub.last.streams[0]!.reply(accepted);
    await until(() => client.state === 'offline');
    await client.close();
  });
});

describe('a mistake', () => {
  it('rejects, and harms nobody else', async () => {
    const { client } = await online();
    const wrong = client.hset('t', 'k', Symbol('x') as never);
    const right = client.hset('t', 'k', 1);
    await expect(wrong).rejects.toBeInstanceOf(TypeError);
    await expect(client.request({ kind: 'subscribe', topic: 't' })).rejects.toBeInstanceOf(TypeError);
    await expect(client.hget('t', 'k', { timeoutMs: -1 })).rejects.toBeInstanceOf(RangeError);
    expect(await right).toBe(null);
    await client.close();
  });

  it('of the options throws', () => {
    const { dial } = new ScriptedHub();
    expect(() => createClient({ dial: undefined as never })).toThrow(TypeError);
    expect(() => createClient({ dial, timeoutMs: 0 })).toThrow(RangeError);
    expect(() => createClient({ dial, maxQueued: -1 })).toThrow(RangeError);
    expect(() => createClient({ dial, maxInFlight: 0 })).toThrow(RangeError);
  });

  it('is none to leave `multiplexed` out: all is one connection, and one member', async () => {
    const hub = hubOf({ multiplexed: true });
    const client = createClient({ dial: hub.dial, name: 'Ada' });
    await client.subscribe('lobby').ready();
    expect(await client.hset('t', 'k', 1)).toBe(null);
    expect(hub.connections.map(({ name }) => name)).toEqual(['Ada']);
    await client.close();
  });

  it('of a command that is longer than a frame may be rejects it alone, and says how a longer one is taken', async () => {
    const { client } = await online({}, hubOf({ multiplexed: true }));
    const [large, small] = [client.hset('t', 'k', randomBytes(140_000)), client.hset('t', 'k', 1)];
    await expect(large).rejects.toMatchObject({
      code: 'WIRE_FRAME_TOO_LARGE',
      message: expect.stringMatching(/131072 bytes.*`multiplexed: false`/),
    });
    expect(await small).toBe(null);
    await client.close();
  });

  it('there is none in a command that is longer than what the hub may send us', async () => {
    const { client } = await online({ limits: { maxFrameBytes: 5_000 } });
    expect(await client.hset('t', 'k', randomBytes(140_000))).toBe(null);
    await client.close();
  });
});

describe('a deadline', () => {
  it('is 10 s, or the client’s, or the command’s own', async () => {
    const { client, clock, hub } = await online();
    hub.script = () => 'silence';
    const asked = watch(client.hget('t', 'k'));
    const own = watch(client.hget('t', 'k', { timeoutMs: 500 }));
    clock.advance(499);
    await settle();
    expect(own.state).toBe('pending');
    clock.advance(1);
    await settle();
    expect(own.error).toMatchObject({ code: 'BASE_TIMEOUT', retryable: true });
    clock.advance(9_499);
    await settle();
    expect(asked.state).toBe('pending');
    clock.advance(1);
    await settle();
    expect(asked.error).toMatchObject({ code: 'BASE_TIMEOUT' });
    await client.destroy();
  });

  it('passed leaves the slot: the reply that comes late is nobody else’s', async () => {
    const { client, clock, hub } = await online();
    hub.script = () => 'silence';
    const first = watch(client.hget('t', 'first', { timeoutMs: 100 }));
    const second = watch(client.hget('t', 'second'));
    await until(() => hub.commands.length === 2);
    clock.advance(100);
    await settle();
    expect(first.state).toBe('rejected');
    const reply = (text: string): Reply => ({ ...accepted, values: [toValue(text)] });
    hub.last.streams[0]!.reply(reply('late'));
    await settle();
    expect(second.state).toBe('pending');
    hub.last.streams[0]!.reply(reply('second'));
    await settle();
    expect(second.value).toBe('second');
    expect(client.state).toBe('online');
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it('of the oldest, past in silence, gives the connection up and dials again', async () => {
    const { client, clock, hub } = await online();
    hub.script = () => 'silence';
    const oldest = watch(client.hget('t', 'k'));
    await until(() => hub.commands.length === 1);
    clock.advance(4_000);
    const younger = watch(client.hset('t', 'k', 1));
    await until(() => hub.commands.length === 2);
    clock.advance(6_000);
    await settle();
    expect(oldest.error).toMatchObject({ code: 'BASE_TIMEOUT' });
    expect(younger.error).toMatchObject({ code: 'WIRE_CONNECTION_LOST', retryable: true });
    expect(client.state).toBe('offline');
    hub.script = () => undefined;
    const later = client.hset('t', 'k', 1);
    clock.advance(50);
    expect(await later).toBe(null);
    expect(hub.dials).toBe(2);
    await client.close();
  });

  it('of the oldest, past while bytes come, keeps the connection', async () => {
    const { client, clock, hub } = await online();
    hub.script = (command) => (command.kind === 'read' ? 'silence' : undefined);
    hub.script = () => 'silence';
    const [first, second] = [watch(client.hget('t', '1')), watch(client.hget('t', '2'))];
    await until(() => hub.commands.length === 2);
    clock.advance(6_000);
    hub.last.streams[0]!.reply({ ...accepted, values: [toValue(1)] });
    await settle();
    clock.advance(4_000);
    await settle();
    expect(first.state).toBe('fulfilled');
    expect(second.error).toMatchObject({ code: 'BASE_TIMEOUT' });
    expect(client.state).toBe('online');
    clock.advance(6_000);
    await settle();
    expect(client.state).toBe('offline');
    await client.destroy();
  });

  it('that is short gives no connection up that others wait on', async () => {
    const { client, clock, hub } = await online();
    hub.script = () => 'silence';
    const short = watch(client.hget('t', 'k', { timeoutMs: 5 }));
    const long = watch(client.hget('t', 'k'));
    clock.advance(5_000);
    await settle();
    expect([short.state, long.state, client.state]).toEqual(['rejected', 'pending', 'online']);
    await client.destroy();
  });

  it('leaves no timer behind when the answer has come', async () => {
    const { client, clock } = await online();
    const asked = client.hget('t', 'k');
    expect(clock.pending).toBe(1);
    await asked;
    expect(clock.pending).toBe(0);
    await client.close();
    expect(clock.pending).toBe(0);
  });
});

/** A signal whose listeners are counted. */
function countedSignal() {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  const known = new Set<unknown>();
  signal.addEventListener = ((type: 'abort', listener: () => void, options?: AddEventListenerOptions) => {
    known.add(listener);
    listeners = known.size;
    add(type, listener, options);
  }) as never;
  signal.removeEventListener = ((type: 'abort', listener: () => void) => {
    known.delete(listener);
    listeners = known.size;
    remove(type, listener);
  }) as never;
  return { controller, signal, count: () => listeners };
}

describe('a signal', () => {
  it('aborted before rejects at the door, with its reason', async () => {
    const { client, hub } = await online();
    const reason = new Error('Enough');
    await expect(client.hget('t', 'k', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settle();
    expect(hub.commands).toEqual([]);
    await client.close();
  });

  it('aborted while the command waits for a connection takes it out of the queue', async () => {
    const hub = new ScriptedHub();
    hub.stalls = true;
    const { client, clock } = clientOf(hub, { maxQueued: 1 });
    const { controller, signal, count } = countedSignal();
    const asked = watch(client.hset('t', 'k', 1, { signal }));
    await expect(client.hget('t', 'k')).rejects.toMatchObject({ code: 'WIRE_QUEUE_FULL' });
    controller.abort(new Error('Enough'));
    await settle();
    expect(asked.error).toEqual(new Error('Enough'));
    expect(count()).toBe(0);
    // The attempt to connect has one; the command has none any more.
    expect(clock.pending).toBe(1);
    const next = client.hget('t', 'k');
    hub.stalled[0]!();
    expect(await next).toBe(undefined);
    expect(hub.commands.map(({ kind }) => kind)).toEqual(['hget']);
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it('aborted after the command was sent rejects at once, and its reply is discarded', async () => {
    const { client, hub, clock } = await online();
    const { controller, signal, count } = countedSignal();
    const asked = watch(client.hset('t', 'k', 'mine', { signal }));
    const after = client.hget('t', 'k');
    controller.abort('Enough');
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(asked.error).toBe('Enough');
    expect(await after).toBe('mine');
    expect(hub.commands.length).toBe(2);
    expect(count()).toBe(0);
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it('aborted keeps the connection under watch until the reply has come', async () => {
    const { client, hub, clock } = await online();
    hub.script = () => 'silence';
    const controller = new AbortController();
    const asked = watch(client.hget('t', 'k', { signal: controller.signal }));
    await until(() => hub.commands.length === 1);
    controller.abort('Enough');
    await settle();
    expect([asked.error, clock.pending]).toEqual(['Enough', 1]);
    hub.last.streams[0]!.reply(accepted);
    await settle();
    expect(clock.pending).toBe(0);
    const again = new AbortController();
    const silent = watch(client.hget('t', 'k', { signal: again.signal }));
    await until(() => hub.commands.length === 2);
    again.abort('Enough');
    await settle();
    clock.advance(10_000);
    await settle();
    expect([silent.error, client.state]).toEqual(['Enough', 'offline']);
    await client.destroy();
  });

  it('is let go of when the answer comes', async () => {
    const { client } = await online();
    const { controller, signal, count } = countedSignal();
    await client.hget('t', 'k', { signal });
    expect(count()).toBe(0);
    controller.abort();
    await client.close();
  });
});

describe('a flood', () => {
  it('of commands beyond what may be in flight waits its turn', async () => {
    const { client, hub } = await online({ maxInFlight: 3 });
    const answered: number[] = [];
    hub.script = () => 'silence';
    const asked = Array.from({ length: 8 }, (_, i) => client.hset('t', 'k', i).then(() => answered.push(i)));
    await settle();
    expect(hub.commands.length).toBe(3);
    for (let i = 0; i < 8; i++) {
      hub.last.streams[0]!.reply({ ...accepted, values: [toValue(null)] });
      await settle();
      expect(hub.commands.length).toBe(Math.min(8, 4 + i));
    }
    await Promise.all(asked);
    expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await client.close();
  });

  it('of large commands in one turn is bounded in bytes, also while the hub does not read', async () => {
    const { client, hub } = await online({ maxQueuedBytes: 1_000_000 });
    hub.last.channel.pause();
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 2654435761) >>> 13);
    const asked = Array.from({ length: 100 }, (_, i) => watch(client.hset('t', `k${i}`, noise)));
    await settle();
    const full = asked.filter(({ state }) => state === 'rejected');
    expect(full.length).toBeGreaterThan(50);
    for (const { error } of full) expect(error).toMatchObject({ code: 'WIRE_QUEUE_FULL' });
    hub.last.channel.resume();
    await until(() => asked.every(({ state }) => state !== 'pending'));
    expect(hub.tables.get('t')!.size).toBe(100 - full.length);
    await client.close();
  });

  it('goes on when the hub reads again, also while it answers nothing', async () => {
    const { client, hub } = await online();
    hub.script = () => 'silence';
    hub.last.channel.pause();
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 2654435761) >>> 13);
    for (let i = 0; i < 20; i++) watch(client.hset('t', `k${i}`, noise));
    await settle();
    expect(hub.commands.length).toBe(0);
    hub.last.channel.resume();
    await until(() => hub.commands.length === 20);
    await client.destroy();
  });

  it('of large questions and large answers stops neither side for good', async () => {
    const { client } = await online({ maxQueuedBytes: 2 ** 30 });
    const large = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 2654435761) >>> 13);
    await client.hset('t', 'k', large);
    const asked = Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0 ? client.hset('t', 'k', large) : client.hget('t', 'k'),
    );
    for (const answer of await Promise.all(asked)) expect((answer as Uint8Array).length).toBe(large.length);
    await client.close();
  });
});
