import { createRandom, type Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';

/** One batch, in memory that the next batch overwrites. */
export interface Batch {
  /** [batch, 784] */
  readonly images: Uint8Array;
  /** [batch] */
  readonly labels: Uint8Array;
}

type RandomState = ReturnType<Random['state']>;

/** The position of a walk through a training set, from which it can resume. */
export interface BatchPosition {
  /** The state from which this epoch's order was drawn. */
  readonly epochState: RandomState;
  /** Digits of this epoch already taken. */
  readonly taken: number;
}

/** Walks through a set again and again, each time in another order; a batch may span two epochs. */
export class BatchWalk {
  readonly #set: LabelledSet;
  readonly #batch: Batch;
  readonly #random: Random;
  #epochState: RandomState;
  #order: Uint32Array;
  #taken = 0;

  constructor(set: LabelledSet, size: number, from: number | BatchPosition) {
    this.#set = set;
    this.#batch = { images: new Uint8Array(size * digitBytes), labels: new Uint8Array(size) };
    this.#random = createRandom(typeof from === 'number' ? from : from.epochState);
    this.#epochState = this.#random.state();
    this.#order = this.#random.permutation(set.count);
    if (typeof from !== 'number') this.#taken = from.taken;
  }

  get position(): BatchPosition {
    return { epochState: this.#epochState, taken: this.#taken };
  }

  next(): Batch {
    const { images, labels } = this.#batch;
    for (let i = 0; i < labels.length; i++) {
      const from = this.#nextIndex();
      images.set(this.#set.images.subarray(from * digitBytes, (from + 1) * digitBytes), i * digitBytes);
      labels[i] = this.#set.labels[from]!;
    }
    return this.#batch;
  }

  #nextIndex(): number {
    if (this.#taken === this.#set.count) {
      this.#epochState = this.#random.state();
      this.#order = this.#random.permutation(this.#set.count);
      this.#taken = 0;
    }
    return this.#order[this.#taken++]!;
  }
}
