/** The three graphs of a page recipe: a training step, the statistics of its batch norms, and what is exported. */
import {
  abs,
  add,
  collectStatistics,
  div,
  exportModel,
  focalLoss,
  input,
  maximum,
  mul,
  type Network,
  type Runtime,
  sigmoidCrossEntropy,
  sub,
  sum,
  type Tensor,
} from '@inkwire/tensor';
import { cellSide } from '../detect/detector-maps.ts';
import type { PageMaps, PageRecipe } from '../recipes/page.ts';
import type { PageBatch } from './page-maker.ts';

/** The weights of the parts of the loss beside the heat maps'. */
const weights = { box: 0.3, writing: 0.2 } as const;

/** Inputs `plane`, `heat`, `box`, `at` and `writing`, as a `PageBatch` has them. */
export function buildPageTraining(recipe: PageRecipe, batch: number, network: Network) {
  const { width, height } = recipe.size;
  const map = (name: string, channels: number) =>
    input(name, 'float32', [batch, channels, height / cellSide, width / cellSide]);
  const maps = recipe.maps(network, input('plane', 'float32', [batch, 1, height, width]));
  const { heat, box, writing } = {
    heat: map('heat', maps.heat.shape[1] as number),
    box: map('box', 4),
    writing: map('writing', 2),
  };
  return { loss: pageLoss(maps, { heat, box, writing }, map('at', 1)) };
}

/**
 * The focal loss of the heat maps, plus the distances of boxes |box − target| where `at` is 1, a mark on average, plus
 * the cross entropy of the writing maps. A scalar.
 */
export function pageLoss(maps: PageMaps, targets: PageMaps, at: Tensor): Tensor {
  const marks = maximum(sum(at), 1);
  const box = div(sum(mul(at, abs(sub(maps.box, targets.box)))), marks);
  const writing = sigmoidCrossEntropy(maps.writing, targets.writing);
  return add(focalLoss(maps.heat, targets.heat), add(mul(box, weights.box), mul(writing, weights.writing)));
}

/**
 * The trained detector as an ONNX file: input `plane` float32 `[N, 1, H, W]`, normalised, H and W multiples of 8; outputs
 * `heat`, `box` and `writing` float32 `[N, …, H/4, W/4]`. Batch norms take their statistics from `batches`.
 */
export async function exportPageRecipe(
  recipe: PageRecipe,
  parameters: Float32Array,
  batches: readonly Pick<PageBatch, 'plane'>[],
  runtime: Runtime,
  threads = 2,
): Promise<Uint8Array> {
  const { width, height } = recipe.size;
  const pages = batches[0]!.plane.length / (width * height);
  const statistics = await collectStatistics({
    runtime,
    threads,
    parameters,
    build: (network) => recipe.maps(network, input('plane', 'float32', [pages, 1, height, width])),
    batches: batches.map(({ plane }) => ({ plane })),
  });
  return exportModel({
    parameters,
    statistics,
    build: (network) => ({ ...recipe.maps(network, input('plane', 'float32', ['N', 1, 'H', 'W'])) }),
  });
}
