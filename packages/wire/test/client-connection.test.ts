import { describe, expect, it } from 'vitest';
import type { ClientState } from '../src/client/index.ts';
import { clientOf, counted, cutAfter, refused, ScriptedHub, settle, until, watch } from './client-hub.ts';

const hubOf = (parts: Partial<ScriptedHub> = {}) => Object.assign(new ScriptedHub(), parts);
const unreachable = new Error('connect ECONNREFUSED');

describe('connecting', () => {
  it('is told step by step, with what went wrong', async () => {
    const hub = hubOf({ unreachable });
    const { client, clock } = clientOf(hub);
    const heard: [ClientState, string?][] = [];
    const stop = client.onState((state, error) => heard.push(error ? [state, error.message] : [state]));
    expect(client.state).toBe('connecting');
    await until(() => client.state === 'offline');
    hub.unreachable = undefined;
    clock.advance(50);
    await until(() => client.state === 'online');
    hub.last.destroy();
    await until(() => client.state === 'offline');
    clock.advance(100);
    await until(() => client.state === 'online');
    stop();
    await client.close();
    expect(client.state).toBe('closed');
    expect(heard.map(([state]) => state)).toEqual([
      'offline',
      'connecting',
      'online',
      'offline',
      'connecting',
      'online',
    ]);
    expect(heard[0]![1]).toBe('Could not connect: connect ECONNREFUSED');
  });

  it('waits longer each time, with jitter, until a connection has lasted', async () => {
    const hub = hubOf({ unreachable });
    const chance = [0.9, 0.5, 0.25];
    const { client, clock } = clientOf(hub, {
      backoff: { initialMs: 100, random: () => chance.shift() ?? 0.5 },
    });
    for (const waitMs of [90, 100, 100]) {
      await until(() => client.state === 'offline');
      const { dials } = hub;
      clock.advance(waitMs - 1);
      await settle();
      expect(hub.dials).toBe(dials);
      if (waitMs === 100 && chance.length === 0) hub.unreachable = undefined;
      clock.advance(1);
      await until(() => hub.dials === dials + 1);
      await settle();
    }
    expect(client.state).toBe('online');
    hub.last.destroy();
    await until(() => client.state === 'offline');
    // It lasted no time: the waits go on growing.
    clock.advance(399);
    await settle();
    expect(client.state).toBe('offline');
    clock.advance(1);
    await until(() => client.state === 'online');
    clock.advance(5_000);
    hub.last.destroy();
    await until(() => client.state === 'offline');
    clock.advance(50);
    await until(() => client.state === 'online');
    await client.close();
  });

  it('that hangs ends at its deadline, and the channel that comes late is destroyed', async () => {
    const hub = hubOf({ stalls: true });
    const { client, clock } = clientOf(hub, { connectTimeoutMs: 1_000 });
    clock.advance(1_000);
    await until(() => client.state === 'offline');
    hub.stalled[0]!();
    await until(() => hub.connections.length === 1 && hub.last.isOver);
    await client.destroy();
  });

  it('that hangs while it signs in ends at its deadline', async () => {
    const hub = hubOf({ token: 'secret', script: () => 'silence' });
    const { client, clock } = clientOf(hub, { token: 'secret', connectTimeoutMs: 1_000 });
    await until(() => hub.commands.length === 1);
    clock.advance(1_000);
    await until(() => client.state === 'offline' && hub.last.isOver);
    await client.destroy();
    expect(clock.pending).toBe(0);
  });

  it.each([{ multiplexed: false }, { multiplexed: true }])(
    'signs in before anything else goes out, each time ($multiplexed)',
    async ({ multiplexed }) => {
      const hub = hubOf({ token: 'secret', multiplexed });
      const { client, clock } = clientOf(hub, { token: 'secret', name: 'Ada' });
      const asked = client.hset('t', 'k', 1);
      await asked;
      hub.last.destroy();
      await until(() => client.state === 'offline');
      const again = client.hset('t', 'k', 2);
      clock.advance(50);
      expect(await again).toBe(1);
      for (const connection of hub.connections) {
        const said = connection.streams[0]!.commands.map((command) =>
          command.kind === 'hset' ? [command.table, command.pair?.key] : [],
        );
        expect(said).toEqual([
          ['$session', 'token'],
          ['$session', 'name'],
          ['t', 'k'],
        ]);
        expect(connection.name).toBe('Ada');
      }
      await client.close();
    },
  );

  it.each([{ multiplexed: false }, { multiplexed: true }])(
    'ends for good where the hub refuses the token ($multiplexed)',
    async ({ multiplexed }) => {
      const hub = hubOf({ token: 'secret', multiplexed });
      const { client, clock } = clientOf(hub, { token: 'wrong', name: 'Ada' });
      const states: unknown[] = [];
      client.onState((state, error) => states.push([state, error?.message]));
      const asked = watch(client.hget('t', 'k'));
      const heard = watch(client.subscribe('t').next());
      await until(() => client.state === 'closed');
      await settle();
      const refusal = { code: 'WIRE_STATUS', status: 401, hubMessage: 'Wrong token' };
      expect(asked.error).toMatchObject(refusal);
      expect(heard.error).toMatchObject(refusal);
      expect(states).toEqual([['closed', 'The hub refused to sign in: Wrong token (status 401)']]);
      await expect(client.hget('t', 'k')).rejects.toMatchObject(refusal);
      expect(() => client.subscribe('t')).toThrow('refused to sign in');
      clock.advance(1_000_000);
      await settle();
      expect(hub.dials).toBe(1);
      expect(hub.commands.every(({ kind }) => kind === 'hset')).toBe(true);
      expect(hub.last.isOver).toBe(true);
      expect(clock.pending).toBe(0);
      await client.close();
    },
  );

  it('ends for good where the hub refuses the token and hangs up before it answers the name', async () => {
    const hub = hubOf({ token: 'secret' });
    hub.script = (command, stream) => {
      if (command.kind !== 'hset' || command.pair?.key === 'name') return 'silence';
      stream.reply(refused(401, 'Wrong token'));
      void settle().then(() => stream.destroy());
      return 'silence';
    };
    const { client } = clientOf(hub, { token: 'wrong', name: 'Ada' });
    await expect(client.hget('t', 'k')).rejects.toMatchObject({ status: 401 });
    await client.close();
  });

  it('is tried again where the hub is only busy', async () => {
    const hub = hubOf({ script: () => refused(503, 'Starting') });
    const { client, clock } = clientOf(hub, { name: 'Ada' });
    const asked = client.hget('t', 'k');
    await until(() => client.state === 'offline');
    hub.script = () => undefined;
    clock.advance(50);
    expect(await asked).toBe(undefined);
    await client.close();
  });
});

