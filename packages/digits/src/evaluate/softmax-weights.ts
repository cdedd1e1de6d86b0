import { digitBytes as pixels } from '../data/labelled-set.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { Classify } from './evaluation.ts';

/** The part of a reader that is needed here. */
export interface AskedReader {
  readonly card: ModelCard;
  readonly classify: Classify;
}

const digits = 10;
/** The least float32 above zero; a probability may underflow, its log must stay finite. */
const leastProbability = 2 ** -149;

/**
 * The weights [784, 10] of a softmax regression, found by reading single pixels. The regression is linear before its
 * softmax. So one pixel of full ink adds its weights to the logs of the probabilities, less their mean. (They are only
 * determined up to what is common to all ten digits, and the softmax's gradient keeps the sum of weights that began at
 * zero at zero.) Undefined for every other recipe.
 */
export async function softmaxWeights(reader: AskedReader): Promise<Float32Array | undefined> {
  const { card } = reader;
  if (card.recipe !== 'softmax') return undefined;
  // The first row is paper, the others one pixel of ink each.
  const inputs = new Uint8Array((pixels + 1) * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) inputs[(pixel + 1) * pixels + pixel] = 255;
  const probabilities = await reader.classify(inputs);
  const scores = (row: number) => centredLogs(probabilities.subarray(row * digits, (row + 1) * digits));
  const bias = scores(0);
  const weights = new Float32Array(pixels * digits);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const moved = scores(pixel + 1).map((score, digit) => (score - bias[digit]!) * card.temperature);
    weights.set(moved, pixel * digits);
  }
  return weights;
}

function centredLogs(probabilities: Float32Array): number[] {
  const logs = Array.from(probabilities, (probability) => Math.log(Math.max(probability, leastProbability)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return logs.map((log) => log - mean);
}
