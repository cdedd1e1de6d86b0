import { createRandom } from '@inkwire/base';
import { expect, it, onTestFinished } from 'vitest';
import type { Bus, BusSubject, KeptLimits } from '../src/index.ts';
import { until } from './served-hub.ts';

/** Makes buses that reach each other, and breaks them. */
export interface BusMaker {
  /** A bus in the space of this test. */
  connect(limits?: KeptLimits): Promise<Bus>;
  /** Takes the bus away from one; resolves when it knows. */
  disconnect(bus: Bus): Promise<void>;
  /** Gives it back; resolves when it is connected. */
  reconnect(bus: Bus): Promise<void>;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The contract of bus.ts, for any implementation. */
export function holdsBusContract(makeBuses: () => Promise<BusMaker>): void {
  /** Buses that are closed after the test. */
  const open = async (count: number, limits?: KeptLimits) => {
    const maker = await makeBuses();
    const buses: Bus[] = [];
    for (let index = 0; index < count; index++) buses.push(await maker.connect(limits));
    onTestFinished(async () => {
      for (const bus of buses) await bus.destroy();
    });
    return { maker, buses: buses as [Bus, Bus, Bus] };
  };

  /** Collects what arrives, once an echo has shown that the subscription reaches the sender. */
  const collect = async (to: Bus, from: Bus, subject: BusSubject, lane: 'control' | 'data' = 'data') => {
    const received: string[] = [];
    let isReached = false;
    to[lane].subscribe(subject, (bytes) => {
      const text = textOf(bytes);
      if (text === '?echo') isReached = true;
      else received.push(text);
    });
    while (!isReached) {
      from[lane].publish(subject, bytesOf('?echo'));
      await from[lane].flush();
      await to[lane].flush();
    }
    return received;
  };

  it('brings a message to every other bus that subscribes, once, and not to its sender', async () => {
    const { buses } = await open(3);
    const [sender, one, two] = buses;
    const own: string[] = [];
    sender.data.subscribe(['news'], (bytes) => own.push(textOf(bytes)));
    const first = await collect(one, sender, ['news']);
    const second = await collect(two, sender, ['news']);
    sender.data.publish(['news'], bytesOf('a'));
    sender.data.publish(['news'], bytesOf('b'));
    await until(() => first.length >= 2 && second.length >= 2);
    await sender.data.flush();
    expect([own, first, second]).toEqual([[], ['a', 'b'], ['a', 'b']]);
  });

  it('keeps the order of a sender over all subjects of a lane', async () => {
    const { buses } = await open(2);
    const [sender, receiver] = buses;
    const all: string[] = [];
    for (const subject of [['a'], ['b'], ['c', 'd']]) {
      const { length } = all;
      receiver.data.subscribe(subject, (bytes) => all.push(textOf(bytes)));
      while (all.length === length) {
        sender.data.publish(subject, bytesOf('?'));
        await sender.data.flush();
        await receiver.data.flush();
      }
    }
    await until(() => true);
    all.length = 0;
    const random = createRandom(7);
    const expected = Array.from({ length: 2_000 }, (_, index) => String(index));
    for (const text of expected)
      sender.data.publish([['a'], ['b'], ['c', 'd']][random.below(3)]!, bytesOf(text));
    await until(() => all.filter((text) => text !== '?').length === expected.length);
    expect(all.filter((text) => text !== '?')).toEqual(expected);
  });

  it('takes any text as a part of a subject and confuses no two', async () => {
    const { buses } = await open(2);
    const [sender, receiver] = buses;
    const subjects = [
      ['a.b'],
      ['a', 'b'],
      ['a'],
      ['*'],
      ['>'],
      ['a b\r\n'],
      ['', ''],
      ['='],
      ['=3d'],
      ['数字'],
      ['x'.repeat(5_000)],
      [`${'x'.repeat(5_000)}y`],
    ];
    const received = new Map<number, string[]>();
    for (const [index, subject] of subjects.entries())
      received.set(index, await collect(receiver, sender, subject));
    for (const [index, subject] of subjects.entries()) sender.data.publish(subject, bytesOf(`${index}`));
    await until(() => [...received.values()].every((texts) => texts.length > 0));
    expect([...received]).toEqual(subjects.map((_, index) => [index, [`${index}`]]));
  });

  it('brings a message whole, however long, as memory that the sender does not share', async () => {
    const { buses } = await open(2);
    const [sender, receiver] = buses;
    const received: Uint8Array[] = [];
    await collect(receiver, sender, ['long']);
    receiver.data.subscribe(['long'], (bytes) => received.push(bytes));
    const sent = new Uint8Array(5 * 2 ** 20);
    for (let at = 0; at < sent.length; at += 1000) sent[at] = at % 251;
    sender.data.publish(['long'], new Uint8Array(0));
    sender.data.publish(['long'], sent);
    sender.data.publish(['long'], Uint8Array.of(1));
    await until(() => received.length === 3);
    expect(received[0]).toHaveLength(0);
    expect(Buffer.compare(received[1]!, sent)).toBe(0);
    expect([...received[2]!]).toEqual([1]);
    received[1]!.fill(9);
    expect(sent[1000]).toBe(1000 % 251);
  });

  it('stops when a subscription is disposed of, and calls the other listeners of one that throws', async () => {
    const { buses } = await open(2);
    const [sender, receiver] = buses;
    const warnings: unknown[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    let ended = 0;
    const ending = receiver.data.subscribe(['news'], () => ended++);
    const faulty = receiver.data.subscribe(['news'], () => {
      throw new Error('a mistake of a listener');
    });
    const received = await collect(receiver, sender, ['news']);
    faulty[Symbol.dispose]();
    ending[Symbol.dispose]();
    const before = ended;
    sender.data.publish(['news'], bytesOf('a'));
    await until(() => received.length === 1);
    expect(ended).toBe(before);
    await until(() => warnings.includes('a mistake of a listener'));
  });

  it('keeps messages while it is disconnected, sends them first, and says so when there is no room', async () => {
    const { maker, buses } = await open(2, { maxKeptMessages: 3 });
    const [sender, receiver] = buses;
    const received = await collect(receiver, sender, ['news']);
    const changes: boolean[] = [];
    sender.onConnection((isConnected) => changes.push(isConnected));
    await maker.disconnect(sender);
    expect(sender.isConnected).toBe(false);
    for (const text of ['a', 'b', 'c']) sender.data.publish(['news'], bytesOf(text));
    expect(sender.data.hasRoom).toBe(false);
    expect(() => sender.data.publish(['news'], bytesOf('d'))).toThrow(
      expect.objectContaining({ code: 'HUB_BUS_FULL', retryable: true }),
    );
    // What the control lane carries is said again: it is not kept, and does not throw.
    sender.control.publish(['hubs'], bytesOf('x'));
    expect(sender.counts).toMatchObject({ kept: 3, dropped: 2, disconnects: 1 });
    await maker.reconnect(sender);
    await until(() => sender.data.hasRoom);
    sender.data.publish(['news'], bytesOf('e'));
    await until(() => received.includes('e'));
    expect(received).toEqual(['a', 'b', 'c', 'e']);
    expect(changes).toEqual([false, true]);
    expect(sender.counts.kept).toBe(0);
  });

  it('has its subscriptions again after a reconnect, without what was published meanwhile', async () => {
    const { maker, buses } = await open(2);
    const [sender, receiver] = buses;
    const received = await collect(receiver, sender, ['news']);
    await maker.disconnect(receiver);
    sender.data.publish(['news'], bytesOf('missed'));
    await sender.data.flush();
    await maker.reconnect(receiver);
    await until(async () => {
      sender.data.publish(['news'], bytesOf('here'));
      await sender.data.flush();
      await receiver.data.flush();
      return received.length > 0;
    });
    expect(new Set(received)).toEqual(new Set(['here']));
  });

  it('hands out what has arrived before close resolves, and refuses to publish afterwards', async () => {
    const { buses } = await open(2);
    const [sender, receiver] = buses;
    const received = await collect(receiver, sender, ['news']);
    for (let index = 0; index < 500; index++) sender.data.publish(['news'], bytesOf(`${index}`));
    await sender.close();
    expect(() => sender.data.publish(['news'], bytesOf('late'))).toThrow(
      expect.objectContaining({ code: 'BASE_CLOSED' }),
    );
    await until(() => received.length > 0);
    await receiver.data.flush();
    await receiver.close();
    expect(received).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`));
  });
}
