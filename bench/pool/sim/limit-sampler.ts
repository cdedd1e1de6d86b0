import type { Clock } from '@inkwire/base';

/** Looks at every client's limit and slots so often, in milliseconds. */
const sampleMs = 1;

/** What was held at one moment, a number a client. */
export interface Sample {
  readonly atMs: number;
  readonly slots: readonly number[];
}

/** Watches limits turn round, and keeps who held how many slots for the charts. */
export class LimitSampler {
  readonly samples: Sample[] = [];
  /** Times that a limit grew after it had shrunk, or shrank after it had grown. */
  reversals = 0;
  readonly #last: number[] = [];
  readonly #direction: number[] = [];

  /** `keepSlots` is false where nobody draws them: hours of samples are large. */
  constructor(
    clock: Clock,
    look: () => { readonly limits: readonly number[]; readonly slots: () => readonly number[] },
    { keepSlots, untilMs }: { readonly keepSlots: boolean; readonly untilMs: number },
  ) {
    const sample = () => {
      const { limits, slots } = look();
      limits.forEach((limit, client) => void this.#compare(client, limit));
      if (keepSlots) this.samples.push({ atMs: clock.monotonic(), slots: slots() });
      if (clock.monotonic() < untilMs) clock.after(sampleMs, sample);
    };
    sample();
  }

  #compare(client: number, limit: number): void {
    const direction = Math.sign(limit - (this.#last[client] ?? limit));
    this.#last[client] = limit;
    if (direction === 0) return;
    if (this.#direction[client] === -direction) this.reversals++;
    this.#direction[client] = direction;
  }
}
