import { expect, test } from 'vitest';
import { guarded, unguarded } from './guarded-connection.ts';

class Connection {
  readonly #id = 7;
  name = '';
  get id(): number {
    return this.#id;
  }
  ask(): number {
    return this.#id;
  }
  on(): this {
    return this;
  }
  // biome-ignore lint/suspicious/noThenProperty: a connection that could be taken for a promise.
  then(): void {}
}

function lend() {
  const lease = { uses: 0, isOver: false };
  const connection = new Connection();
  const lent = guarded(connection, () => {
    if (lease.isOver) throw new Error('over');
    lease.uses++;
  });
  return { lease, connection, lent };
}

test('a guarded connection does what the connection does, private fields and all, and tells of it', () => {
  const { lease, lent, connection } = lend();
  expect(lent.id).toBe(7);
  expect(lease.uses).toBe(1);
  expect(lent.ask()).toBe(7);
  expect(lease.uses).toBeGreaterThan(1);
  lent.name = 'orders';
  expect(connection.name).toBe('orders');
  expect(lent).toBeInstanceOf(Connection);
  expect([unguarded(lent), unguarded(connection)]).toEqual([connection, connection]);
});

test('nothing of it is left when the lease is over: no property, no method taken before, nothing chained', () => {
  const { lease, lent, connection } = lend();
  const { ask } = lent;
  const chained = lent.on();
  lease.isOver = true;
  expect(() => lent.id).toThrow('over');
  expect(() => ask()).toThrow('over');
  expect(() => chained.ask()).toThrow('over');
  expect(() => {
    lent.name = 'mine';
  }).toThrow('over');
  expect(connection.name).toBe('');
});

test('it is no promise, over or not', async () => {
  const { lease, lent } = lend();
  lease.isOver = true;
  expect(await Promise.resolve(lent)).toBe(lent);
});
