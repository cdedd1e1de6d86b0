/**
 * The load of one client, in real time. A need of n is, in a closed loop, n processes of which each sends its next query
 * as soon as the last is answered; in an open loop, Poisson arrivals that would keep n connections busy on average. A
 * query's response counts from the moment that it was wanted, retries after failures included.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type Random } from '@inkwire/base';
import { createServiceTime, type ServiceShape, type ServiceTime } from '../sim/service-time.ts';
import type { Counts, Measured } from './messages.ts';

export interface LoadOptions {
  readonly loop: 'closed' | 'open';
  readonly service: ServiceShape;
  readonly meanServiceMs: number;
  readonly seed: number;
  /** Occupies a connection of the database for so long. */
  readonly query: (serviceMs: number) => Promise<unknown>;
}

/** How long after a failure the query is tried again. */
const retryMs = 10;

export class Load {
  readonly #options: LoadOptions;
  readonly #serviceTime: ServiceTime;
  readonly #random: Random;
  #need = 0;
  #running = 0;
  #isStopped = false;
  readonly #waiting = new Set<Waiting>();
  #idle: (() => void) | undefined;
  readonly #counts = { asked: 0, answered: 0, failures: {} as Record<string, number> };
  #nextArrivalMs = 0;
  #arrivals: NodeJS.Timeout | undefined;
  #window: Window | undefined;
  /** The last span, which still waits for answers. */
  #closing: Window | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#serviceTime = createServiceTime(options.service, options.meanServiceMs);
    this.#random = createRandom(options.seed);
  }

  /** From now on this many connections are needed. */
  setNeed(need: number): void {
    this.#need = need;
    if (this.#options.loop === 'open') this.#arrive(performance.now());
    else while (this.#running < need) void this.#work();
  }

  /** Every attempt so far, and how each ended. */
  get counts(): Counts {
    return structuredClone(this.#counts);
  }

  /** Ends the load; resolves when the last query has its answer, good or bad. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.setNeed(0);
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Counts the queries that are wanted from now on. */
  beginMeasuring(): void {
    this.#window = new Window(this.#waiting);
  }

  /** Counts no more; resolves when those that were counted have their answer. The load goes on meanwhile. */
  endMeasuring(): Promise<Measured> {
    const window = this.#window!;
    this.#window = undefined;
    this.#closing = window;
    return window.close(this.#waiting);
  }

  async #work(): Promise<void> {
    this.#running++;
    while (this.#running <= this.#need) await this.#begin(performance.now());
    this.#running--;
  }

  /** Draws the arrivals after `fromMs`; each that fell due while the timer slept begins at the time it was meant for. */
  #arrive(fromMs: number): void {
    clearTimeout(this.#arrivals);
    this.#nextArrivalMs = fromMs;
    const tick = () => {
      if (this.#need === 0) return;
      while (this.#nextArrivalMs <= performance.now()) {
        if (this.#nextArrivalMs > fromMs) void this.#begin(this.#nextArrivalMs);
        this.#nextArrivalMs +=
          (-Math.log(1 - this.#random.next()) * this.#options.meanServiceMs) / this.#need;
      }
      this.#arrivals = setTimeout(tick, this.#nextArrivalMs - performance.now());
    };
    tick();
  }

  async #begin(wantedMs: number): Promise<void> {
    const query = { wantedMs };
    const serviceMs = this.#serviceTime(this.#random);
    this.#waiting.add(query);
    this.#window?.begin(query);
    while (!(await this.#try(serviceMs)) && !this.#isStopped) await wait(retryMs);
    this.#waiting.delete(query);
    this.#window?.answered(query);
    this.#closing?.answered(query);
    if (this.#waiting.size === 0) this.#idle?.();
  }

  async #try(serviceMs: number): Promise<boolean> {
    this.#counts.asked++;
    try {
      await this.#options.query(serviceMs);
      this.#counts.answered++;
      return true;
    } catch (error) {
      const code = codeOf(error);
      this.#counts.failures[code] = (this.#counts.failures[code] ?? 0) + 1;
      this.#window?.failed(code);
      return false;
    }
  }
}

/** What databases say when there are too many connections. */
const tooManyCodes = ['53300', 'ER_CON_COUNT_ERROR'];

/** The error's code; that of the database's refusal if it is anywhere among the causes. */
function codeOf(error: unknown): string {
  const codes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause)
    codes.push('code' in at ? String(at.code) : at.message);
  return codes.find((code) => tooManyCodes.includes(code)) ?? codes[0] ?? String(error);
}

/** How many of these failures were the database's refusal. */
export function tooMany(failures: Readonly<Record<string, number>>): number {
  return tooManyCodes.reduce((sum, code) => sum + (failures[code] ?? 0), 0);
}

/** How long a span waits for the answers that it has not had at its end; then they are counted as they stand. */
const patienceMs = 2_000;

/** A query that has no answer yet. */
interface Waiting {
  readonly wantedMs: number;
}

/**
 * The queries that were wanted in one span of time. One that waits from before the span until after it is counted too:
 * whoever starves wants nothing new, and would else be left out.
 */
class Window {
  readonly #measured = { responsesMs: [] as number[], failures: 0, tooMany: 0 };
  readonly #counted = new Set<Waiting>();
  readonly #before: readonly Waiting[];
  #done: (() => void) | undefined;

  constructor(waiting: Iterable<Waiting>) {
    this.#before = [...waiting];
  }

  begin(query: Waiting): void {
    this.#counted.add(query);
  }

  failed(code: string): void {
    this.#measured.failures++;
    if (tooManyCodes.includes(code)) this.#measured.tooMany++;
  }

  answered(query: Waiting): void {
    if (!this.#counted.delete(query)) return;
    this.#measured.responsesMs.push(performance.now() - query.wantedMs);
    if (this.#counted.size === 0) this.#done?.();
  }

  async close(waiting: ReadonlySet<Waiting>): Promise<Measured> {
    for (const query of this.#before) if (waiting.has(query)) this.#counted.add(query);
    if (this.#counted.size > 0)
      await Promise.race([new Promise<void>((resolve) => (this.#done = resolve)), wait(patienceMs)]);
    for (const query of this.#counted) this.answered(query);
    return this.#measured;
  }
}
