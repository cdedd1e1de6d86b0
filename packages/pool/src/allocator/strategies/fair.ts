import { expectNumber } from '@inkwire/base';
import { needOf } from '../messages.ts';
import { fillShares, numbersOf, sumOf, wholeShares } from './fill-shares.ts';
import { ForecastRule, NeedForecast } from './need-forecast.ts';
import type { Share, Shares, Sharing, SharingClient, Strategy } from './strategy.ts';

/** The numbers of the strategy `fair`. */
export interface FairOptions {
  /** The part of an equal share that a client keeps while it needs it. 0 to 1; default 0.25. */
  readonly protection?: number;
  /** The relative difference between a share and its target at which the share is changed. 0 to 1; default 0.1. */
  readonly band?: number;
  /** The part of the unneeded rest that is kept for the client that asks first. 0 to 1; default 0.25. */
  readonly reserve?: number;
  /** The time in which a connection opens. The longer, the less is moved for a need that may pass. Default 5. */
  readonly connectMs?: number;
  /** The time over which the usual need is measured. Default 100, and 6 times `connectMs`. */
  readonly memoryMs?: number;
}

/**
 * Shares by need, now and in a moment: see `NeedForecast`.
 *
 * Enough for all: each client receives what it needs, and part of the rest as room for a burst. Room is in proportion to
 * the square root of the need, as independent arrivals vary (square-root staffing; Halfin and Whitt, Operations Research
 * 29, 1981). Part of the rest is kept, so that a client that bursts beyond its room does not wait for another.
 *
 * Not enough: each client receives what it needs up to its protected share. The remainder is in proportion to the need that
 * is not met, so all wait equally long, as in one queue. A noisy neighbour cannot take the protected share.
 *
 * A share does not follow every step. A client with more than half of its room free receives no more at the cost of others.
 * In scarcity a client that uses its connections loses none before another is short by more than the band, or a new one
 * needs room. Unused connections may always be taken.
 */
export function fairStrategy(options: FairOptions = {}): Strategy {
  const connectMs = expectNumber('connectMs', options.connectMs ?? 5, { min: 0 });
  const part = (name: keyof FairOptions, fallback: number) =>
    expectNumber(name, options[name] ?? fallback, { min: 0, max: 1 });
  const resolved = {
    protection: part('protection', 0.25),
    band: part('band', 0.1),
    reserve: part('reserve', 0.25),
    connectMs,
    memoryMs: expectNumber('memoryMs', options.memoryMs ?? 100 + 6 * connectMs, { min: 1 }),
  };
  return { name: 'fair', begin: () => new FairSharing(resolved) };
}

class FairSharing implements Sharing {
  readonly #options: Required<FairOptions>;
  readonly #rule: ForecastRule;
  /** Whether usual needs are on their way to what is seen, and whether anyone has less than it needs. */
  #isFading = false;
  #isWanting = false;

  constructor(options: Required<FairOptions>) {
    this.#options = options;
    this.#rule = new ForecastRule(options.connectMs, options.memoryMs);
  }

  share<C extends SharingClient>(clients: readonly C[], room: number, nowMs: number): Shares<C> {
    this.#isFading = false;
    this.#isWanting = false;
    const wants = numbersOf(clients, (client) => this.#wantOf(client, nowMs));
    const wanted = sumOf(wants);
    const isScarce = wanted > room;
    const all = isScarce
      ? shareScarce(clients, wants, room, this.#options)
      : shareAmple(clients, wants, room - wanted, this.#options.reserve);
    return { all, isScarce };
  }

  nextMs(nowMs: number): number {
    return this.#isFading && this.#isWanting ? nowMs + this.#options.memoryMs / 4 : Infinity;
  }

  #wantOf(client: SharingClient, nowMs: number): number {
    const need = needOf(client.report);
    client.memory ??= new NeedForecast(this.#rule, nowMs);
    const forecast = client.memory as NeedForecast;
    const want = forecast.see(need, nowMs);
    if (forecast.isFading) this.#isFading = true;
    if (need > client.granted) this.#isWanting = true;
    return Math.min(client.ceiling, Math.max(client.floor, want));
  }
}

/**
 * Everyone has what it wants. A need beyond that is not expected to last: it is served from the rest, but nobody is
 * cut for it. Of what then remains all but the reserve is room.
 */
function shareAmple<C extends SharingClient>(
  clients: readonly C[],
  wants: Float64Array,
  rest: number,
  reserve: number,
): Share<C>[] {
  const beyond = numbersOf(wants, (want, i) => {
    const { report, ceiling } = clients[i]!;
    return Math.max(0, Math.min(needOf(report), ceiling) - want);
  });
  const served = Math.min(1, rest / Math.max(sumOf(beyond), 1e-9));
  const bases = numbersOf(wants, (want, i) => want + served * beyond[i]!);
  const bounds = {
    least: new Float64Array(clients.length),
    most: numbersOf(bases, (base, i) => clients[i]!.ceiling - base),
    weight: numbersOf(bases, (base, i) => clients[i]!.weight * Math.sqrt(1 + base)),
  };
  const rooms = fillShares(bounds, (rest - served * sumOf(beyond)) * (1 - reserve));
  const whole = wholeShares(
    numbersOf(bases, (base, i) => base + rooms[i]!),
    (i) => clients[i]!.granted,
  );
  return clients.map((client, i) => {
    const target = whole[i]!;
    return { client, target, low: Math.min(target, Math.ceil(wants[i]! + rooms[i]! / 2)), keep: target };
  });
}

function shareScarce<C extends SharingClient>(
  clients: readonly C[],
  wants: Float64Array,
  room: number,
  { protection, band }: Required<FairOptions>,
): Share<C>[] {
  const shares = protectedShares(clients, wants, protection * room, room);
  const most = numbersOf(wants, (want, i) => want - shares[i]!);
  const weight = numbersOf(most, (left, i) => clients[i]!.weight * Math.max(left, 1e-9));
  const more = fillShares({ least: new Float64Array(most.length), most, weight }, room - sumOf(shares));
  for (let i = 0; i < shares.length; i++) shares[i]! += more[i]!;
  const whole = wholeShares(shares, (i) => clients[i]!.granted);

  const isShort = clients.map(({ granted }, i) => {
    const short = shares[i]! - granted;
    return short >= (granted === 0 ? 0.5 : Math.max(1, band * shares[i]!));
  });
  const isAnyShort = isShort.includes(true);
  const isTooMuch = clients.reduce((sum, { granted }) => sum + granted, 0) > room;
  return clients.map((client, i) => {
    const target = whole[i]!;
    const inUse = Math.min(Math.ceil(wants[i]!), client.granted);
    return {
      client,
      target,
      low: isShort[i] || !isAnyShort ? target : 0,
      keep: isAnyShort || isTooMuch ? target : Math.max(target, inUse),
    };
  });
}

/** The part that no client has to return: what it wants, up to its part of `protectedRoom`; its floor in any case. */
function protectedShares(
  clients: readonly SharingClient[],
  wants: Float64Array,
  protectedRoom: number,
  room: number,
): Float64Array {
  let weights = 0;
  for (const { weight } of clients) weights += weight;
  const shares = numbersOf(wants, (want, i) => {
    const { floor, weight } = clients[i]!;
    return Math.min(want, Math.max(floor, (protectedRoom * weight) / weights));
  });
  if (sumOf(shares) <= room) return shares;
  const least = numbersOf(clients, ({ floor }) => floor);
  return fillShares({ least, most: shares, weight: numbersOf(clients, ({ weight }) => weight) }, room);
}
