import {
  exponentialDecay,
  movingAverageDecay,
  mul,
  relu,
  reshape,
  sgd,
  truncatedNormal,
} from '@inkwire/tensor';
import type { Recipe } from './recipe.ts';

/**
 * The darkness of ink to the network. A learning rate of 0.1 is small for pixels from 0 to 1: on validation digits they gave
 * 97.79 %, pixels up to 3.2 97.92 %, up to 10 98.01 %; with 20 the loss no longer falls.
 */
const darkest = 10;

/**
 * The small network of many courses: 784-500-10 with ReLU, plain descent at 0.1 that shrinks by 1 % each epoch, L2, and
 * a moving average. 397,510 parameters. L2 adds 1e-4 · Σ w² to the loss. It begins with small weights: on validation digits
 * He's deviation of 0.05 was 0.2 points worse than 0.02.
 */
export const mlpRecipe: Recipe = {
  name: 'mlp',
  batch: 200,
  steps: () => 50_000,
  model(network, pixels) {
    const initializer = truncatedNormal(0.005);
    const flat = mul(reshape(pixels, [pixels.shape[0]!, 784]), darkest);
    const hidden = relu(network.dense(flat, { units: 500, initializer, name: 'hidden' }));
    return network.dense(hidden, { units: 10, initializer, name: 'output' });
  },
  optimizer: () => sgd({ l2: 2e-4 }),
  schedule: (_, epoch) => exponentialDecay({ initial: 0.1, rate: 0.99, every: epoch, staircase: true }),
  movingAverage: movingAverageDecay(0.99),
  reportEvery: 1_000,
  evaluateEvery: 10_000,
};
