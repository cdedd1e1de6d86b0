import type { CommandKind } from '@inkwire/wire';

/** Every kind of command, and `invalid` for what was none. */
export const countedKinds = [
  'hget',
  'hgetall',
  'hmget',
  'hset',
  'hmset',
  'hdel',
  'hmdel',
  'hexist',
  'hmexist',
  'subscribe',
  'unsubscribe',
  'publish',
  'read',
  'lease',
  'invalid',
] as const satisfies readonly (CommandKind | 'invalid')[];

/** A kind of command as it is counted. */
export type CountedKind = (typeof countedKinds)[number];

const statuses = [200, 400, 401, 403, 404, 413, 429, 500, 503, 507] as const;
/** The row of each kind, and the column of each status, in a table of counts; other statuses share the last column. */
const rowOf = new Map<string, number>(countedKinds.map((kind, row) => [kind, row * (statuses.length + 1)]));
const columnOf = new Map<number, number>(statuses.map((status, column) => [status, column]));

/** Upper bounds of the buckets of waits, in seconds. Longer waits are in no bucket, but in the sum. */
const waitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

/** The metrics of the service and the topics. Counters only grow; gauges also fall. */
export class KvMetrics {
  /** Bytes of payloads that came in and of frames that went out. */
  bytesIn = 0;
  bytesOut = 0;
  /** Streams that were served, and a gauge of those that are. */
  streamsOpened = 0;
  streams = 0;
  /** Gauge: commands whose answers are still awaited. */
  pending = 0;
  /** Subscriptions that were made, and a gauge of those that are. */
  subscribed = 0;
  subscriptions = 0;
  /** Gauge: topics that have a subscriber. */
  topics = 0;
  /** Messages published; copies of them written to subscribers' channels; subscribers dropped because they were slow. */
  published = 0;
  delivered = 0;
  dropped = 0;
  /** Commands that had to wait for their answer or for one before it, and the seconds that they waited together. */
  waited = 0;
  waitedSeconds = 0;
  readonly #waits = new Float64Array(waitBuckets.length);
  readonly #counts = new Float64Array(countedKinds.length * (statuses.length + 1));

  /** Counts a command that was answered. */
  count(kind: CountedKind, status: number): void {
    const column = status === 200 ? 0 : (columnOf.get(status) ?? statuses.length);
    this.#counts[rowOf.get(kind)! + column]!++;
  }

  /** Counts a command that had to wait. One that is answered within its turn of the event loop has not. */
  wait(ms: number): void {
    this.waited++;
    this.waitedSeconds += ms / 1000;
    const bucket = waitBuckets.findIndex((bound) => ms <= bound * 1000);
    if (bucket >= 0) this.#waits[bucket]!++;
  }

  /** The number of commands that waited no longer than each of `waitBuckets`. */
  *waits(): Generator<{ readonly seconds: number; readonly count: number }> {
    let count = 0;
    for (const [i, seconds] of waitBuckets.entries()) {
      count += this.#waits[i]!;
      yield { seconds, count };
    }
  }

  /** The number of commands of each kind and status; 0 stands for every status that has no count of its own. */
  *commands(): Generator<{ readonly kind: CountedKind; readonly status: number; readonly count: number }> {
    for (const [i, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const kind = countedKinds[Math.floor(i / (statuses.length + 1))]!;
      yield { kind, status: statuses[i % (statuses.length + 1)] ?? 0, count };
    }
  }
}
