import { describe, expect, it } from 'vitest';
import { clientOf, counted, cutAfter, hubOf, settle, until, watch } from './client-hub.ts';

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
