import { describe, expect, it } from 'vitest';
import { clientOf, hubOf, type ScriptedHub, settle, unreachable, until, watch } from './client-hub.ts';

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
