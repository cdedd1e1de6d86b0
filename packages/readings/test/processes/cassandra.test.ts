import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createManualClock } from '@inkwire/base';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CassandraReadingsOptions, openCassandraReadings } from '../../src/cassandra/index.ts';
import { migrations } from '../../src/cassandra/migrations.ts';
import type { Reading, Readings } from '../../src/index.ts';
import { describeReadings, newReading, wholeReading } from '../contract.ts';
import { connectionTo, cql, emptyBy, noCassandra, patient } from '../named-cassandra.ts';

/** Opens readings, and closes them with the test. */
async function open(options: CassandraReadingsOptions): Promise<Readings> {
  const readings = await openCassandraReadings({ ...patient, ...options });
  onTestFinished(() => readings.destroy());
  return readings;
}

async function collect(readings: Readings): Promise<Reading[]> {
  const all: Reading[] = [];
  for await (const reading of readings.all()) all.push(reading);
  return all;
}

const keyspaceExists = async (keyspace: string) =>
  (await cql(['SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?', keyspace]))
    .length > 0;

const inKeyspace = (keyspace: string, more: object = {}) => ({
  connection: { ...connectionTo(keyspace), ...more },
});

/** A definition takes a second of a busy node, so tests that need no keyspace of their own share one. */
let shared: Promise<string> | undefined;
async function sharedKeyspace(): Promise<string> {
  shared ??= (async () => {
    const connection = connectionTo();
    await (await openCassandraReadings({ ...patient, connection })).close();
    return connection.keyspace;
  })();
  const keyspace = await shared;
  await emptyBy(connectionTo(keyspace));
  return keyspace;
}