describe('a lost connection', () => {
  it('rejects what was sent and not answered, and sends what was not', async () => {
    const hub = hubOf({ script: () => 'silence' });
    const { client, clock } = clientOf(hub);
    await until(() => client.state === 'online');
    const sent = watch(client.hset('t', 'k', 'sent'));
    await until(() => hub.commands.length === 1);
    hub.last.destroy();
    await until(() => client.state === 'offline');
    await settle();
    expect(sent.error).toMatchObject({ code: 'WIRE_CONNECTION_LOST', retryable: true });
    hub.script = () => undefined;
    const unsent = client.hset('t', 'k', 'unsent');
    clock.advance(50);
    expect(await unsent).toBe(null);
    await client.close();
  });

  it('repeats reads where it is told to, once, in their order, and nothing else ever', async () => {
    const hub = hubOf({ script: () => 'silence' });
    const { client, clock } = clientOf(hub, { repeatsReads: true });
    await until(() => client.state === 'online');
    const repeated = [
      client.hget('t', 'k'),
      client.hexist('t', 'k'),
      client.hgetall('t'),
      client.hmget('t', ['k']),
      client.hmexist('t', ['k']),
    ];
    const never = [
      client.hset('t', 'k', 1),
      client.hmset('t', [['k', 1]]),
      client.hdel('t', 'k'),
      client.hmdel('t', ['k']),
      client.publish('t', []),
      client.read(Uint8Array.of(1)),
      client.lease(Uint8Array.of(1)),
    ].map((asked) => watch<unknown>(asked));
    await until(() => hub.commands.length === 12);
    hub.last.destroy();
    await until(() => client.state === 'offline');
    const later = watch(client.hset('t', 'k', 'later'));
    await settle();
    for (const { error } of never) expect(error).toMatchObject({ code: 'WIRE_CONNECTION_LOST' });
    clock.advance(50);
    await until(() => hub.commands.length === 18);
    expect(hub.last.streams[0]!.commands.map(({ kind }) => kind)).toEqual([
      'hget',
      'hexist',
      'hgetall',
      'hmget',
      'hmexist',
      'hset',
    ]);
    hub.last.destroy();
    for (const asked of repeated) await expect(asked).rejects.toMatchObject({ code: 'WIRE_CONNECTION_LOST' });
    await settle();
    expect(later.state).toBe('rejected');
    expect(clock.pending).toBe(1);
    await client.destroy();
    expect(clock.pending).toBe(0);
  });

  it('keeps what waited behind it in order, behind the reads that are repeated', async () => {
    const hub = hubOf({ script: () => 'silence' });
    const { client, clock } = clientOf(hub, { repeatsReads: true, maxInFlight: 2 });
    await until(() => client.state === 'online');
    const asked = [
      client.hget('t', '1'),
      client.hget('t', '2'),
      client.hset('t', '1', 'later'),
      client.hget('t', '1'),
    ];
    await until(() => hub.commands.length === 2);
    hub.script = () => undefined;
    hub.last.destroy();
    await until(() => client.state === 'offline');
    clock.advance(50);
    expect(await Promise.all(asked)).toEqual([undefined, undefined, null, 'later']);
    await client.close();
  });

  it('repeats nothing where it is not told to', async () => {
    const hub = hubOf({ script: () => 'silence' });
    const { client } = clientOf(hub);
    await until(() => client.state === 'online');
    const asked = client.hget('t', 'k');
    await until(() => hub.commands.length === 1);
    hub.last.destroy();
    await expect(asked).rejects.toMatchObject({ code: 'WIRE_CONNECTION_LOST' });
    await client.destroy();
  });

  it.each([
    { multiplexed: false, direction: 'in' as const },
    { multiplexed: false, direction: 'out' as const },
    { multiplexed: true, direction: 'in' as const },
    { multiplexed: true, direction: 'out' as const },
  ])('at every byte settles everything ($multiplexed, $direction)', async ({ multiplexed, direction }) => {
    const conversation = async (cut: number): Promise<{ bytes: number; answers: string[] }> => {
      let bytes = 0;
      const hub = hubOf({ token: 'secret', multiplexed });
      hub.wrap = (channel) => {
        if (hub.dials === 1) return cutAfter(channel, direction, cut);
        return channel;
      };
      if (cut === Number.POSITIVE_INFINITY)
        hub.wrap = (channel) => {
          const whole = counted(channel, (piece) => {
            if (direction === 'out') bytes += piece.length;
          });
          const { attach } = whole;
          whole.attach = (handler) =>
            attach({
              onBytes(piece) {
                if (direction === 'in') bytes += piece.length;
                handler.onBytes(piece);
              },
              onEnd: () => handler.onEnd(),
              onDrain: () => handler.onDrain(),
              onClose: (error) => handler.onClose(error),
            });
          return whole;
        };
      const { client, clock } = clientOf(hub, { token: 'secret', name: 'Ada' });
      const asked = [
        client.hset('t', 'k', 'value'),
        client.hget('t', 'k'),
        client.hmget('t', ['k', 'j']),
        client.hgetall('t'),
        client.hget('t', 'absent'),
      ].map((command) => watch<unknown>(command));
      const settled = () => asked.every(({ state }) => state !== 'pending');
      for (let turn = 0; turn < 200 && !settled(); turn++) {
        await settle(3);
        if (client.state === 'offline') clock.advance(100);
      }
      const answers = asked.map(({ state, error }) =>
        state === 'fulfilled' ? 'answered' : ((error as { code?: string } | undefined)?.code ?? state),
      );
      await client.destroy();
      await settle(3);
      expect(clock.pending).toBe(0);
      return { bytes, answers };
    };
    const whole = await conversation(Number.POSITIVE_INFINITY);
    expect(whole.answers).toEqual(Array(5).fill('answered'));
    expect(whole.bytes).toBeGreaterThan(50);
    for (let cut = 1; cut < whole.bytes; cut++) {
      const { answers } = await conversation(cut);
      for (const answer of answers) expect(['answered', 'WIRE_CONNECTION_LOST']).toContain(answer);
      // Answered first, lost later: replies come in order.
      expect(answers).toEqual(
        [...answers].sort((a, b) => Number(a !== 'answered') - Number(b !== 'answered')),
      );
    }
  });
});

