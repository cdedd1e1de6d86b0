/**
 * Three nodes with three copies of each reading, while one of them is killed, paused, or restarted: nothing that was acknowledged
 * is lost, and both keeping and reading go on. How long they took is printed and not asserted.
 */
import { createRandom } from '@inkwire/base';
import type { Reading, Readings } from '@inkwire/readings';
import { openCassandraReadings } from '@inkwire/readings/cassandra';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/pool/servers/server-process.ts';
import { describeReadings } from '../../packages/readings/test/contract.ts';
import { emptyBy, patient } from '../../packages/readings/test/named-cassandra.ts';
import { numberedReading } from '../../packages/readings/test/numbered-reading.js';
import { startCassandra } from '../../scripts/cassandra.mjs';
import { patientSettings } from './patient.ts';

type Cluster = Awaited<ReturnType<typeof startCassandra>>;

const inFlight = 16;
const beforeFault = 200;
const afterFault = 400;

describe('three nodes of Cassandra', () => {
  let cluster: Cluster;
  const connection = (keyspace = 'three') => ({
    hosts: cluster.contactPoints,
    port: cluster.port,
    keyspace,
    replication: 3,
  });

  beforeAll(async () => {
    const [port, storagePort] = [await freePort(), await freePort()];
    cluster = await startCassandra({ nodes: 3, port, storagePort, settings: patientSettings });
    await (await openCassandraReadings({ ...patient, connection: connection() })).close();
  });
  afterAll(() => cluster?.stop());

  describeReadings('three nodes of Cassandra', async () => {
    await emptyBy(connection());
    return { open: ({ clock }) => openCassandraReadings({ ...patient, connection: connection(), clock }) };
  });

  it('start with hubs on all of them, which make one keyspace and warn of nothing', async () => {
    const warnings: string[] = [];
    const stores = await Promise.all(
      cluster.contactPoints.map((host: string) =>
        openCassandraReadings({
          ...patient,
          connection: { ...connection('together'), hosts: [host] },
          onWarning: (sentence) => warnings.push(sentence),
        }),
      ),
    );
    await Promise.all(stores.map((readings) => readings.keep(numberedReading(1))));
    expect(await stores[0]!.count()).toBe(3);
    expect(warnings).toEqual([]);
    await Promise.all(stores.map((readings) => readings.close()));
  });

  it.each([
    [
      'killed',
      async () => {
        await cluster.nodes[1]!.kill();
        return () => cluster.nodes[1]!.start();
      },
    ],
    [
      'paused',
      async () => {
        cluster.nodes[2]!.pause();
        return async () => cluster.nodes[2]!.resume();
      },
    ],
    [
      'restarted in order',
      async () => {
        await cluster.nodes[0]!.stop();
        return () => cluster.nodes[0]!.start();
      },
    ],
  ])('lose nothing and go on while one is %s', async (what, fault) => {
    // Of its own: what a node missed of another would come back after it was emptied.
    const own = connection(`lost_${what.replaceAll(' ', '_')}`);
    await (await openCassandraReadings({ ...patient, connection: own })).close();
    await using readings = await openCassandraReadings({ connection: own });
    const load = new Load(readings);
    await load.until(beforeFault);
    const quiet = load.takeTimes();
    const repair = await fault();
    await load.until(beforeFault + afterFault);
    const during = load.takeTimes();
    await repair();
    await load.stop();
    process.stdout.write(
      `one of three nodes ${what}: ${load.acknowledged.size} kept, ${load.failures} failed attempts, ${load.read} reads; ` +
        `keep before p50 ${quiet.p50} p99 ${quiet.p99} ms, around it p50 ${during.p50} p99 ${during.p99} most ${during.most} ms\n`,
    );

    const all = new Map<string, Reading>();
    for await (const reading of readings.all()) all.set(reading.id, reading);
    expect([...load.acknowledged].filter((id) => !all.has(id))).toEqual([]);
    expect(await readings.count()).toBe(all.size);
    expect(load.read).toBeGreaterThan(0);
    const random = createRandom(1);
    const some = [...load.acknowledged].filter(() => random.next() < 0.1);
    for (const id of some) expect((await readings.picture(id))?.bytes.length).toBeGreaterThan(0);
  });
});

/** Keeps and reads until it is stopped. What fails for a moment is tried again, as a client does that gets 503. */
class Load {
  readonly acknowledged = new Set<string>();
  failures = 0;
  read = 0;
  readonly #readings: Readings;
  readonly #done: Promise<unknown>;
  #times: number[] = [];
  #isStopped = false;
  #progressed = () => {};

  constructor(readings: Readings) {
    this.#readings = readings;
    this.#done = Promise.all([...Array.from({ length: inFlight }, (_, i) => this.#keep(i)), this.#list()]);
  }

  /** Resolves when so many were acknowledged, and rejects with what failed for good. */
  async until(count: number): Promise<void> {
    while (this.acknowledged.size < count)
      await Promise.race([
        this.#done,
        new Promise<void>((resolve) => {
          this.#progressed = resolve;
        }),
      ]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  takeTimes(): Record<'p50' | 'p99' | 'most', number> {
    const sorted = this.#times.sort((a, b) => a - b);
    this.#times = [];
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { p50: at(0.5), p99: at(0.99), most: at(1) };
  }

  async #keep(first: number): Promise<void> {
    for (let number = first; !this.#isStopped; number += inFlight) {
      const since = performance.now();
      const kept = await this.#attempt(() => this.#readings.keep(numberedReading(number)));
      this.#times.push(performance.now() - since);
      if (kept) this.acknowledged.add(kept.id);
      this.#progressed();
    }
  }

  async #list(): Promise<void> {
    while (!this.#isStopped) {
      const page = await this.#attempt(() => this.#readings.list({ limit: 20 }));
      const [newest] = page?.readings ?? [];
      if (newest && (await this.#attempt(() => this.#readings.picture(newest.id)))) this.read++;
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error as { retryable?: boolean }).retryable) throw error;
      this.failures++;
      return undefined;
    }
  }
}
