/**
 * What the clients ask for, as phases. A need of n is, in a closed loop, n processes of which each sends its next query
 * as soon as the last is answered; in an open loop, Poisson arrivals that would keep n connections busy on average.
 */
import type { Random, Timer } from '@inkwire/base';
import type { Arm, Client } from './arm.ts';
import type { Recorder } from './recorder.ts';
import type { ServiceTime } from './service-time.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** From `atMs` on, client i needs `needs[i]` connections; a client without a need is not there. */
export interface Phase {
  readonly atMs: number;
  readonly needs: readonly (number | undefined)[];
}

/** What a load is made of. */
export interface LoadOptions {
  readonly clock: VirtualClock;
  readonly arm: Arm;
  readonly recorder: Recorder;
  readonly serviceTime: ServiceTime;
  readonly meanServiceMs: number;
  /** A stream of its own for each source of queries, so that every arm is asked the same. */
  readonly stream: (client: number, process: number) => Random;
}

/** Sends queries as the phases say, until it is stopped. */
export abstract class Load {
  protected readonly options: LoadOptions;
  protected readonly clients: (Client | undefined)[] = [];
  readonly #upcoming: Timer[] = [];
  #outstanding = 0;

  constructor(options: LoadOptions) {
    this.options = options;
  }

  /** Queries that have no answer yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** The most connections that each client may have now; 0 for one that is not there. */
  get limits(): readonly number[] {
    return this.clients.map((client) => client?.limit ?? 0);
  }

  start(phases: readonly Phase[]): void {
    for (const { atMs, needs } of phases)
      this.#upcoming.push(this.options.clock.after(atMs, () => this.#enter(needs)));
  }

  /** Sends nothing new; what was sent is still answered. */
  stop(): void {
    for (const phase of this.#upcoming) phase.cancel();
    for (let client = 0; client < this.clients.length; client++) this.demand(client, 0);
  }

  /** From now on the client needs this many connections. */
  protected abstract demand(client: number, need: number): void;

  protected query(client: number, random: Random, answered: (failed: boolean) => void): void {
    const { clock, recorder, serviceTime } = this.options;
    const serviceMs = serviceTime(random);
    const wantedMs = clock.monotonic();
    this.#outstanding++;
    this.clients[client]!.query(serviceMs, (failed) => {
      this.#outstanding--;
      recorder.answered(client, wantedMs, serviceMs, failed);
      answered(failed);
    });
  }

  #enter(needs: readonly (number | undefined)[]): void {
    for (let client = 0; client < Math.max(needs.length, this.clients.length); client++) {
      const need = needs[client];
      if (need !== undefined) this.clients[client] ??= this.options.arm.join(`client-${client + 1}`);
      if (this.clients[client]) this.demand(client, need ?? 0);
      if (need === undefined) this.#dismiss(client);
    }
  }

  #dismiss(client: number): void {
    this.clients[client]?.leave();
    this.clients[client] = undefined;
  }
}