describe.skipIf(noCassandra)('readings in Cassandra', () => {
  describeReadings('Cassandra', async () => {
    const keyspace = await sharedKeyspace();
    return {
      open: ({ clock }) => openCassandraReadings({ ...patient, ...inKeyspace(keyspace), clock }),
    };
  });

  describe('the keyspace', () => {
    it('is made with its tables by several at once, and says what it does not promise', async () => {
      const { keyspace } = connectionTo();
      const warnings: string[] = [];
      const onWarning = (sentence: string) => warnings.push(sentence);
      const stores = await Promise.all(
        Array.from({ length: 3 }, () => open({ ...inKeyspace(keyspace), onWarning })),
      );
      await Promise.all(stores.map((readings) => readings.keep(newReading('1'))));
      expect(await stores[0]!.count()).toBe(3);
      expect(warnings).toEqual(Array(3).fill(expect.stringContaining('one copy of each reading')));
    });

    it('is not made where it may not be', async () => {
      const { keyspace } = connectionTo();
      await expect(open({ ...inKeyspace(keyspace), create: false })).rejects.toMatchObject({
        code: 'READINGS_MISSING',
      });
      expect(await keyspaceExists(keyspace)).toBe(false);
    });

    it('is not made with more copies than there are nodes, unless that is forced', async () => {
      const { keyspace } = connectionTo();
      await expect(open(inKeyspace(keyspace, { replication: 3 }))).rejects.toMatchObject({
        code: 'READINGS_UNWRITABLE',
        message: expect.stringMatching(
          /replication of 3 in datacentre dc1 needs as many nodes, and it has 1/,
        ),
      });
      expect(await keyspaceExists(keyspace)).toBe(false);
      // Two of three nodes have to answer, and there is one.
      await expect(open(inKeyspace(keyspace, { replication: 3, force: true }))).rejects.toMatchObject({
        code: 'READINGS_UNREACHABLE',
        message: expect.stringContaining('Too few nodes'),
      });
      expect(await keyspaceExists(keyspace)).toBe(true);
    });

    it('of a later version is refused, and not changed', async () => {
      const keyspace = connectionTo().keyspace;
      await open(inKeyspace(keyspace));
      const version = `SELECT version FROM ${keyspace}.readings_version`;
      expect((await cql(version))[0]).toMatchObject({ version: migrations.length });
      await cql(`UPDATE ${keyspace}.readings_version SET version = 1000 WHERE place = 'readings'`);
      await expect(open(inKeyspace(keyspace))).rejects.toMatchObject({
        code: 'READINGS_FOREIGN',
        message: expect.stringMatching(/of version 1000, and this program knows \d+: use a newer one/),
      });
      expect((await cql(version))[0]).toMatchObject({ version: 1000 });
    });

    it('of another program is refused, and not changed', async () => {
      const { keyspace } = connectionTo();
      await cql(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
        `CREATE TABLE ${keyspace}.readings (meter int PRIMARY KEY)`,
      );
      await expect(open(inKeyspace(keyspace))).rejects.toMatchObject({ code: 'READINGS_FOREIGN' });
      const tables = await cql([
        'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?',
        keyspace,
      ]);
      expect(tables.map((row) => row.table_name)).toEqual(['readings']);
    });

    it('has an index by exact text for the queries of others, where that is asked for', async () => {
      const { keyspace } = connectionTo();
      const readings = await open({ ...inKeyspace(keyspace), textIndex: true });
      for (const text of ['12', '123']) await readings.keep(newReading(text));
      const rows = await cql([`SELECT time, source, text FROM ${keyspace}.readings WHERE text = ?`, '12']);
      expect(rows).toMatchObject([{ source: 'upload', text: '12' }]);
    });
  });

  it('needs the datacentre to be one of the cluster', async () => {
    await expect(open(inKeyspace(await sharedKeyspace(), { dataCenter: 'nowhere' }))).rejects.toMatchObject({
      code: 'READINGS_REFUSED',
      message: expect.stringMatching(/no datacentre nowhere: it has dc1/),
    });
  });

  describe('several stores in one keyspace', () => {
    it('give ids in the order of their keeps, whatever their clocks say', async () => {
      const keyspace = await sharedKeyspace();
      const clock = createManualClock(Date.UTC(2026, 5, 1));
      const stores = await Promise.all(
        [0, -3_600_000, 3_600_000].map((ms) =>
          open({ ...inKeyspace(keyspace), clock: createManualClock(clock.now() + ms) }),
        ),
      );
      const kept: string[] = [];
      for (let i = 0; i < 12; i++) kept.push((await stores[(i * 7) % 3]!.keep(newReading(String(i)))).id);
      expect(kept).toEqual([...kept].sort());
      expect((await collect(stores[0]!)).map(({ id }) => id)).toEqual(kept.reverse());
    });

    it('give each id once and count together, also what one keeps and another removes', async () => {
      const keyspace = await sharedKeyspace();
      const stores = await Promise.all(Array.from({ length: 3 }, () => open(inKeyspace(keyspace))));
      const kept = await Promise.all(
        Array.from({ length: 90 }, async (_, i) => stores[i % 3]!.keep(newReading(String(i % 3)))),
      );
      expect(new Set(kept.map(({ id }) => id)).size).toBe(90);
      await Promise.all(kept.slice(0, 30).map(({ id }, i) => stores[(i + 1) % 3]!.remove(id)));
      for (const readings of stores) expect(await readings.count()).toBe(60);
      expect((await collect(stores[0]!)).length).toBe(60);
    });

    it('give greater ids than a newest reading that was removed before a restart', async () => {
      const keyspace = await sharedKeyspace();
      const clock = createManualClock(Date.UTC(2026, 5, 1));
      const before = await open({ ...inKeyspace(keyspace), clock });
      const { id } = await before.keep(newReading('1'));
      await before.remove(id);
      await before.close();
      clock.advance(-3_600_000);
      const after = await open({ ...inKeyspace(keyspace), clock });
      expect((await after.keep(newReading('2'))).id > id).toBe(true);
    });

    it('count what a killed process has kept, and nothing else', async () => {
      const keyspace = await sharedKeyspace();
      const { hosts, port } = connectionTo(keyspace);
      const keeper = fileURLToPath(new URL('keeper.js', import.meta.url));
      const url = `cassandra://${hosts.join(',')}:${port}/${keyspace}`;
      const acknowledged = new Set<string>();
      for (let turn = 0; turn < 3; turn++) {
        const child = spawn(process.execPath, [keeper, url, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
        onTestFinished(() => void child.kill('SIGKILL'));
        for await (const line of createInterface({ input: child.stdout })) {
          const [what, , id] = line.split(' ');
          if (what === 'kept') acknowledged.add(id!);
          else if (what === 'removed') acknowledged.delete(id!);
          if (acknowledged.size >= 20 * (turn + 1)) child.kill('SIGKILL');
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        expect(child.signalCode).toBe('SIGKILL');
      }
      const readings = await open(inKeyspace(keyspace));
      const all = await collect(readings);
      expect(await readings.count()).toBe(all.length);
      // What was about to be removed when its process was killed may be gone.
      const missing = [...acknowledged].filter((id) => !all.some((one) => one.id === id));
      expect(missing.length).toBeLessThanOrEqual(3 * 8);
      for (const { id } of all) expect((await readings.picture(id))?.bytes.length).toBeGreaterThan(0);
    });
  });

  describe('a reading', () => {
    it('has text of any code units, and is found by it', async () => {
      const readings = await open(inKeyspace(await sharedKeyspace()));
      for (const text of ['a\0b', '\uFDD0\uFDEF', '\ud800', 'x\udc00y', '😀', '\u{10FFFF}', "5'%"]) {
        const cells = { rows: 1, columns: 1, texts: [[text]] };
        const more = { source: text, written: text, model: text, label: text, detector: text, cells };
        const { id } = await readings.keep(newReading(text, { ...more, digits: [], prepared: [] }));
        expect(await readings.get(id)).toMatchObject({ text, ...more });
        expect(await readings.correct(id, `1${text}`)).toMatchObject({ corrected: `1${text}` });
        expect((await readings.list({ text: `1${text}` })).readings.map((one) => one.text)).toEqual([text]);
      }
    });

    it('of ten million bytes is kept, and one that Cassandra would refuse is READINGS_TOO_LARGE', async () => {
      const readings = await open(inKeyspace(await sharedKeyspace()));
      const picture = (length: number) => ({ picture: { type: 'image/png', bytes: new Uint8Array(length) } });
      const { id } = await readings.keep(newReading('1', picture(10 * 2 ** 20)));
      expect((await readings.picture(id))?.bytes.length).toBe(10 * 2 ** 20);
      await expect(readings.keep(newReading('1', picture(16 * 2 ** 20)))).rejects.toMatchObject({
        code: 'READINGS_TOO_LARGE',
        retryable: false,
      });
      for (const changes of [{ width: 1.5 }, { height: 2 ** 31 }, { confidence: Number.NaN }])
        await expect(readings.keep(newReading('1', changes))).rejects.toThrow(RangeError);
      expect(await readings.count()).toBe(1);
    });

    it('that was removed stays so when a correction of another arrives late', async () => {
      const keyspace = await sharedKeyspace();
      const readings = await open(inKeyspace(keyspace));
      const { id } = await readings.keep(newReading('1'));
      const [key] = await cql(`SELECT day, bucket FROM ${keyspace}.readings_days`);
      await readings.remove(id);
      await cql([
        `UPDATE ${keyspace}.readings SET corrected = ? WHERE day = ? AND bucket = ? AND id = ?`,
        '2',
        key!.day,
        key!.bucket,
        id,
      ]);
      expect(await readings.get(id)).toBeUndefined();
      expect(await readings.correct(id, '3')).toBeUndefined();
      expect(await readings.remove(id)).toBe(false);
      expect(await readings.list({ text: '2' })).toEqual({ readings: [], next: null });
      expect([await collect(readings), await readings.count()]).toEqual([[], 0]);
    });
  });

  describe('a reading of another store', () => {
    it('is kept by one of the processes that load it at once, and counted once', async () => {
      const keyspace = await sharedKeyspace();
      const stores = await Promise.all(Array.from({ length: 3 }, () => open(inKeyspace(keyspace))));
      const start = Date.UTC(2026, 0, 2);
      const wholes = Array.from({ length: 20 }, (_, i) => wholeReading(start + i, String(i)));
      const loaded = await Promise.all(
        stores.map(async (readings) => Promise.all(wholes.map((whole) => readings.load(whole)))),
      );
      for (const i of wholes.keys()) expect(loaded.filter((answers) => answers[i]).length).toBe(1);
      expect(await stores[0]!.count()).toBe(20);
      expect((await collect(stores[1]!)).map(({ text }) => text)).toEqual(
        wholes.map(({ text }) => text).reverse(),
      );
    });

    it('is there again after it was removed, by whatever clock, and a correction follows it', async () => {
      const keyspace = await sharedKeyspace();
      const start = Date.UTC(2026, 0, 2);
      const [readings, ahead] = await Promise.all(
        [0, 40 * 86_400_000].map((ms) =>
          open({ ...inKeyspace(keyspace), clock: createManualClock(start + ms) }),
        ),
      );
      const whole = wholeReading(start);
      for (const remover of [readings!, readings!, ahead!]) {
        expect(await readings!.load(whole)).toBe(true);
        expect(await readings!.picture(whole.id)).toEqual(whole.picture);
        expect(await readings!.correct(whole.id, '1')).toMatchObject({ corrected: '1' });
        expect(await readings!.get(whole.id)).toMatchObject({ corrected: '1' });
        expect(await remover.remove(whole.id)).toBe(true);
        expect([await readings!.get(whole.id), await readings!.count()]).toEqual([undefined, 0]);
      }
    });

    it('has its own correction, and not one that arrived after a reading of its id was removed', async () => {
      const keyspace = await sharedKeyspace();
      const readings = await open(inKeyspace(keyspace));
      const whole = wholeReading(Date.UTC(2026, 0, 2));
      await readings.load(whole);
      const [key] = await cql(`SELECT day, bucket FROM ${keyspace}.readings_days`);
      await readings.remove(whole.id);
      await cql([
        `UPDATE ${keyspace}.readings SET corrected = ? WHERE day = ? AND bucket = ? AND id = ?`,
        '2',
        key!.day,
        key!.bucket,
        whole.id,
      ]);
      expect(await readings.load(whole)).toBe(true);
      expect(await readings.get(whole.id)).toMatchObject({ corrected: null });
    });

    it('is counted once where a process that was killed had announced it', async () => {
      const keyspace = await sharedKeyspace();
      const readings = await open(inKeyspace(keyspace));
      const whole = wholeReading(Date.UTC(2026, 0, 2));
      await cql([
        `INSERT INTO ${keyspace}.readings_head (place, writer, kept, removed, keeping, removing) VALUES ('readings', uuid(), 0, 0, ?, [])`,
        [whole.id],
      ]);
      for (let i = 0; i < 2; i++) {
        expect(await readings.load(whole)).toBe(true);
        expect(await readings.count()).toBe(1);
        expect(await readings.remove(whole.id)).toBe(true);
        expect(await readings.count()).toBe(0);
      }
    });
  });

  it('are found in the order of time over ten minutes, days and years', async () => {
    const clock = createManualClock(Date.UTC(2019, 1, 3));
    const readings = await open({ ...inKeyspace(await sharedKeyspace()), clock });
    const steps = [1, 599_999, 1, 600_000, 86_400_000, 400 * 86_400_000, 10, 10, 700_000, 700_000, 700_000];
    const kept: string[] = [];
    for (const [i, ms] of steps.entries()) {
      clock.advance(ms);
      kept.unshift((await readings.keep(newReading(String(i)))).id);
    }
    expect((await collect(readings)).map(({ id }) => id)).toEqual(kept);
    const paged: string[] = [];
    for (let before: string | undefined, page = await readings.list({ limit: 3 }); ; ) {
      paged.push(...page.readings.map(({ id }) => id));
      before = page.next ?? undefined;
      if (before === undefined) break;
      page = await readings.list({ limit: 3, before });
    }
    expect(paged).toEqual(kept);
    const { readings: found } = await readings.list({ text: '1', before: kept[1]! });
    expect(found.map(({ text }) => text)).toEqual(['1']);
  });

  it('are searched for no longer than a search may take, and it says where to go on', async () => {
    const clock = createManualClock(Date.UTC(2026, 5, 1));
    // Its time has come with the first chunk, which is a partition of ten minutes.
    let monotonic = 0;
    const hurried = await open({
      ...inKeyspace(await sharedKeyspace()),
      clock: { ...clock, monotonic: () => monotonic++ },
      searchMs: 1,
    });
    for (const text of ['8', '1', '1', '1']) {
      await hurried.keep(newReading(text));
      clock.advance(600_000);
    }
    const found: string[] = [];
    let pages = 0;
    for (let before: string | undefined; ; pages++) {
      const page = await hurried.list({ text: '8', before });
      found.push(...page.readings.map(({ text }) => text));
      if (page.next === null) break;
      before = page.next;
    }
    expect(found).toEqual(['8']);
    expect(pages).toBeGreaterThan(1);
  });

  it('are READINGS_OVERLOADED for those who wait too long for others', async () => {
    const readings = await open({ ...inKeyspace(await sharedKeyspace()), maxInFlight: 1, waitMs: 0 });
    const kept = await Promise.allSettled(Array.from({ length: 20 }, () => readings.keep(newReading('1'))));
    const refused = kept.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'READINGS_OVERLOADED', retryable: true });
    expect(await readings.count()).toBe(20 - refused.length);
  });
});
