import { expectNumber } from '@inkwire/base';
import { add, div, maximum, mul, sqrt, square, sub } from './elementwise.ts';
import { emitModel } from './emit.ts';
import { gradients } from './gradients.ts';
import { type DropoutMask, type Layout, Network } from './network.ts';
import type { Optimizer } from './optimizers.ts';
import type { ParameterSet } from './parameters.ts';
import { sum } from './reduction.ts';
import { shapeError } from './shape.ts';
import { concat, reshape } from './shaping.ts';
import { input, type Tensor } from './tensor.ts';

/** Options of the graph of a training step. */
export interface TrainingGraphOptions {
  /** Declares inputs, runs the model, and returns the loss and the outputs that each step reports. */
  build(network: Network): TrainingOutputs;
  readonly optimizer: Optimizer;
  /** Whether an exponential moving average of the parameters is kept. Default false. */
  readonly movingAverage?: boolean;
  /** A gradient that is longer than this over all parameters is scaled down to it (Pascanu et al. 2013). Default: none. */
  readonly maxGradientNorm?: number;
  /** Default `'batch innermost'`. */
  readonly layout?: Layout;
}

/** The result of `build`. */
export interface TrainingOutputs {
  /** A float32 scalar. */
  readonly loss: Tensor;
  /** Reported by each step under their names. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
}

/** A training step as an ONNX model, and the names of its inputs and outputs. */
export interface TrainingGraph {
  /** From parameters, slots, moving average, scalars and the batch to new ones, `loss` and the other outputs. */
  readonly model: Uint8Array;
  readonly parameters: ParameterSet;
  readonly dropoutMasks: readonly DropoutMask[];
  /** State vectors that go in under a name and come out as `next/` and the name. */
  readonly state: readonly string[];
}

/** The flat parameters' name among a training graph's inputs. */
export const parametersName = 'parameters';
/** The moving average's name among a training graph's inputs. */
export const movingAverageName = 'movingAverage';
/** The name of an optimiser's slot among a training graph's inputs. */
const slotName = (slot: string): string => `optimizer/${slot}`;
/** The name of a scalar of the optimiser among a training graph's inputs. */
export const scalarName = (scalar: string): string => `scalar/${scalar}`;
/** The part of the way to the parameters that the moving average moves: 1 − decay. */
export const averagingName = scalarName('averaging');
/** The name of a state vector among the outputs of the graph. */
export const nextName = (name: string): string => `next/${name}`;

/** Builds forward, backward, update and moving average as one graph. */
export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { optimizer } = options;
  const network = new Network('training', options.layout ?? 'batch innermost');
  const { loss, outputs = {} } = options.build(network);
  if (loss.rank !== 0) throw shapeError('loss', 'expected a scalar', loss.shape);

  const { parameters } = network;
  if (parameters.size === 0) throw new RangeError('Expected a model with parameters, got none');
  const vector = (name: string) => input(name, 'float32', [parameters.size]);
  const scalar = (name: string) => input(name, 'float32', []);
  const flat = vector(parametersName);
  const leaves = [...parameters].map(({ leaf }) => leaf);
  const gradient = shortened(
    concat(
      gradients(loss, leaves).map((g) => reshape(g, [-1])),
      0,
    ),
    options.maxGradientNorm,
  );
  const scalars = Object.keys(optimizer.scalars(0, 1));
  const updated = optimizer.update({
    parameters: flat,
    gradient,
    slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, vector(slotName(slot))])),
    scalars: Object.fromEntries(scalars.map((name) => [name, scalar(scalarName(name))])),
    decayMask: parameters.decayMask(),
  });

  const state: Record<string, Tensor> = { [parametersName]: updated.parameters };
  for (const slot of optimizer.slots) state[slotName(slot)] = updated.slots[slot]!;
  if (options.movingAverage) {
    const average = vector(movingAverageName);
    const way = mul(sub(updated.parameters, average), scalar(averagingName));
    state[movingAverageName] = add(average, way);
  }
  const results: Record<string, Tensor> = { loss, ...outputs };
  for (const [name, tensor] of Object.entries(state)) results[nextName(name)] = tensor;
  return {
    model: emitModel(results, { name: 'training-step', bindings: parameters.bindTo(flat) }),
    parameters,
    dropoutMasks: network.dropoutMasks,
    state: Object.keys(state),
  };
}

function shortened(gradient: Tensor, maxNorm: number | undefined): Tensor {
  if (maxNorm === undefined) return gradient;
  expectNumber('maxGradientNorm', maxNorm, { min: 0 });
  return mul(gradient, div(maxNorm, maximum(sqrt(sum(square(gradient))), maxNorm)));
}
