import { cosineDecay, momentum, movingAverageDecay, reshape, zeros } from '@inkwire/tensor';
import type { Recipe } from './recipe.ts';

/** Softmax regression, y = softmax(Wx + b): ten weight pictures that are multiplied with the digit's. 7,850 parameters. */
export const softmaxRecipe: Recipe = {
  name: 'softmax',
  batch: 100,
  steps: (digits) => Math.round((30 * digits) / 100),
  model: (network, pixels) =>
    network.dense(reshape(pixels, [pixels.shape[0]!, 784]), { units: 10, initializer: zeros, name: 'dense' }),
  optimizer: () => momentum({ momentum: 0.9, l2: 1e-4 }),
  schedule: (steps) => cosineDecay({ peak: 0.03, steps }),
  movingAverage: movingAverageDecay(0.999),
  reportEvery: 500,
  evaluateEvery: 2_000,
};
