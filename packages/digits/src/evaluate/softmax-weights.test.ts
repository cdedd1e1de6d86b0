import { createRandom } from '@inkwire/base';
import { expect, it } from 'vitest';
import type { ModelCard } from '../model/model-card.ts';
import type { Classify } from './evaluation.ts';
import { softmaxWeights } from './softmax-weights.ts';

const temperature = 1.7;

/** A softmax regression whose weights are known. */
function regression(weights: Float32Array, bias: Float32Array): { card: ModelCard; classify: Classify } {
  return {
    card: { recipe: 'softmax', temperature } as ModelCard,
    async classify(inputs) {
      const rows = inputs.length / 784;
      const probabilities = new Float32Array(rows * 10);
      for (let row = 0; row < rows; row++) {
        const logits = Array.from(bias);
        for (let pixel = 0; pixel < 784; pixel++) {
          const ink = inputs[row * 784 + pixel]! / 255;
          if (ink > 0)
            for (let digit = 0; digit < 10; digit++) logits[digit]! += ink * weights[pixel * 10 + digit]!;
        }
        const exponentials = logits.map((logit) => Math.exp(logit / temperature));
        const sum = exponentials.reduce((a, b) => a + b);
        probabilities.set(
          exponentials.map((each) => each / sum),
          row * 10,
        );
      }
      return probabilities;
    },
  };
}

it('finds the weights that it was given, but for what is common to all digits', async () => {
  const random = createRandom(5);
  const weights = Float32Array.from({ length: 7840 }, () => random.normal());
  const bias = Float32Array.from({ length: 10 }, () => random.normal());
  const found = (await softmaxWeights(regression(weights, bias)))!;
  for (let at = 0; at < 7840; at += 10) {
    const mean = weights.subarray(at, at + 10).reduce((a, b) => a + b) / 10;
    for (let digit = 0; digit < 10; digit++)
      expect(found[at + digit]).toBeCloseTo(weights[at + digit]! - mean, 4);
  }
});

it('finds none where the model is no regression', async () => {
  const card = { recipe: 'cnn' } as ModelCard;
  const classify = () => Promise.reject(new Error('asked'));
  expect(await softmaxWeights({ card, classify })).toBeUndefined();
});
