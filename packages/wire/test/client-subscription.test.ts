import { describe, expect, it } from 'vitest';
import type { Subscription, TopicItem } from '../src/client/index.ts';
import { toValue } from '../src/codec/values.ts';
import { accepted, clientOf, hubOf, refused, type ScriptedHub, settle, until, watch } from './client-hub.ts';

/** Takes so many items. */
async function take(subscription: Subscription, count: number): Promise<TopicItem[]> {
  const items: TopicItem[] = [];
  while (items.length < count) {
    const { done, value } = await subscription.next();
    if (done) break;
    items.push(value);
  }
  return items;
}

const valuesOf = (items: TopicItem[]) => items.map((item) => item.values?.[0] ?? 'missed');
const streamOf = (hub: ScriptedHub, topic: string) =>
  hub.streams.findLast((stream) => stream.topic === topic)!;

describe.each([{ multiplexed: false }, { multiplexed: true }])(
  'a subscription, $multiplexed',
  ({ multiplexed }) => {
    const subscribed = async (options: Parameters<typeof clientOf>[1] = {}, hub = hubOf({ multiplexed })) => {
      const { client, clock } = clientOf(hub, options);
      const subscription = client.subscribe('lobby', { maxQueued: 4 });
      await subscription.ready();
      return { client, clock, hub, subscription };
    };

    it('hears what is published, in order, while commands go on', async () => {
      const { client, subscription, hub } = await subscribed();
      const other = client.subscribe('elsewhere');
      await other.ready();
      await client.publish('lobby', ['hello', 1, true]);
      await client.publish('elsewhere', ['there']);
      await client.publish('lobby', ['again']);
      expect(await take(subscription, 2)).toEqual([{ values: ['hello', 1, true] }, { values: ['again'] }]);
      expect(await take(other, 1)).toEqual([{ values: ['there'] }]);
      expect(await client.hset('t', 'k', 1)).toBe(null);
      expect(hub.connections.length).toBe(multiplexed ? 1 : 3);
      await client.close();
    });

    it('hears what comes in the same bytes as its acceptance', async () => {
      const hub = hubOf({ multiplexed });
      hub.script = (command, stream) => {
        if (command.kind !== 'subscribe') return undefined;
        stream.reply({ ...accepted, values: [toValue(7)] });
        stream.reply({ ...accepted, values: [toValue('at once')] });
        return 'silence';
      };
      const { client } = clientOf(hub);
      expect(await take(client.subscribe('lobby'), 1)).toEqual([{ values: ['at once'] }]);
      await client.close();
    });

    it('signs in where it has a connection of its own, without the name: that is the commands’', async () => {
      const { client, hub } = await subscribed(
        { token: 'secret', name: 'Ada' },
        hubOf({ multiplexed, token: 'secret' }),
      );
      expect(hub.connections.map(({ name }) => name)).toEqual(multiplexed ? ['Ada'] : ['Ada', '']);
      await client.close();
    });

    it('goes on after an interruption, and says that it may have missed something', async () => {
      const { client, clock, hub, subscription } = await subscribed();
      hub.publish('lobby', toValue('before'));
      await settle();
      for (const connection of hub.connections) connection.destroy();
      await until(() => client.state === 'offline');
      hub.publish('lobby', toValue('nobody hears it'));
      for (let turn = 0; turn < 20; turn++) {
        clock.advance(50);
        await settle(5);
      }
      hub.publish('lobby', toValue('after'));
      const [before, missed, after] = await take(subscription, 3);
      expect([before, after]).toEqual([{ values: ['before'] }, { values: ['after'] }]);
      expect(missed).toMatchObject({ missed: true, reason: { code: 'WIRE_CONNECTION_LOST' } });
      await client.close();
    });

    it('says so once, however often it was interrupted before anyone asked', async () => {
      const { client, clock, hub, subscription } = await subscribed();
      for (let round = 0; round < 3; round++) {
        streamOf(hub, 'lobby').destroy();
        await settle();
        for (let turn = 0; turn < 10; turn++) {
          clock.advance(200);
          await settle(5);
        }
      }
      hub.publish('lobby', toValue('after'));
      expect(valuesOf(await take(subscription, 2))).toEqual(['missed', 'after']);
      await client.close();
    });

    it('begins anew when the hub has dropped it as slow, and gives the reason', async () => {
      const { client, clock, hub, subscription } = await subscribed();
      const stream = streamOf(hub, 'lobby');
      stream.reply(refused(429, 'Too slow'));
      stream.reply({ ...accepted, values: [toValue('nothing')] });
      stream.frames.end();
      await settle();
      clock.advance(100);
      await until(() => streamOf(hub, 'lobby') !== stream && streamOf(hub, 'lobby') !== undefined);
      await settle();
      hub.publish('lobby', toValue('after'));
      const [missed, after] = await take(subscription, 2);
      expect(missed).toMatchObject({
        missed: true,
        reason: { code: 'WIRE_STATUS', status: 429, hubMessage: 'Too slow' },
      });
      expect(after).toEqual({ values: ['after'] });
      await client.close();
    });

    it('rejects when the hub refuses it, and takes nothing else with it', async () => {
      const hub = hubOf({ multiplexed });
      hub.script = (command) => (command.kind === 'subscribe' ? refused(403, 'Not yours') : undefined);
      const { client } = clientOf(hub);
      const subscription = client.subscribe('$inbox/9');
      await expect(subscription.ready()).rejects.toMatchObject({ code: 'WIRE_STATUS', status: 403 });
      await expect(subscription.next()).rejects.toMatchObject({ status: 403, hubMessage: 'Not yours' });
      expect(await subscription.next()).toEqual({ done: true, value: undefined });
      expect(await client.hget('t', 'k')).toBe(undefined);
      await client.close();
    });

    it('is asked for again where the sign-in of its own line is answered with a status that may pass', async () => {
      const hub = hubOf({ multiplexed, token: 'secret' });
      let refusals = 3;
      hub.script = (command, { connection }) =>
        connection !== hub.connections[0] && command.kind === 'hset' && refusals-- > 0
          ? refused(refusals === 0 ? 429 : 503, 'Later')
          : undefined;
      const { client, clock } = clientOf(hub, { token: 'secret' });
      const subscription = client.subscribe('lobby');
      const ready = watch(subscription.ready());
      for (let turn = 0; turn < 10 && ready.state === 'pending'; turn++) {
        await settle();
        clock.advance(1_000);
      }
      expect(ready.state).toBe('fulfilled');
      await client.close();
    });

    it('rejects where the sign-in of its own line is refused', async () => {
      const hub = hubOf({ token: 'secret' });
      hub.script = (command, { connection }) =>
        connection !== hub.connections[0] && command.kind === 'hset' ? refused(401, 'No') : undefined;
      const { client } = clientOf(hub, { token: 'secret' });
      await expect(client.subscribe('lobby').ready()).rejects.toMatchObject({ status: 401 });
      await client.close();
    });

    it('rejects at first whatever the status is; later only for a refusal', async () => {
      const hub = hubOf({ multiplexed });
      hub.script = (command) => (command.kind === 'subscribe' ? refused(500, 'Oh') : undefined);
      const { client, clock } = clientOf(hub);
      await expect(client.subscribe('lobby').next()).rejects.toMatchObject({ status: 500 });
      hub.script = () => undefined;
      const subscription = client.subscribe('lobby');
      await subscription.ready();
      const next = watch(subscription.next());
      hub.script = (command) => (command.kind === 'subscribe' ? refused(500, 'Oh') : undefined);
      streamOf(hub, 'lobby').destroy();
      for (let turn = 0; turn < 5; turn++) {
        await settle();
        clock.advance(1_000);
      }
      expect(next.state).toBe('pending');
      hub.script = (command) => (command.kind === 'subscribe' ? refused(403, 'No more') : undefined);
      await settle();
      clock.advance(30_000);
      await until(() => next.state === 'rejected');
      expect(next.error).toMatchObject({ status: 403 });
      await client.close();
    });

    it('holds no more than it may, and makes the hub wait', async () => {
      const { client, hub, subscription } = await subscribed();
      const stream = streamOf(hub, 'lobby');
      const text = 'x'.repeat(1_000);
      let sent = 0;
      // What is on its way is bounded by the channel, or the stream's window; the rest waits at the hub.
      while (sent < 5_000) {
        for (let i = 0; i < 100; i++) stream.reply({ ...accepted, values: [toValue(`${sent++} ${text}`)] });
        await settle(2);
      }
      await settle();
      expect(stream.frames.channel.queuedBytes).toBeGreaterThan(1_000_000);
      const heard = valuesOf(await take(subscription, 5_000)).map((value) =>
        Number.parseInt(String(value), 10),
      );
      expect(heard).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
      await client.close();
    });

    it('holds no more bytes than it may', async () => {
      const { client, hub } = await subscribed();
      const subscription = client.subscribe('large', { maxQueuedBytes: 500 });
      await subscription.ready();
      for (let i = 0; i < 10; i++) hub.publish('large', toValue('x'.repeat(400)));
      await settle();
      await client.close();
      // Two fill it; the rest was never taken from the hub.
      expect(await take(subscription, 10)).toHaveLength(2);
    });

    it('that is full begins anew only when there is room', async () => {
      const { client, clock, hub, subscription } = await subscribed();
      for (let i = 0; i < 4; i++) hub.publish('lobby', toValue(i));
      await settle();
      for (const connection of hub.connections) connection.destroy();
      await until(() => client.state === 'offline');
      const asked = () => hub.commands.filter(({ kind }) => kind === 'subscribe').length;
      for (let turn = 0; turn < 10; turn++) {
        clock.advance(1_000);
        await settle();
      }
      expect([client.state, asked()]).toEqual(['online', 1]);
      expect(valuesOf(await take(subscription, 2))).toEqual([0, 1]);
      await settle();
      clock.advance(1_000);
      await until(() => asked() === 2);
      expect(valuesOf(await take(subscription, 3))).toEqual([2, 3, 'missed']);
      await client.close();
    });

    it('ends when the loop is left, and the hub hears of it', async () => {
      const { client, hub, subscription } = await subscribed();
      const stream = streamOf(hub, 'lobby');
      hub.publish('lobby', toValue(1));
      hub.publish('lobby', toValue(2));
      for await (const item of subscription) {
        expect(item.values).toEqual([1]);
        break;
      }
      await until(() => stream.isOver);
      expect(await subscription.next()).toEqual({ done: true, value: undefined });
      await settle();
      expect(hub.commands.filter(({ kind }) => kind === 'unsubscribe')).toEqual(
        multiplexed ? [] : [{ kind: 'unsubscribe', topic: 'lobby', id: hub.last.id * 100 }],
      );
      expect(client.state).toBe('online');
      await client.close();
    });

    it('ends by unsubscribe, by its signal, and with the client, and every next settles', async () => {
      const { client, clock, hub } = await subscribed();
      const controller = new AbortController();
      const [left, aborted, closed] = [
        client.subscribe('a'),
        client.subscribe('b', { signal: controller.signal }),
        client.subscribe('c'),
      ];
      await Promise.all([left.ready(), aborted.ready(), closed.ready()]);
      hub.publish('c', toValue('kept'));
      await settle();
      const waiting = [left.next(), left.next(), aborted.next(), aborted.next()].map(watch);
      left.unsubscribe();
      controller.abort('Enough');
      await settle();
      const done = { done: true, value: undefined };
      expect(waiting.map(({ value, error }) => value ?? error)).toEqual([done, done, 'Enough', done]);
      await client.close();
      expect(await closed.next()).toEqual({ done: false, value: { values: ['kept'] } });
      expect(await closed.next()).toEqual(done);
      await until(() => hub.streams.every(({ isOver }) => isOver));
      expect(clock.pending).toBe(0);
    });

    it('that is over before it began asks the hub for nothing', async () => {
      const hub = hubOf({ multiplexed, stalls: true });
      const { client } = clientOf(hub);
      const early = client.subscribe('a');
      early.unsubscribe();
      const aborted = client.subscribe('b', { signal: AbortSignal.abort('Enough') });
      await expect(aborted.next()).rejects.toBe('Enough');
      await expect(early.ready()).rejects.toMatchObject({ code: 'BASE_CLOSED' });
      await expect(aborted.ready()).rejects.toBe('Enough');
      for (const stalled of hub.stalled) stalled();
      await until(() => client.state === 'online');
      await settle();
      expect(hub.commands).toEqual([]);
      await client.close();
    });

    it('that is not answered is asked again', async () => {
      const hub = hubOf({ multiplexed });
      hub.script = (command) => (command.kind === 'subscribe' ? 'silence' : undefined);
      const { client, clock } = clientOf(hub);
      const subscription = client.subscribe('lobby');
      await until(() => hub.commands.length === 1);
      const first = hub.streams.at(-1)!;
      clock.advance(10_000);
      await until(() => first.isOver);
      hub.script = () => undefined;
      await settle();
      clock.advance(50);
      await subscription.ready();
      hub.publish('lobby', toValue(1));
      // It was never heard, so nothing was missed.
      expect(await take(subscription, 1)).toEqual([{ values: [1] }]);
      await client.close();
    });

    it('may depend on the member’s id, which each connection has anew', async () => {
      const hub = hubOf({ multiplexed });
      const { client, clock } = clientOf(hub);
      const subscription = client.subscribe((id) => `$inbox/${id}`);
      await subscription.ready();
      const inbox = `$inbox/${hub.last.id}`;
      hub.publish(inbox, toValue('hello'));
      expect(valuesOf(await take(subscription, 1))).toEqual(['hello']);
      for (const connection of hub.connections) connection.destroy();
      for (let turn = 0; turn < 20; turn++) {
        await settle(5);
        clock.advance(100);
      }
      expect(valuesOf(await take(subscription, 1))).toEqual(['missed']);
      expect(hub.last.id).toBe(multiplexed ? 2 : 4);
      hub.publish(`$inbox/${hub.last.id}`, toValue('again'));
      expect(valuesOf(await take(subscription, 1))).toEqual(['again']);
      const mistaken = client.subscribe(() => {
        throw new RangeError('Oh');
      });
      await expect(mistaken.next()).rejects.toThrow('Oh');
      await client.close();
    });
  },
);

