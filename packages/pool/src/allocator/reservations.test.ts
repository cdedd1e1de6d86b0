import { expect, it, onTestFinished, vi } from 'vitest';
import { Scene } from '../../test/allocator-scene.ts';
import { Client } from './client.ts';
import { Reservations } from './reservations.ts';

const client = (name: string, floor = 0) =>
  new Client({ name, incarnation: `${name}#1`, floor }, 'member', Infinity);

it('reserves no more than its budget, floors included, and takes back more than that at any time', () => {
  const reservations = new Reservations(10);
  const [a, b] = [client('a', 4), client('b')];
  reservations.hold(a, 2);
  expect([a.reserved, reservations.free]).toEqual([4, 6]);
  expect(() => reservations.hold(b, 7)).toThrow('b would hold 7 while 6 are free');
  reservations.hold(b, 6);
  expect(reservations.free).toBe(0);
  // A client may have more than there is: nothing grows then, and what shrinks is not refused.
  reservations.observe(b, 9);
  expect(reservations.free).toBe(-3);
  expect(() => reservations.hold(a, 5)).toThrow('a would hold 5 while -3 are free');
  reservations.hold(b, 8);
  expect(reservations.free).toBe(-2);
});

it('grants nothing that is not reserved', () => {
  const reservations = new Reservations(10);
  const a = client('a');
  reservations.hold(a, 3);
  reservations.expectReserved(a, 3);
  expect(() => reservations.expectReserved(a, 4)).toThrow('a would be granted 4 of 3 reserved for it');
});

it('notices when the rule or its sum is broken', () => {
  const create = () => {
    const reservations = new Reservations(10);
    const a = client('a');
    reservations.hold(a, 3);
    reservations.check([a]);
    return { reservations, a };
  };
  const grown = create();
  grown.a.held = 5;
  expect(() => grown.reservations.check([grown.a])).toThrow(
    'a is member, holds 5, and 3 are reserved for it',
  );
  const granted = create();
  granted.a.granted = 4;
  expect(() => granted.reservations.check([granted.a])).toThrow('a would be granted 4 of 3 reserved');
  const lost = create();
  expect(() => lost.reservations.check([])).toThrow('0 are reserved, 3 were counted');
});

it('adds everything up anew whenever it has shared', () => {
  const scene = new Scene();
  const check = vi.spyOn(Reservations.prototype, 'check').mockImplementation(() => {
    throw new Error('the rule is broken');
  });
  onTestFinished(() => check.mockRestore());
  expect(() => scene.allocator.handle({ kind: 'tick' }, 0)).toThrow('the rule is broken');
  expect(() => scene.allocator.checkRule()).toThrow('the rule is broken');
});