describe('the queue of an offline client', () => {
  it('is bounded by count and by bytes, and says why there is no connection', async () => {
    const hub = hubOf({ unreachable });
    const { client, clock } = clientOf(hub, { maxQueued: 3, maxQueuedBytes: 10_000 });
    await until(() => client.state === 'offline');
    const kept = [client.hset('t', '1', 1), client.hset('t', '2', 2), client.hset('t', '3', 3)];
    const full = await client.hset('t', '4', 4).catch((error: unknown) => error);
    expect(full).toMatchObject({
      code: 'WIRE_QUEUE_FULL',
      retryable: true,
      cause: { code: 'WIRE_CONNECT_FAILED' },
    });
    hub.unreachable = undefined;
    clock.advance(50);
    await Promise.all(kept);
    expect([...hub.tables.get('t')!.keys()]).toEqual(['1', '2', '3']);
    hub.last.destroy();
    await until(() => client.state === 'offline');
    const large = watch(client.hset('t', 'k', new Uint8Array(9_000)));
    await expect(client.hset('t', 'k', new Uint8Array(9_000))).rejects.toMatchObject({
      code: 'WIRE_QUEUE_FULL',
    });
    clock.advance(100);
    await until(() => large.state === 'fulfilled');
    // What went out has left its room to others.
    hub.last.destroy();
    await until(() => client.state === 'offline');
    const again = client.hset('t', 'k', new Uint8Array(9_000));
    clock.advance(400);
    expect(await again).toEqual(new Uint8Array(9_000));
    await client.close();
  });

  it('gives its room back when a deadline passes', async () => {
    const hub = hubOf({ unreachable });
    const { client, clock } = clientOf(hub, { maxQueued: 1 });
    const first = watch(client.hset('t', 'k', 1, { timeoutMs: 10 }));
    await until(() => client.state === 'offline');
    clock.advance(10);
    await settle();
    expect(first.error).toMatchObject({ code: 'BASE_TIMEOUT', cause: { code: 'WIRE_CONNECT_FAILED' } });
    const second = client.hset('t', 'k', 2);
    hub.unreachable = undefined;
    clock.advance(40);
    expect(await second).toBe(null);
    await client.close();
  });

  it('of no length keeps nothing', async () => {
    const hub = hubOf();
    const { client } = clientOf(hub, { maxQueued: 0 });
    await expect(client.hget('t', 'k')).rejects.toMatchObject({ code: 'WIRE_QUEUE_FULL' });
    await until(() => client.state === 'online');
    expect(await client.hget('t', 'k')).toBe(undefined);
    await client.close();
  });

  it('keeps what a command was when it was given', async () => {
    const hub = hubOf();
    const { client } = clientOf(hub);
    const bytes = Uint8Array.of(1, 2, 3);
    const asked = client.hset('t', 'k', bytes);
    bytes.fill(9);
    await asked;
    expect(await client.hget('t', 'k')).toEqual(Uint8Array.of(1, 2, 3));
    await client.close();
  });

  it('goes out in order, in one write', async () => {
    const hub = hubOf({ unreachable });
    let writes = 0;
    hub.wrap = (channel) => counted(channel, () => writes++);
    const { client, clock } = clientOf(hub);
    await until(() => client.state === 'offline');
    const asked = Array.from({ length: 20 }, (_, i) => client.hset('t', `k${i}`, i));
    hub.unreachable = undefined;
    clock.advance(50);
    await Promise.all(asked);
    expect(writes).toBeLessThanOrEqual(2);
    expect([...hub.tables.get('t')!.keys()]).toEqual(asked.map((_, i) => `k${i}`));
    await client.close();
  });
});

