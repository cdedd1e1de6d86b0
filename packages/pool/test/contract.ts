import { type Clock, createManualClock } from '@inkwire/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClientIdentity, ClientIdentitySource } from '../src/client-identity.ts';
import type { InactiveReport, Pool, PoolLimits } from '../src/index.ts';
import { codeOf, thrownCode } from './fake-database.ts';

/** What the connections of every adapter can do. */
export interface ContractConnection {
  query(sql: string): Promise<unknown>;
}

export interface ContractPool extends Pool<ContractConnection> {
  query(sql: string): Promise<unknown>;
  transaction<T>(fn: (connection: ContractConnection) => Promise<T>): Promise<T>;
}

/** The options that the suite sets. */
export interface ContractOptions {
  readonly limits?: PoolLimits;
  readonly client?: ClientIdentitySource;
  readonly checkAfterIdleMs?: number;
  readonly inactiveAfterMs?: number;
  readonly reclaimsInactive?: boolean;
  readonly clock?: Clock;
  readonly breakerAfter?: number;
  readonly checkTimeoutMs?: number;
  readonly acquireTimeoutMs?: number;
  readonly openTimeoutMs?: number;
  onInactive?(report: InactiveReport): void;
}

/** An adapter on a database that has an empty table `inkwire_contract (id integer)`. */
export interface ContractDatabase {
  createPool(options: ContractOptions): ContractPool;
  fence(client: ClientIdentity): Promise<number>;
  readonly begin: string;
  /** A query that answers `id`, the number of the session. */
  readonly whichSession: string;
  /** A query that runs until it is ended. */
  readonly sleep: string;
  rows(answer: unknown): readonly Record<string, unknown>[];
  /** Ends a session from outside. */
  kill(session: number): Promise<void>;
  /** How many sessions the database has of an incarnation, or altogether of this suite. */
  sessions(incarnation: string): Promise<number>;
  /** What the table has in it that is committed. */
  committed(): Promise<number[]>;
  empty(): Promise<void>;
}

let incarnations = 0;

/** Limits on time in a test that does not try them: they only end a hang. */
const patience = { acquireTimeoutMs: 600_000, openTimeoutMs: 600_000, checkTimeoutMs: 600_000 };

