import { lookAgain } from '../evaluate/second-look.ts';
import type { ModelCard } from '../model/model-card.ts';
import { type Answer, Batcher, type BatcherOptions, type BatchRunner } from './batcher.ts';

/** What a network's card says about how it is used. */
type NetworkCard = Pick<ModelCard, 'temperature' | 'secondLookBelow'>;

/** The network of single digits: its batches, and the second look at digits of which it is not sure. */
export class DigitNetwork {
  readonly #batcher: Batcher;
  readonly #secondLookBelow: number | undefined;

  constructor(
    runner: BatchRunner,
    { temperature, secondLookBelow }: NetworkCard,
    options: Omit<BatcherOptions, 'temperature'>,
  ) {
    this.#batcher = new Batcher(runner, { ...options, temperature });
    this.#secondLookBelow = secondLookBelow;
  }

  get stats() {
    return this.#batcher.stats;
  }

  /** The answer for pixels [n, 784], which must not change until it resolves. Rejects as the batcher does. */
  async classify(pixels: Uint8Array, signal?: AbortSignal): Promise<Answer> {
    return this.lookAgain(pixels, await this.look(pixels, signal), { signal });
  }

  /** The same with one look. */
  look(pixels: Uint8Array, signal?: AbortSignal): Promise<Answer> {
    return this.#batcher.classify(pixels, signal);
  }

  /** The answer after a second look at those of the rows that are not sure; by default at all. Familiarity stays. */
  async lookAgain(
    pixels: Uint8Array,
    answer: Answer,
    { rows, signal }: { readonly rows?: readonly number[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Answer> {
    const below = this.#secondLookBelow;
    if (below === undefined) return answer;
    const first = { pixels, probabilities: answer.probabilities, below, rows };
    const probabilities = await lookAgain(first, async (shapes) => {
      const again = await this.#batcher.classify(shapes, signal, { isSecondLook: true });
      return again.probabilities;
    });
    return { ...answer, probabilities };
  }

  /** Settles when nothing waits and nothing runs. */
  idle(): Promise<void> {
    return this.#batcher.idle();
  }

  /** Rejects everything that waits or runs; settles when the run under way has ended. */
  destroy(error: unknown): Promise<void> {
    return this.#batcher.destroy(error);
  }
}
