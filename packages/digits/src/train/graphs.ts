/** The three graphs of a recipe: a training step, the statistics of its batch norms, and what is exported. */
import {
  add,
  argMax,
  cast,
  collectStatistics,
  crossEntropy,
  equal,
  exportModel,
  input,
  mul,
  type Network,
  oneHot,
  type Runtime,
  reshape,
  sub,
  sum,
  type Tensor,
} from '@inkwire/tensor';
import { digitBytes, type LabelledSet, pictureSide } from '../data/labelled-set.ts';
import { topOf } from '../evaluate/calibration.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { augment, warpNumbers } from './augmentation.ts';

/** From bytes `[batch, 784]` to ink `[batch, 1, 28, 28]`, 0 to 1. */
function inkOf(pixels: Tensor): Tensor {
  return mul(reshape(cast(pixels, 'float32'), [pixels.shape[0]!, 1, pictureSide, pictureSide]), 1 / 255);
}

/** The part of a digit's target that is the teachers' answer; the rest is its label. */
const teacherShare = 0.75;

/** Inputs `pixels` and, where the recipe augments, `warp` and `thickness`: the ink [pictures, 1, 28, 28] that a model trains on. */
export function augmentedInk({ augmentation }: Pick<Recipe, 'augmentation'>, pictures: number): Tensor {
  const ink = inkOf(input('pixels', 'uint8', [pictures, digitBytes]));
  if (!augmentation) return ink;
  return augment(
    ink,
    input('warp', 'float32', [pictures, warpNumbers]),
    input('thickness', 'float32', [pictures, 2]),
  );
}

/** Pictures in a step: the batch's digits, crops of made-up digits, and outliers. */
export function picturesOf(
  { cropShare = 0, outlierShare = 0 }: Pick<Recipe, 'cropShare' | 'outlierShare'>,
  batch: number,
): Record<'digits' | 'crops' | 'outliers' | 'all', number> {
  const [crops, outliers] = [Math.round(cropShare * batch), Math.round(outlierShare * batch)];
  return { digits: batch, crops, outliers, all: batch + crops + outliers };
}

/**
 * Inputs `pixels`, `labels` (10 and above: an outlier, whose target is all ten digits with equal probability) and, where the recipe
 * augments, `warp` and `thickness`, and where the run has teachers `taught`, their probabilities `[pictures, 10]`; reports the
 * `accuracy` on digits and crops.
 */
export function buildTraining(recipe: Recipe, batch: number, network: Network, { isTaught = false } = {}) {
  const { digits, crops, all: pictures } = picturesOf(recipe, batch);
  const labels = input('labels', 'uint8', [pictures]);
  const logits = recipe.model(network, augmentedInk(recipe, pictures));
  const known = oneHot(labels, 10);
  const isKnown = sum(known, { axes: [1], keepDimensions: true });
  const unknown = mul(sub(1, isKnown), 1 / 10);
  let target = add(known, unknown);
  if (isTaught) {
    const taught = mul(isKnown, sub(input('taught', 'float32', [pictures, 10]), known));
    target = add(target, mul(taught, teacherShare));
  }
  const loss = crossEntropy(logits, target, { labelSmoothing: recipe.labelSmoothing ?? 0 });
  const hits = equal(argMax(logits, 1), cast(labels, 'int64'));
  return { loss, outputs: { accuracy: mul(sum(cast(hits, 'float32')), 1 / (digits + crops)) } };
}

const statisticsBatch = 500;
const statisticsBatches = 20;

/** Pictures that are trained on beside the digits, and how many, as a share of those. */
export interface PicturesBeside {
  readonly set: LabelledSet;
  readonly share: number;
}

/**
 * The trained model as an ONNX file: input `pixels` uint8 `[N, 784]`, output `logits` float32 `[N, 10]`. Batch norms
 * take their statistics from ten thousand pictures: digits spread over the training set, and of those `beside` them as many as a
 * step has. From digits alone the bundled recipe lost 0.07 points of validation accuracy.
 */
export async function exportRecipe(
  recipe: Recipe,
  parameters: Float32Array,
  train: LabelledSet,
  runtime: Runtime,
  options: { readonly beside?: readonly PicturesBeside[]; readonly threads?: number } = {},
): Promise<Uint8Array> {
  const { beside = [], threads = 2 } = options;
  const batch = Math.min(statisticsBatch, train.count);
  const count = Math.min(statisticsBatches, Math.floor(train.count / batch));
  const whole = beside.reduce((sum, { share }) => sum + share, 1);
  const batchAt = (i: number): Uint8Array => {
    const pixels = spread(train, i * batch, batch, Math.floor(train.count / (batch * count)));
    let at = 0;
    for (const { set, share } of beside) {
      const others = Math.round((batch * share) / whole);
      pixels.set(spread(set, i * others, others, 1), at);
      at += others * digitBytes;
    }
    return pixels;
  };
  const statistics = await collectStatistics({
    runtime,
    threads,
    parameters,
    build: (network) => recipe.model(network, inkOf(input('pixels', 'uint8', [batch, digitBytes]))),
    batches: Array.from({ length: count }, (_, i) => ({ pixels: batchAt(i) })),
  });
  return exportModel({
    parameters,
    statistics,
    build: (network) => ({
      logits: recipe.model(network, inkOf(input('pixels', 'uint8', ['N', digitBytes]))),
    }),
  });
}

function spread(set: LabelledSet, from: number, batch: number, stride: number): Uint8Array {
  const pixels = new Uint8Array(batch * digitBytes);
  for (let i = 0; i < batch; i++) {
    const at = (((from + i) * stride) % set.count) * digitBytes;
    pixels.set(set.images.subarray(at, at + digitBytes), i * digitBytes);
  }
  return pixels;
}

/** The logits `[count, 10]` of a whole set. */
export async function logitsOf(
  model: Uint8Array,
  set: Pick<LabelledSet, 'count' | 'images'>,
  runtime: Runtime,
  threads = 2,
): Promise<Float32Array> {
  await using program = await runtime.load(model, { threads });
  const logits = new Float32Array(set.count * 10);
  const most = 1000;
  for (let from = 0; from < set.count; from += most) {
    const count = Math.min(most, set.count - from);
    const data = set.images.subarray(from * digitBytes, (from + count) * digitBytes);
    const results = await program.run({ pixels: { type: 'uint8', shape: [count, digitBytes], data } });
    logits.set(results.logits!.data as Float32Array, from * 10);
  }
  return logits;
}

/** The share of rows of logits `[n, 10]` whose largest is the label's. */
export function accuracyOfLogits(logits: Float32Array, labels: Uint8Array): number {
  const correct = labels.filter((label, i) => topOf(logits, i).digit === label).length;
  return correct / labels.length;
}