/** What every adapter has to do, on the real database and on a fake one alike. */
export function describeAdapter(name: string, database: () => ContractDatabase): void {
  describe(name, () => {
    const pools: ContractPool[] = [];
    let db: ContractDatabase;
    let identity: ClientIdentity;

    function create(options: ContractOptions = {}): ContractPool {
      const pool = db.createPool({ ...patience, limits: { min: 0, max: 2 }, client: identity, ...options });
      pools.push(pool);
      return pool;
    }

    const insert = (id: number) => `INSERT INTO inkwire_contract VALUES (${id})`;
    const sessionOf = async (connection: ContractConnection) =>
      Number(db.rows(await connection.query(db.whichSession))[0]!.id);

    beforeEach(async () => {
      db = database();
      identity = { name: 'Größe “42”', incarnation: `${process.pid}-${Date.now()}-${incarnations++}` };
      await db.empty();
    });

    afterEach(async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.destroy()));
    });

    test('queries run, no more at a time than the maximum, and leave their connections idle', async () => {
      const pool = create();
      const held = await Promise.all([pool.acquire(), pool.acquire()]);
      const queries = Array.from({ length: 6 }, (_, i) => pool.query(insert(i)));
      for (const lease of held) lease.release();
      await Promise.all(queries);
      expect(await db.committed()).toEqual([0, 1, 2, 3, 4, 5]);
      // A query is answered before its connection is ready for the next.
      await expect.poll(() => pool.stats()).toMatchObject({ idle: 2, opened: 2, lost: 0 });
    });

    test('sessions carry their client’s identity, and are gone from the database after the close', async () => {
      const pool = create({ limits: { min: 0, max: 3 } });
      const held = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
      expect(await db.sessions(identity.incarnation)).toBe(3);
      for (const lease of held) lease.release();
      await pool.close();
      await expect.poll(() => db.sessions(identity.incarnation)).toBe(0);
    });

    test('a transaction runs on one connection and commits', async () => {
      const pool = create();
      const seen = await pool.transaction(async (connection) => {
        await connection.query(insert(1));
        await pool.query(insert(2));
        await connection.query(insert(3));
        expect(await db.committed()).toEqual([2]);
        return [await sessionOf(connection), await sessionOf(connection)];
      });
      expect(seen[0]).toBe(seen[1]);
      expect(await db.committed()).toEqual([1, 2, 3]);
      await expect.poll(() => pool.stats()).toMatchObject({ idle: 2, lost: 0 });
    });

    test('a transaction that throws is rolled back, rethrows, and its connection is used again', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      const error = new Error('mine');
      const failing = pool.transaction(async (connection) => {
        await connection.query(insert(1));
        throw error;
      });
      await expect(failing).rejects.toBe(error);
      await pool.query(insert(2));
      expect(await db.committed()).toEqual([2]);
      expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 });
    });

    test('a failed statement of a transaction rolls it back', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      const failing = pool.transaction(async (connection) => {
        await connection.query(insert(1));
        await connection.query('NO SUCH STATEMENT');
      });
      await expect(failing).rejects.toThrow();
      expect(await db.committed()).toEqual([]);
      await pool.query(insert(2));
      expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 });
    });

    test('a transaction that a holder leaves open is not the next one’s, and is not committed', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      {
        await using lease = await pool.acquire();
        await lease.connection.query(db.begin);
        await lease.connection.query(insert(1));
      }
      await pool.query(insert(2));
      expect(await db.committed()).toEqual([2]);
    });

    test('a transaction that a query leaves open is rolled back', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      await pool.query(db.begin);
      await pool.query(insert(1));
      await pool.query(insert(2));
      expect(await db.committed()).toEqual([1, 2]);
    });

    test('a query that nobody awaited ends before the connection is lent again, or the connection does', async () => {
      const pool = create({ limits: { min: 0, max: 1 }, checkTimeoutMs: 100 });
      const lease = await pool.acquire();
      const session = await sessionOf(lease.connection);
      const abandoned = lease.connection.query(db.sleep).catch(() => {});
      lease.release();
      const next = await pool.acquire();
      expect(await sessionOf(next.connection)).not.toBe(session);
      await abandoned;
    });

    test('a failing query is the caller’s affair, and the connection stays', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      await expect(pool.query('NO SUCH STATEMENT')).rejects.toThrow();
      await pool.query(insert(1));
      expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 });
    });

    test('a session that ends while it rests is removed, and nobody hears of it', async () => {
      const pool = create();
      const session = await pool.use(sessionOf);
      await db.kill(session);
      await expect.poll(() => pool.stats().total).toBe(0);
      expect(pool.stats()).toMatchObject({ lost: 1 });
      await pool.query(insert(1));
      expect(await db.committed()).toEqual([1]);
    });

    test('a session that ends in mid-query fails the query, and is not lent again', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      const lease = await pool.acquire();
      const session = await sessionOf(lease.connection);
      const query = lease.connection.query(db.sleep);
      const failed = expect(query).rejects.toThrow();
      await db.kill(session);
      await failed;
      lease.release();
      expect(await pool.use(sessionOf)).not.toBe(session);
    });

    test('one that rested is checked on the way out', async () => {
      const pool = create({ checkAfterIdleMs: 0 });
      const session = await pool.use(sessionOf);
      expect(await pool.use(sessionOf)).toBe(session);
      expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 });
    });

    test('a query that runs for long is activity; resting in somebody’s hands is not', async () => {
      let report = (_: InactiveReport) => {};
      const reported = new Promise<InactiveReport>((resolve) => (report = resolve));
      const pool = create({ inactiveAfterMs: 50, onInactive: (inactive) => report(inactive) });
      const lease = await pool.acquire();
      const session = await sessionOf(lease.connection);
      const query = lease.connection.query(db.sleep).catch(() => {});
      const other = await pool.acquire();
      // The other one is found inactive after the time in which the sleeping one was looked at as well.
      expect((await reported).lentMs).toBeGreaterThanOrEqual(50);
      expect(pool.stats().inactive).toBe(1);
      other.release();
      await db.kill(session);
      await query;
      lease[Symbol.dispose]();
    });

    test('a transaction of short queries is activity, however long it takes', async () => {
      const clock = createManualClock();
      const pool = create({ inactiveAfterMs: 100, reclaimsInactive: true, onInactive: () => {}, clock });
      await pool.transaction(async (connection) => {
        for (const id of [1, 2, 3]) {
          await connection.query(insert(id));
          clock.advance(60);
        }
      });
      expect(await db.committed()).toEqual([1, 2, 3]);
      expect(pool.stats()).toMatchObject({ inactive: 0, reclaimed: 0 });
    });

    test('a connection that was kept after it was given back is refused, and not the next holder’s', async () => {
      const pool = create({ limits: { min: 0, max: 1 } });
      const lease = await pool.acquire();
      const { connection } = lease;
      const { query } = connection;
      lease.release();
      const used = await pool.use((lent) => ({ lent }));
      const transacted = await pool.transaction(async (lent) => ({ lent }));
      await using next = await pool.acquire();
      for (const kept of [connection, used.lent, transacted.lent])
        expect(thrownCode(() => kept.query(db.begin))).toBe('POOL_LEASE_RELEASED');
      expect(thrownCode(() => query.call(connection, db.begin))).toBe('POOL_LEASE_RELEASED');
      await next.connection.query(insert(1));
      expect(await db.committed()).toEqual([1]);
      expect(pool.stats().opened).toBe(1);
    });

    test('what is lent is not taken for a promise, even after it was given back', async () => {
      const pool = create();
      const kept = await pool.use((connection) => connection);
      expect(await Promise.resolve(kept)).toBe(kept);
    });

    test('a fence ends every session of an incarnation and no other, and lets it open no more', async () => {
      const other = { name: identity.name, incarnation: `${identity.incarnation}x` };
      const pool = create({ limits: { min: 0, max: 2 }, breakerAfter: 1 });
      const survivor = create({ client: other });
      const held = await Promise.all([pool.acquire(), pool.acquire()]);
      await survivor.query(insert(1));
      expect(await db.fence(identity)).toBe(0);
      expect(await db.sessions(identity.incarnation)).toBe(0);
      expect(await db.sessions(other.incarnation)).toBe(1);
      await expect(held[0]!.connection.query(db.whichSession)).rejects.toThrow();
      for (const lease of held) lease.release();
      await expect(pool.query(insert(2))).rejects.toMatchObject({
        code: 'POOL_FENCED',
        retryable: false,
      });
      await survivor.query(insert(3));
      expect(survivor.stats().opened).toBe(1);
      expect(await db.fence(identity)).toBe(0);
      expect(await db.committed()).toEqual([1, 3]);
    });

    test('a fence of somebody who has no session ends none', async () => {
      expect(await db.fence({ name: 'nobody', incarnation: `${identity.incarnation}none` })).toBe(0);
    });

    test('destroying the pool ends what its holders are doing', async () => {
      const pool = create();
      const lease = await pool.acquire();
      const query = lease.connection.query(db.sleep).catch((error: unknown) => error);
      await pool.destroy(new Error('the end'));
      expect(await query).toBeInstanceOf(Error);
      expect(await codeOf(pool.query(insert(1)))).toBe('BASE_CLOSED');
    });
  });
}