describe.each([{ multiplexed: false }, { multiplexed: true }])(
  'the end of a client, $multiplexed',
  ({ multiplexed }) => {
    /** Brings a client into a state. */
    const states: Record<string, (hub: ScriptedHub) => Promise<ReturnType<typeof clientOf>>> = {
      dialling: async (hub) => {
        hub.stalls = true;
        return clientOf(hub);
      },
      'signing in': async (hub) => {
        hub.script = () => 'silence';
        const made = clientOf(hub, { name: 'Ada' });
        await until(() => hub.commands.length === 1);
        return made;
      },
      online: async (hub) => {
        const made = clientOf(hub);
        await until(() => made.client.state === 'online');
        return made;
      },
      'online with a silent hub': async (hub) => {
        hub.script = () => 'silence';
        const made = clientOf(hub);
        await until(() => made.client.state === 'online');
        return made;
      },
      offline: async (hub) => {
        hub.unreachable = unreachable;
        const made = clientOf(hub);
        await until(() => made.client.state === 'offline');
        return made;
      },
    };

    it.each(Object.keys(states))('by destroy, while %s, rejects everything at once', async (name) => {
      const hub = hubOf({ multiplexed });
      const { client, clock } = await states[name]!(hub);
      const asked = [client.hset('t', 'k', 1), client.hget('t', 'k')].map((command) =>
        watch<unknown>(command),
      );
      const subscription = client.subscribe('t');
      const heard = watch(subscription.next());
      const ready = watch(subscription.ready());
      const later = watch(subscription.next());
      await settle(2);
      const reason = new Error('Enough');
      const destroyed = client.destroy(reason);
      expect([client.closed, client.state]).toEqual([true, 'closed']);
      await destroyed;
      await Promise.resolve();
      for (const { state, error } of asked) if (state !== 'fulfilled') expect(error).toBe(reason);
      expect([heard.error, ready.error]).toEqual(
        name === 'online' ? [reason, ready.error] : [reason, reason],
      );
      expect(later.value).toEqual({ done: true, value: undefined });
      await expect(client.hget('t', 'k')).rejects.toMatchObject({ code: 'BASE_CLOSED' });
      expect(() => client.subscribe('t')).toThrow('closed');
      await client.destroy();
      await client.close();
      for (const stalled of hub.stalled) stalled();
      await until(() => hub.connections.every(({ isOver }) => isOver));
      expect(clock.pending).toBe(0);
    });

    it.each(Object.keys(states))(
      'by close, while %s, waits for what was asked, no longer than its deadline',
      async (name) => {
        const hub = hubOf({ multiplexed });
        const { client, clock } = await states[name]!(hub);
        const asked = [client.hset('t', 'k', 1), client.hget('t', 'k')].map((command) =>
          watch<unknown>(command),
        );
        const heard = watch(client.subscribe('t').next());
        const closed = watch(client.close());
        expect(client.closed).toBe(true);
        await expect(client.hget('t', 'k')).rejects.toMatchObject({ code: 'BASE_CLOSED' });
        await settle();
        expect(heard.value).toEqual({ done: true, value: undefined });
        if (name === 'online') {
          expect(asked.map(({ value }) => value)).toEqual([null, 1]);
        } else {
          expect([asked[0]!.state, closed.state]).toEqual(['pending', 'pending']);
          for (let ms = 0; ms < 10_000; ms += 500) {
            clock.advance(500);
            await settle(3);
          }
          for (const { error } of asked) expect(error).toMatchObject({ code: 'BASE_TIMEOUT' });
        }
        for (const stalled of hub.stalled) stalled();
        clock.advance(1_000);
        await until(() => closed.state === 'fulfilled' && hub.connections.every(({ isOver }) => isOver));
        expect(client.state).toBe('closed');
        clock.advance(60_000);
        await settle();
        expect(clock.pending).toBe(0);
      },
    );

    it('by close, while offline, delivers what it has accepted once the hub is back', async () => {
      const hub = hubOf({ multiplexed });
      const { client, clock } = await states.offline!(hub);
      const asked = client.hset('t', 'k', 1);
      const closed = client.close();
      hub.unreachable = undefined;
      clock.advance(50);
      expect(await asked).toBe(null);
      await closed;
      expect(hub.dials).toBe(2);
    });

    it('by destroy during close rejects what is still waited for', async () => {
      const hub = hubOf({ multiplexed });
      const { client } = await states['online with a silent hub']!(hub);
      const asked = watch(client.hget('t', 'k'));
      const closed = client.close();
      await client.destroy(new Error('Enough'));
      await closed;
      expect(asked.error).toEqual(new Error('Enough'));
    });
  },
);

describe('listeners of the state', () => {
  it('hear nothing once they are gone, not even what has happened already', async () => {
    const { client } = clientOf(hubOf());
    const heard: string[] = [];
    const stop = client.onState((state) => heard.push(state));
    void client.destroy();
    stop();
    await settle();
    expect([client.state, heard]).toEqual(['closed', []]);
  });

  it('may do anything', async () => {
    const hub = hubOf();
    const { client } = clientOf(hub);
    const heard: string[] = [];
    client.onState((state) => {
      heard.push(state);
      if (state === 'online') void client.destroy();
    });
    await until(() => client.state === 'closed');
    await settle();
    expect(heard).toEqual(['online', 'closed']);
  });
});
