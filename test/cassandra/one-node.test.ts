/** A node of one's own, which asks for passwords and is killed: what the shared one of the other tests is not. */
import type { Reading, Readings } from '@inkwire/readings';
import { openCassandraReadings } from '@inkwire/readings/cassandra';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../bench/pool/servers/server-process.ts';
import { cqlOf, patient } from '../../packages/readings/test/named-cassandra.ts';
import { numberedReading } from '../../packages/readings/test/numbered-reading.js';
import { startCassandra } from '../../scripts/cassandra.mjs';
import { endsHangs } from '../../vitest.config.ts';
import { patientSettings } from './patient.ts';

describe('one node of Cassandra that asks for a password', () => {
  let node: Awaited<ReturnType<typeof startCassandra>>;
  const connection = (username = 'cassandra', password = 'cassandra') => ({
    hosts: node.contactPoints,
    port: node.port,
    keyspace: 'ink',
    username,
    password,
  });

  async function open(account = connection()): Promise<Readings> {
    const readings = await openCassandraReadings({ ...patient, connection: account });
    onTestFinished(() => readings.destroy());
    return readings;
  }

  beforeAll(async () => {
    const [port, storagePort] = [await freePort(), await freePort()];
    node = await startCassandra({ port, storagePort, settings: patientSettings, authenticate: true });
    // It makes its first role in the background.
    await vi.waitFor(() => cqlOf(connection(), ['SELECT key FROM system.local']), endsHangs().expect.poll);
  });
  afterAll(() => node?.stop());

  it('refuses a wrong password, and none', async () => {
    const refused = { code: 'READINGS_REFUSED', retryable: false };
    await expect(open(connection('cassandra', 'wrong'))).rejects.toMatchObject(refused);
    const { hosts, port, keyspace } = connection();
    await expect(
      openCassandraReadings({ ...patient, connection: { hosts, port, keyspace } }),
    ).rejects.toMatchObject(refused);
  });

  it('is READINGS_UNWRITABLE for a role that may only read', async () => {
    await open();
    await cqlOf(connection(), [
      "CREATE ROLE reader WITH LOGIN = true AND PASSWORD = 'reader'",
      'GRANT SELECT ON KEYSPACE ink TO reader',
    ]);
    const readings = await open(connection('reader', 'reader'));
    expect(await readings.count()).toBe(0);
    await expect(readings.keep(numberedReading(1))).rejects.toMatchObject({
      code: 'READINGS_UNWRITABLE',
      message: expect.stringContaining('MODIFY'),
    });
  });

  it('loses nothing that was acknowledged when it is killed, and is used again by itself', async () => {
    const readings = await openCassandraReadings({ connection: connection() });
    onTestFinished(() => readings.destroy());
    const acknowledged: string[] = [];
    const refused = new Set<unknown>();
    let killing: Promise<void> | undefined;
    const keepOn = async (first: number) => {
      for (let number = first; ; number += 16) {
        try {
          acknowledged.push((await readings.keep(numberedReading(number))).id);
        } catch (error) {
          refused.add((error as { code?: unknown }).code);
          if (killing) return;
        }
        if (acknowledged.length >= 200) killing ??= node.nodes[0]!.kill();
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, i) => keepOn(i)));
    await killing;
    for (const code of refused) expect(code).toMatch(/^READINGS_(UNREACHABLE|OVERLOADED)$/);
    await expect(readings.list()).rejects.toMatchObject({ code: 'READINGS_UNREACHABLE', retryable: true });
    await node.nodes[0]!.start();
    await expect.poll(() => readings.count().catch(() => undefined)).toBeGreaterThan(0);

    // By one that waits: the node has much to do after its start.
    const again = await open();
    const all = new Map<string, Reading>();
    for await (const reading of again.all()) all.set(reading.id, reading);
    expect(acknowledged.filter((id) => !all.has(id))).toEqual([]);
    for (const id of all.keys()) expect((await again.picture(id))?.bytes.length).toBeGreaterThan(0);
    // What failed was removed, now or before the next one is kept.
    const keeping = () => readings.keep(numberedReading(1));
    const { id } = await vi.waitFor(keeping, endsHangs().expect.poll);
    const after: string[] = [];
    for await (const reading of again.all()) after.push(reading.id);
    expect(after.sort()).toEqual([...acknowledged, id].sort());
    expect(await again.count()).toBe(after.length);
  });
});
