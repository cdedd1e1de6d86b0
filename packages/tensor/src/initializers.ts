import type { Random } from '@inkwire/base';

/** Fills a parameter's first values. The same random gives the same values. */
export type Initializer = (shape: readonly number[], random: Random) => Float32Array;

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Inputs of one output: `[in, out]` for dense weights, `[out, in, height, width]` for filters. */
function fanIn(shape: readonly number[]): number {
  return shape.length === 2 ? shape[0]! : size(shape.slice(1));
}

function fanOut(shape: readonly number[]): number {
  return shape.length === 2 ? shape[1]! : size(shape) / (shape[1] ?? 1);
}

const fill = (shape: readonly number[], value: () => number) =>
  Float32Array.from({ length: size(shape) }, value);

/** Every value the same. */
export const filled =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(size(shape)).fill(value);

/** All zeros. */
export const zeros: Initializer = filled(0);
/** All ones. */
export const ones: Initializer = filled(1);

function truncated(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Normal with that standard deviation, drawn again beyond two of them. */
export const truncatedNormal =
  (deviation: number): Initializer =>
  (shape, random) =>
    fill(shape, () => deviation * truncated(random));

/** Normal with variance 2 / inputs, for layers before a ReLU (He et al. 2015). */
export const heNormal: Initializer = (shape, random) => {
  const deviation = Math.sqrt(2 / fanIn(shape));
  return fill(shape, () => deviation * random.normal());
};

/** Uniform with variance 2 / (inputs + outputs) (Glorot and Bengio 2010). */
export const glorotUniform: Initializer = (shape, random) => {
  const limit = Math.sqrt(6 / (fanIn(shape) + fanOut(shape)));
  return fill(shape, () => limit * (2 * random.next() - 1));
};
