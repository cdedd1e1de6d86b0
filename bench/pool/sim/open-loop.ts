import type { Random, Timer } from '@inkwire/base';
import { Load } from './load.ts';

/** Where a client's queries come from. */
interface Source {
  readonly random: Random;
  readonly work: Random;
  need: number;
  next: Timer | undefined;
}

/** Poisson arrivals that do not wait for answers: a query's time counts from the moment that it was wanted. */
export class OpenLoop extends Load {
  readonly #sources: Source[] = [];

  protected override demand(client: number, need: number): void {
    const { stream } = this.options;
    const source = (this.#sources[client] ??= {
      random: stream(client, 0),
      work: stream(client, 1),
      need: 0,
      next: undefined,
    });
    // Arrivals have no memory: to draw the next one anew at a change of rate changes nothing else.
    source.next?.cancel();
    source.need = need;
    this.#schedule(client, source);
  }

  #schedule(client: number, source: Source): void {
    if (source.need === 0) return;
    const gapMs = (-Math.log(1 - source.random.next()) * this.options.meanServiceMs) / source.need;
    source.next = this.options.clock.after(gapMs, () => {
      this.#schedule(client, source);
      this.query(client, source.work, () => {});
    });
  }
}
