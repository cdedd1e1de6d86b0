import { describe, expect, it } from 'vitest';
import { clientOf, counted, hubOf, settle, unreachable, until, watch } from './client-hub.ts';

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
