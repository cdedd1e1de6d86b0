import { afterEach, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../src/client/index.ts';
import { dialStream, listenStreams, type StreamListener } from '../src/node/tcp.ts';
import { refused, ScriptedHub } from './client-hub.ts';
import { patient } from './patient.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const owner of open.splice(0).reverse()) await owner.close();
});

async function listen(hub: ScriptedHub, port = 0): Promise<StreamListener> {
  const listener = await listenStreams({ port, onChannel: (channel) => hub.accept(channel) });
  open.push(listener);
  return listener;
}

function clientOf(port: number, multiplexed: boolean): Client {
  const client = createClient({
    dial: (wait) => dialStream({ host: '127.0.0.1', port, ...wait }),
    token: 'secret',
    name: 'Ada',
    multiplexed,
    ...patient,
    backoff: { initialMs: 5, maxMs: 50 },
  });
  open.push({ close: () => client.destroy() });
  return client;
}

const hubOf = (multiplexed: boolean) => Object.assign(new ScriptedHub(), { token: 'secret', multiplexed });

const state = (client: Client, wanted: string) =>
  new Promise<void>((resolve) => {
    const stop = client.onState((state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
    if (client.state === wanted) resolve();
  });

describe.each([{ multiplexed: false }, { multiplexed: true }])(
  'over TCP, $multiplexed',
  ({ multiplexed }) => {
    it('a client asks, hears, and closes in order', async () => {
      const hub = hubOf(multiplexed);
      const { port } = await listen(hub);
      const client = clientOf(port, multiplexed);
      const subscription = client.subscribe('lobby');
      await subscription.ready();
      const large = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i * 2654435761) >>> 13);
      await Promise.all(
        Array.from({ length: 500 }, (_, i) => client.hset('t', `k${i}`, i === 50 ? large : i)),
      );
      expect((await client.hgetall('t')).size).toBe(500);
      expect(await client.hget('t', 'k50')).toEqual(large);
      await client.publish('lobby', ['hello']);
      expect(await subscription.next()).toEqual({ done: false, value: { values: ['hello'] } });
      const left = client.hset('t', 'last', 1);
      await client.close();
      expect(await left).toBe(null);
      expect(await subscription.next()).toEqual({ done: true, value: undefined });
    });

    it('a client finds a hub that went away and came back on the same port', async () => {
      const hub = hubOf(multiplexed);
      const first = await listen(hub);
      const client = clientOf(first.port, multiplexed);
      const subscription = client.subscribe('lobby');
      await subscription.ready();
      await first.close();
      for (const connection of hub.connections) connection.destroy();
      await state(client, 'offline');
      const waiting = client.hset('t', 'k', 1);
      await listen(hub, first.port);
      expect(await waiting).toBe(null);
      expect(await subscription.next()).toMatchObject({ value: { missed: true } });
      await client.publish('lobby', ['again']);
      expect(await subscription.next()).toEqual({ done: false, value: { values: ['again'] } });
    });

    it('a client that is refused says so, and one that finds nobody waits', async () => {
      const hub = hubOf(multiplexed);
      hub.script = () => refused(401, 'Wrong token');
      const listener = await listen(hub);
      const client = clientOf(listener.port, multiplexed);
      await expect(client.hget('t', 'k')).rejects.toMatchObject({ code: 'WIRE_STATUS', status: 401 });
      await listener.close();
      const alone = clientOf(listener.port, multiplexed);
      await state(alone, 'offline');
      await expect(alone.hget('t', 'k', { timeoutMs: 10 })).rejects.toMatchObject({
        code: 'BASE_TIMEOUT',
        cause: { code: 'WIRE_CONNECT_FAILED' },
      });
    });
  },
);
