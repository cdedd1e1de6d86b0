import { describe, expect, it } from 'vitest';
import type { ClientState } from '../src/client/index.ts';
import { clientOf, hubOf, refused, settle, unreachable, until, watch } from './client-hub.ts';

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
