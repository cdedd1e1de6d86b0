import { describe, expect, it } from 'vitest';
import { encodeJson } from '../src/hubs/messages.ts';
import { createLocalBus, openHubs } from '../src/index.ts';
import { createBusOfHubs } from './hubs-on-bus.ts';

describe('the members of several hubs', () => {
  it('are one list with ids that begin with the number of their hub', async () => {
    const { open, advance } = createBusOfHubs();
    const [one, two] = [await open('ink'), await open('ink')];
    const first = one.join();
    const second = two.join();
    await advance(50);
    expect(one.ids()).toEqual(two.ids());
    expect(one.ids()).toHaveLength(2);
    expect(Math.floor(first.facts.id / 10_000_000)).toBe(one.hubs.own.number);
    expect(Math.floor(second.facts.id / 10_000_000)).toBe(two.hubs.own.number);
    // One name: told apart by number and id.
    expect(one.hubs.others).toEqual([two.hubs.own]);
    expect(one.hubs.own.name).toBe(two.hubs.own.name);
    expect(one.hubs.own.number).not.toBe(two.hubs.own.number);
    expect([one.members.here, one.members.size]).toEqual([1, 2]);
  });

  it('are told of, joined, renamed and left, to each hub, and to a hub that comes later', async () => {
    const { open, advance } = createBusOfHubs();
    const [one, two] = [await open(), await open()];
    const member = one.join();
    const { id } = member.facts;
    member.rename('Ada');
    await advance(50);
    expect(two.members.get(id)).toEqual(member.facts);
    const late = await open();
    expect(late.members.get(id)?.name).toBe('Ada');
    member.leave();
    await advance(50);
    expect(two.events).toEqual([`joined ${id}`, `renamed ${id}`, `left ${id}`]);
    expect(late.members.get(id)).toBeUndefined();
  });

  it('are off every list within six seconds after their hub has died, and at once when it closes', async () => {
    const { bus, open, advance } = createBusOfHubs();
    const [one, two, three] = [await open(), await open(), await open()];
    const died = two.join();
    const closed = three.join();
    await advance(2_000);
    expect(one.ids()).toHaveLength(2);
    await three.hubs.close();
    await advance(50);
    expect(one.ids()).toEqual([died.facts.id]);
    bus.cut(one.place, two.place, true);
    await advance(3_500);
    expect(one.ids()).toEqual([died.facts.id]);
    await advance(2_500);
    expect(one.ids()).toEqual([]);
    expect(one.hubs.others).toEqual([]);
    expect(one.events).toEqual([
      `joined ${died.facts.id}`,
      `joined ${closed.facts.id}`,
      `left ${closed.facts.id}`,
      `left ${died.facts.id}`,
    ]);
  });

  it('are the same on both sides of a partition that has healed, each told of once', async () => {
    const { bus, open, advance } = createBusOfHubs();
    const [one, two] = [await open(), await open()];
    const [stays, leaves] = [one.join(), one.join()];
    const other = two.join();
    await advance(100);
    bus.cut(one.place, two.place, true);
    await advance(8_000);
    expect(two.ids()).toEqual([other.facts.id]);
    leaves.leave();
    const comes = one.join();
    bus.cut(one.place, two.place, false);
    await advance(3_000);
    expect(two.ids()).toEqual(one.ids());
    expect(two.ids()).toHaveLength(3);
    // Nobody joined twice without having left.
    for (const { facts } of [stays, leaves, comes]) {
      const own = two.events.filter((event) => event.endsWith(` ${facts.id}`));
      for (const [at, event] of own.entries()) expect(event).toMatch(at % 2 === 0 ? /^joined/ : /^left/);
    }
  });

  it('are completed when a change was missed and nobody fell silent', async () => {
    const { bus, open, advance } = createBusOfHubs();
    const [one, two] = [await open(), await open()];
    await advance(1_000);
    bus.cut(one.place, two.place, true);
    const missed = one.join();
    await advance(100);
    bus.cut(one.place, two.place, false);
    expect(two.ids()).toEqual([]);
    await advance(2_000);
    expect(two.ids()).toEqual([missed.facts.id]);
    expect(two.events).toEqual([`joined ${missed.facts.id}`]);
  });

  it('are here again after this hub was without its bus', async () => {
    const { open, advance } = createBusOfHubs();
    const [one, two] = [await open(), await open()];
    const member = one.join();
    await advance(100);
    two.place.disconnect();
    await advance(6_000);
    expect(two.ids()).toEqual([]);
    two.place.reconnect();
    await advance(1_500);
    expect(two.ids()).toEqual([member.facts.id]);
    expect(one.hubs.others).toHaveLength(1);
  });

  it('stay when the process was stopped for longer than the others may be silent', async () => {
    const { open, advance, stall } = createBusOfHubs();
    const [one, two] = [await open(), await open()];
    one.join();
    await advance(100);
    stall(9_000);
    await advance(3_000);
    expect(two.ids()).toHaveLength(1);
    expect(two.events.filter((event) => event.startsWith('left'))).toEqual([]);
  });
});

describe('the numbers of hubs', () => {
  it('differ after two hubs had one, and the later hub ends the connections of its members', async () => {
    const { bus, open, advance } = createBusOfHubs();
    const one = await open();
    await advance(100);
    // Places that are cut off from the first: hubs there may take its number.
    const apart = await open();
    bus.cut(one.place, apart.place, true);
    await advance(6_000);
    expect(one.hubs.others).toEqual([]);
    const twin = { ...apart.hubs.own, number: one.hubs.own.number };
    Object.assign(apart.hubs, { own: twin });
    const [first, second] = [one.join(), apart.join()];
    expect(first.facts.id).toBe(second.facts.id);
    bus.cut(one.place, apart.place, false);
    await advance(3_000);
    expect(apart.expelled).toEqual([second.facts.id]);
    expect(one.expelled).toEqual([]);
    expect(apart.hubs.own.number).not.toBe(one.hubs.own.number);
    expect(apart.ids()).toEqual([first.facts.id]);
    const again = apart.join();
    await advance(100);
    expect(one.ids()).toEqual([first.facts.id, again.facts.id].sort((a, b) => a - b));
  });

  it('run out at 213 hubs: the next one is refused', async () => {
    const bus = createLocalBus();
    const crowd = bus.join();
    const others = Array.from({ length: 213 }, (_, index) => ({
      id: `hub-${index}`,
      number: index + 1,
      name: 'x',
      version: '0',
      started: 0,
    }));
    crowd.control.subscribe(['hubs'], () => {
      for (const from of others)
        crowd.control.publish(['hubs'], encodeJson({ kind: 'state', from, at: 0, members: [], topics: [] }));
    });
    const place = bus.join();
    await expect(openHubs({ bus: place, settleMs: 200 })).rejects.toMatchObject({ code: 'HUB_BUS_CROWDED' });
    await place.close();
    await crowd.close();
  });

  it('are not confused by messages that are none of theirs', async () => {
    const { bus, open, advance } = createBusOfHubs();
    const one = await open();
    const stranger = bus.join();
    for (const bytes of [
      Uint8Array.of(0xff, 0xfe),
      encodeJson(null),
      encodeJson({ kind: 'beat' }),
      encodeJson([]),
    ])
      stranger.control.publish(['hubs'], bytes);
    await advance(100);
    expect(one.hubs.others).toEqual([]);
    await stranger.close();
  });
});
