import type { DurationCounts } from './histogram.ts';
import type { Pool, PoolStats } from './pool.ts';

/** The part of a pool that the metrics read. */
export type MeasuredPool = Pick<Pool<unknown>, 'stats' | 'timings'>;

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Names of OpenTelemetry's semantic conventions for database clients as Prometheus spells them, and how each is read. */
const numbers: readonly {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  read(stats: PoolStats): readonly Sample[];
}[] = [
  {
    name: 'count',
    type: 'gauge',
    help: 'Connections in the state that the label gives.',
    read: ({ idle, inUse, opening, closing }) =>
      Object.entries({ idle, used: inUse, opening, closing }).map(([state, count]) => [
        { db_client_connection_state: state },
        count,
      ]),
  },
  gauge('idle_max', 'The most idle connections allowed.', ({ max }) => max),
  gauge('idle_min', 'The fewest idle connections kept.', ({ min }) => min),
  gauge('max', 'The most connections allowed.', ({ max }) => max),
  gauge('pending_requests', 'Requests that wait for a connection.', ({ queued }) => queued),
  counter('timeouts_total', 'Requests that waited for a connection too long.', ({ timeouts }) => timeouts),
  counter('refused_total', 'Requests that were refused.', ({ refused }) => refused),
  counter('failures_total', 'Attempts to connect that failed.', ({ failures }) => failures),
  counter('full_total', 'Attempts to connect repeated because the database was full.', ({ full }) => full),
  counter('lost_total', 'Connections that ended by themselves or were unfit.', ({ lost }) => lost),
  counter('inactive_total', 'Lent connections reported as inactive.', ({ inactive }) => inactive),
];

const durations = [
  { name: 'create_time_seconds', help: 'Time to open a connection.', key: 'create' },
  { name: 'wait_time_seconds', help: 'Time to be given a connection.', key: 'wait' },
  { name: 'use_time_seconds', help: 'Time from being given a connection to giving it back.', key: 'use' },
] as const;

const prefix = 'db_client_connection_';

/** The pools' metrics in Prometheus' text format 0.0.4, by OpenTelemetry's names (`db.client.connection.*`). */
export function renderPoolMetrics(pools: Iterable<MeasuredPool>): string {
  const all = [...pools].map((pool) => ({ stats: pool.stats(), timings: pool.timings() }));
  const lines: string[] = [];
  for (const { name, type, help, read } of numbers) {
    lines.push(...heading(name, type, help));
    for (const { stats } of all)
      for (const [labels, value] of read(stats)) lines.push(sample(name, stats, labels, value));
  }
  for (const { name, help, key } of durations) {
    lines.push(...heading(name, 'histogram', help));
    for (const { stats, timings } of all) lines.push(...histogram(name, stats, timings[key]));
  }
  return `${lines.join('\n')}\n`;
}

function gauge(name: string, help: string, read: (stats: PoolStats) => number) {
  return { name, type: 'gauge', help, read: (stats: PoolStats): Sample[] => [[{}, read(stats)]] } as const;
}

function counter(name: string, help: string, read: (stats: PoolStats) => number) {
  return { ...gauge(name, help, read), type: 'counter' } as const;
}

function heading(name: string, type: string, help: string): string[] {
  return [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`];
}

function histogram(name: string, stats: PoolStats, { count, sumMs, buckets }: DurationCounts): string[] {
  return [
    ...buckets.map((bucket) =>
      sample(`${name}_bucket`, stats, { le: String(bucket.atMostMs / 1_000) }, bucket.count),
    ),
    sample(`${name}_bucket`, stats, { le: '+Inf' }, count),
    sample(`${name}_sum`, stats, {}, sumMs / 1_000),
    sample(`${name}_count`, stats, {}, count),
  ];
}

function sample(
  name: string,
  stats: PoolStats,
  labels: Readonly<Record<string, string>>,
  value: number,
): string {
  const all = { db_client_connection_pool_name: stats.name, ...labels };
  const written = Object.entries(all).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${prefix}${name}{${written.join(',')}} ${value}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
