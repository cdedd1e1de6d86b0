import { exponentialDecay, movingAverageDecay, relu, reshape, sgd } from '@inkwire/tensor';
import type { Recipe } from './recipe.ts';

/**
 * The small network of many courses: 784-500-10 with ReLU, plain descent at 0.1 that shrinks by 1 % each epoch, L2, and
 * a moving average. 397,510 parameters.
 */
export const mlpRecipe: Recipe = {
  name: 'mlp',
  batch: 200,
  steps: () => 50_000,
  model(network, pixels) {
    const hidden = relu(
      network.dense(reshape(pixels, [pixels.shape[0]!, 784]), { units: 500, name: 'hidden' }),
    );
    return network.dense(hidden, { units: 10, name: 'output' });
  },
  optimizer: () => sgd({ l2: 1e-4 }),
  schedule: (_, epoch) => exponentialDecay({ initial: 0.1, rate: 0.99, every: epoch, staircase: true }),
  movingAverage: movingAverageDecay(0.99),
  reportEvery: 1_000,
  evaluateEvery: 10_000,
};