describe('plain subscriptions', () => {
  it('outlive the connection for commands, and are not trusted when the hub is silent on it', async () => {
    const hub = hubOf();
    const { client, clock } = clientOf(hub);
    const subscription = client.subscribe('lobby');
    await subscription.ready();
    hub.connections[0]!.destroy();
    await until(() => client.state === 'offline');
    hub.publish('lobby', toValue('still here'));
    expect(valuesOf(await take(subscription, 1))).toEqual(['still here']);
    clock.advance(50);
    await until(() => client.state === 'online');
    hub.script = () => 'silence';
    const asked = watch(client.hget('t', 'k'));
    await settle();
    clock.advance(10_000);
    await settle();
    expect(asked.state).toBe('rejected');
    hub.script = () => undefined;
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(100);
      await settle(5);
    }
    expect(valuesOf(await take(subscription, 1))).toEqual(['missed']);
    await client.close();
  });

  it('reject when their own connection is not let in, and the client goes on', async () => {
    const hub = hubOf({ token: 'secret' });
    const { client } = clientOf(hub, { token: 'secret' });
    await until(() => client.state === 'online');
    hub.token = 'another';
    const subscription = client.subscribe('lobby');
    await expect(subscription.next()).rejects.toMatchObject({ code: 'WIRE_STATUS', status: 401 });
    await until(() => hub.last.isOver);
    expect(hub.commands.some(({ kind }) => kind === 'subscribe')).toBe(false);
    expect(await client.hset('t', 'k', 1)).toBe(null);
    await client.close();
  });

  it('try again when their own connection cannot be made', async () => {
    const hub = hubOf();
    const { client, clock } = clientOf(hub);
    await until(() => client.state === 'online');
    hub.unreachable = new Error('Too many');
    const subscription = client.subscribe('lobby');
    await settle();
    clock.advance(49);
    await settle();
    expect(hub.dials).toBe(2);
    hub.unreachable = undefined;
    clock.advance(1);
    await subscription.ready();
    await client.close();
  });
});
