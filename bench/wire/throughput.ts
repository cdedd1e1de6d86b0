import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '@inkwire/wire/node';
import { median, printTable, saveResults } from '../report.ts';
import { askOnce, drive, type Target } from './generator.ts';
import { startHub } from './hub.ts';
import * as loads from './loads.ts';
import { resp, startRedis } from './redis.ts';

const [connections, seconds, rounds] = [50, 2, 5];

/** What one side of a contest sends, and what it is answered. */
interface Side {
  readonly target: Target;
  readonly requests: readonly Uint8Array[];
  readonly answer: Uint8Array;
}

const hget = (target: Target): Side => ({ target, ...loads.hget });
const hset = (target: Target): Side => ({ target, ...loads.hset });
const redisGet = (target: Target): Side => ({
  target,
  requests: loads.keys.map((name) => resp('GET', name)),
  answer: Buffer.from(`$${loads.valueText.length}\r\n${loads.valueText}\r\n`),
});
const redisSet = (target: Target): Side => ({
  target,
  requests: loads.keys.map((name) => resp('SET', name, loads.valueText)),
  answer: Buffer.from('+OK\r\n'),
});

interface Contest {
  readonly what: string;
  readonly inFlight: number;
  readonly ours: Side;
  /** What ours is held against in the same rounds; none where the floor is a number. */
  readonly theirs?: Side | undefined;
}

async function hold({ what, inFlight, ours, theirs }: Contest) {
  const [mine, other]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    mine.push(await drive(ours.target, { ...ours, connections, inFlight, seconds }));
    if (theirs) other.push(await drive(theirs.target, { ...theirs, connections, inFlight, seconds }));
  }
  const against = other.length > 0 ? median(other) : null;
  return {
    what,
    inFlight,
    ours: median(mine),
    against,
    ratio: against && median(mine) / against,
    mine,
    other,
  };
}

/** Commands a second: against Redis, over TLS against plain TCP, and into LMDB. Generator and servers share the cores. */
export async function throughput(): Promise<void> {
  const certificates = await mkdtemp(join(tmpdir(), 'inkwire-bench-'));
  const files = await createCertificates({ directory: certificates });
  const redis = await startRedis();
  const plain = await startHub('--tables', 'memory');
  const tls = await startHub(
    '--tables',
    'memory',
    '--tls-cert',
    files.server.cert,
    '--tls-key',
    files.server.key,
  );
  const relaxed = await startHub('--durability', 'relaxed');
  const sync = await startHub('--durability', 'sync');
  const overTls = { port: tls.port, ca: await readFile(files.ca.cert, 'utf8') };
  try {
    for (const target of [plain, overTls, relaxed, sync]) await askOnce(target, loads.fill);
    if (redis) for (const request of redisSet(redis).requests) await askOnce(redis, request);
    const contests: Contest[] = [
      ...[1, 16].flatMap((inFlight) => [
        { what: 'hget, memory : Redis GET', inFlight, ours: hget(plain), theirs: redis && redisGet(redis) },
        { what: 'hset, memory : Redis SET', inFlight, ours: hset(plain), theirs: redis && redisSet(redis) },
      ]),
      { what: 'hget, TLS 1.3 : TCP', inFlight: 16, ours: hget(overTls), theirs: hget(plain) },
      { what: 'hset, TLS 1.3 : TCP', inFlight: 16, ours: hset(overTls), theirs: hset(plain) },
      { what: 'hset, LMDB relaxed', inFlight: 16, ours: hset(relaxed) },
      { what: 'hset, LMDB sync', inFlight: 16, ours: hset(sync) },
    ];
    const rows = [];
    for (const one of contests) rows.push(await hold(one));
    if (!redis) console.log('redis-server is not installed: nothing to hold it against.\n');
    printTable(
      [`${connections} connections`, 'in flight', 'ours a second', 'against', 'ratio'],
      rows.map((row) => [
        row.what,
        row.inFlight,
        Math.round(row.ours),
        row.against === null ? '' : Math.round(row.against),
        row.ratio === null ? '' : `${row.ratio.toFixed(2)}×`,
      ]),
    );
    saveResults('wire-throughput', 'npm run bench -- wire --only throughput', rows);
  } finally {
    for (const running of [redis, plain, tls, relaxed, sync]) await running?.stop();
    await rm(certificates, { recursive: true });
  }
}
