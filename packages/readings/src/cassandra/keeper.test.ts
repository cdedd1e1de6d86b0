import { createManualClock } from '@inkwire/base';
import cassandra from 'cassandra-driver';
import { describe, expect, it } from 'vitest';
import { numberedReading } from '../../test/numbered-reading.js';
import { cassandraError } from './cassandra-errors.ts';
import type { Database, Statement } from './database.ts';
import { Head } from './head.ts';
import { Keeper } from './keeper.ts';
import { encodeEntry } from './row.ts';
import { Statements } from './statements.ts';

const timedOut = new cassandra.errors.ResponseError(0x1100, 'Server timeout during write');
const tooFew = new cassandra.errors.ResponseError(0x1000, 'Not enough replicas');

/** What a statement does, without the keyspace: `INSERT readings`, `DELETE reading_pictures`. */
const nameOf = ({ query }: Statement) =>
  query.replace(/^(INSERT|SELECT|UPDATE|DELETE)[^.]*ink\.(\w+).*$/s, '$1 $2');

/** A database that notes what it was told, and fails as it is told. */
function fakeDatabase() {
  const done: string[] = [];
  const fails = new Map<string, Error[]>();
  const tell = async (statements: readonly Statement[]) => {
    const names = statements.map(nameOf);
    done.push(names.join(' + '));
    const error = fails.get(names[0]!)?.shift();
    if (error) throw cassandraError(error);
  };
  const database = {
    timeoutMs: 60_000,
    run: async (statement: Statement) => {
      await tell([statement]);
      return { rows: [], first: () => null };
    },
    runTogether: tell,
  } as unknown as Database;
  return { database, done, fails };
}

function create() {
  const fake = fakeDatabase();
  const clock = createManualClock(Date.UTC(2026, 0, 2));
  const statements = new Statements('ink', cassandra);
  const head = new Head(fake.database, statements, clock);
  const keeper = new Keeper({ database: fake.database, statements, head, clock });
  const keep = (number: number) => keeper.keep(encodeEntry(numberedReading(number), clock.now()));
  return { ...fake, keep };
}

const keeping = [
  'SELECT readings_head',
  'UPDATE readings_head + INSERT readings_head',
  'INSERT readings_days',
  'INSERT reading_pictures',
  'INSERT readings',
  'INSERT readings_head',
];

describe('keeping in Cassandra', () => {
  it('announces the id, writes the picture before the row, and counts', async () => {
    const { keep, done } = create();
    await keep(1);
    expect(done).toEqual(keeping);
    await keep(2);
    expect(done.slice(keeping.length)).toEqual(keeping.filter((name) => name !== 'INSERT readings_days'));
  });

  it('shares what it costs to begin and to end among those that arrive together', async () => {
    const { keep, done } = create();
    const kept = await Promise.all(Array.from({ length: 65 }, (_, i) => keep(i)));
    expect(done.filter((name) => name === 'SELECT readings_head').length).toBe(3);
    const ids = kept.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('removes what a failed write may have left before it rejects, and again where that fails', async () => {
    const { keep, done, fails } = create();
    fails.set('INSERT readings', [timedOut]);
    fails.set('DELETE readings', [timedOut]);
    await expect(keep(1)).rejects.toMatchObject({ code: 'READINGS_OVERLOADED', retryable: true });
    const removal = 'DELETE readings + DELETE reading_pictures';
    expect(done.slice(4)).toEqual(['INSERT readings', removal, removal, 'INSERT readings_head']);
  });

  it('rejects at once what was never sent, and removes it before it keeps the next one', async () => {
    const { keep, done, fails } = create();
    fails.set('INSERT reading_pictures', [tooFew]);
    fails.set('DELETE readings', [tooFew]);
    await expect(keep(1)).rejects.toMatchObject({ code: 'READINGS_UNREACHABLE' });
    done.length = 0;
    await keep(2);
    expect(done.slice(0, 2)).toEqual(['DELETE readings + DELETE reading_pictures', 'SELECT readings_head']);
  });

  it('does not let others of its group suffer for one', async () => {
    const { keep, fails } = create();
    fails.set('INSERT readings', [timedOut]);
    const kept = await Promise.allSettled([keep(1), keep(2), keep(3)]);
    expect(kept.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('keeps nothing while the newest id cannot be read', async () => {
    const { keep, done, fails } = create();
    fails.set('SELECT readings_head', [timedOut]);
    await expect(keep(1)).rejects.toMatchObject({ code: 'READINGS_OVERLOADED' });
    expect(done).toEqual(['SELECT readings_head']);
    expect((await keep(2)).text).toBe('2');
  });

  it('keeps where only the count could not be written: it was announced', async () => {
    const { keep, fails } = create();
    fails.set('INSERT readings_head', [timedOut]);
    expect((await keep(1)).text).toBe('1');
  });
});
