import type { PoolFacts } from '@inkwire/wire/hub';
import { openOf, sumOf } from './open-connections.ts';

/*
 * The connections held over the last minutes: pure.
 *
 * Invariants: samples are in the order of time and at most one of each half second, the latest of it. A seat is a colour: a
 * client keeps its own while it is in the history, and no two have the same. A client without a seat is one of the others.
 */

export interface Sample {
  /** Milliseconds, by this browser's monotonic clock. */
  readonly time: number;
  /** Connections that are open, by client. */
  readonly open: ReadonlyMap<string, number>;
  /** The need of all of them: in use and waited for. */
  readonly needed: number;
}

export interface History {
  readonly samples: readonly Sample[];
  /** The client of each colour; undefined for one that is free. */
  readonly seats: readonly (string | undefined)[];
}

const seatCount = 8;
const windowMs = 180_000;
const shortSpanMs = 60_000;
const sampleMs = 500;

export const noHistory: History = { samples: [], seats: Array(seatCount).fill(undefined) };

export function withFacts(history: History, { clients }: PoolFacts, time: number): History {
  const open = new Map<string, number>();
  for (const client of clients) open.set(client.name, (open.get(client.name) ?? 0) + openOf(client));
  const needed = sumOf(clients, ({ inUse, queued }) => inUse + queued);
  const last = history.samples.at(-1);
  const isSameBucket = last !== undefined && Math.floor(last.time / sampleMs) === Math.floor(time / sampleMs);
  const kept = (isSameBucket ? history.samples.slice(0, -1) : history.samples).slice(
    firstShown(history.samples, time),
  );
  const samples = [...kept, { time: isSameBucket ? last.time : time, open, needed }];
  return { samples, seats: seated(history.seats, samples) };
}

/** The last sample before the window still says how it was when the window begins. */
function firstShown(samples: readonly Sample[], time: number): number {
  const inside = samples.findIndex((sample) => sample.time >= time - windowMs);
  return inside === -1 ? Math.max(0, samples.length - 1) : Math.max(0, inside - 1);
}

function seated(before: History['seats'], samples: readonly Sample[]): History['seats'] {
  const now = samples.at(-1)!.open;
  const isIn = (name: string) => samples.some(({ open }) => (open.get(name) ?? 0) > 0) || now.has(name);
  const seats = before.map((name) => (name !== undefined && isIn(name) ? name : undefined));
  const newcomers = [...now].filter(([name]) => !seats.includes(name)).sort((a, b) => b[1] - a[1]);
  for (const [name] of newcomers) {
    const free = seats.indexOf(undefined);
    if (free === -1) break;
    seats[free] = name;
  }
  return seats;
}

/** The part of the window that is shown: while there is little, its last minute. */
export function spanOf({ samples }: History, time: number): number {
  const age = samples.length === 0 ? 0 : time - samples[0]!.time;
  return age < shortSpanMs ? shortSpanMs : windowMs;
}

/** One client's part of the picture, from the bottom up; `seat` undefined: all who have no colour. */
export interface Layer {
  readonly seat: number | undefined;
  readonly name: string | undefined;
  /** At each sample, below and above. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The clients one upon the other, at each sample. */
export function layersOf({ samples, seats }: History): Layer[] {
  const below = samples.map(() => 0);
  const stack = (
    seat: number | undefined,
    name: string | undefined,
    count: (sample: Sample) => number,
  ): Layer => {
    const from = [...below];
    samples.forEach((sample, at) => {
      below[at]! += count(sample);
    });
    return { seat, name, from, to: [...below] };
  };
  const layers = seats.flatMap((name, seat) =>
    name === undefined ? [] : [stack(seat, name, ({ open }) => open.get(name) ?? 0)],
  );
  const seatedNames = new Set(seats);
  const others = stack(undefined, undefined, ({ open }) => {
    let sum = 0;
    for (const [name, count] of open) if (!seatedNames.has(name)) sum += count;
    return sum;
  });
  return others.to.some((top, at) => top > others.from[at]!) ? [...layers, others] : layers;
}
