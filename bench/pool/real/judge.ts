import { setTimeout as wait } from 'node:timers/promises';
import type { Connect, Sample } from './witness.ts';

/**
 * Asks a witness in the database again and again. What the database says is the truth about how many connections there
 * are; no count of ours is believed.
 */
export class Judge implements AsyncDisposable {
  readonly samples: Sample[] = [];
  readonly #connect: Connect;
  readonly #pauseMs: number;
  readonly #watching: Promise<void>;
  #isWatching = true;

  /** Begins to watch, resting `pauseMs` between samples; a database that is away is asked again until it is back. */
  constructor(connect: Connect, { pauseMs = 1 }: { readonly pauseMs?: number } = {}) {
    this.#connect = connect;
    this.#pauseMs = pauseMs;
    this.#watching = this.#watch();
  }

  /** The most sessions that applications had at once. */
  get most(): number {
    return this.samples.reduce((most, { sessions }) => Math.max(most, sessions), 0);
  }

  /** Waits until a sample that is taken from now on satisfies the condition. */
  async until(condition: (sample: Sample) => boolean): Promise<Sample> {
    for (let next = this.samples.length; ; await wait(2)) {
      for (; next < this.samples.length; next++)
        if (condition(this.samples[next]!)) return this.samples[next]!;
      if (!this.#isWatching) throw new Error('The judge was dismissed');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isWatching = false;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (this.#isWatching) {
      await this.#listen().catch(() => {});
      await wait(20);
    }
  }

  /** Until the judge is dismissed or the witness falls silent. */
  async #listen(): Promise<void> {
    const witness = await this.#connect();
    try {
      for (; this.#isWatching; await wait(this.#pauseMs)) this.samples.push(await witness.sample());
    } finally {
      await witness.end();
    }
  }
}
