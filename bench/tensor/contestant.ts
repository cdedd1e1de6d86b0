/** The work that all contestants do: one SGD step of a 784-500-10 network with ReLU on a batch of 200, from the same weights. */
import { createRandom } from '@inkwire/base';

export const sizes = { batch: 200, inputs: 784, hidden: 500, classes: 10 } as const;
export const learningRate = 0.1;

/** Values `[in, out]` and `[out]` of the two layers. */
export interface Weights {
  readonly w1: Float32Array<ArrayBuffer>;
  readonly b1: Float32Array<ArrayBuffer>;
  readonly w2: Float32Array<ArrayBuffer>;
  readonly b2: Float32Array<ArrayBuffer>;
}

/** One batch, as bytes and as numbers from 0 to 1, so that nobody pays for the other's form. */
export interface Batch {
  readonly pixels: Uint8Array;
  readonly scaled: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array;
}

/** A library that can train. `step` takes a batch and returns its loss as a number: nothing may stay unfinished. */
export interface Contestant {
  readonly name: string;
  step(batch: Batch): Promise<number>;
  close(): Promise<void>;
}

const random = createRandom(7);

/** First weights, the same for everyone. */
export function initialWeights(): Weights {
  const normal = (length: number, deviation: number) =>
    Float32Array.from({ length }, () => deviation * random.normal());
  const { inputs, hidden, classes } = sizes;
  return {
    w1: normal(inputs * hidden, Math.sqrt(2 / inputs)),
    b1: new Float32Array(hidden),
    w2: normal(hidden * classes, Math.sqrt(2 / hidden)),
    b2: new Float32Array(classes),
  };
}

/** Batches of noise with random labels, a fifth of the pixels bright, as in MNIST. */
export function inventBatches(count: number): Batch[] {
  return Array.from({ length: count }, () => {
    const pixels = Uint8Array.from({ length: sizes.batch * sizes.inputs }, () =>
      random.next() < 0.2 ? random.below(256) : 0,
    );
    const labels = Uint8Array.from({ length: sizes.batch }, () => random.below(sizes.classes));
    return { pixels, scaled: Float32Array.from(pixels, (pixel) => pixel / 255), labels };
  });
}
