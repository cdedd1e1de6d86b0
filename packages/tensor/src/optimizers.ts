import { expectNumber } from '@inkwire/base';
import { add, div, mul, sqrt, square, sub } from './elementwise.ts';
import { constant, type Tensor } from './tensor.ts';

/** The inputs of an update: vectors `[parameters]`. */
export interface UpdateState {
  readonly parameters: Tensor;
  readonly gradient: Tensor;
  /** This optimiser's memory by slot. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** This step's scalars, as `scalars()` named them. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** 1 for elements that decay and 0 for the others. */
  readonly decayMask: Float32Array;
}

/** New values of the vectors. */
export interface Update {
  readonly parameters: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
}

/** From gradients to new parameters, inside the graph of the training step. */
export interface Optimizer {
  /** Names it in checkpoints, such as `adamw`. */
  readonly name: string;
  /** Vectors of the parameters' size that it keeps from step to step. They begin as zeros. */
  readonly slots: readonly string[];
  /** The numbers that change with the step, counted from 0. Computed outside the graph, in double precision. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** The graph of one update. */
  update(state: UpdateState): Update;
}

/** Options of plain and momentum descent. */
export interface SgdOptions {
  /** Adds l2 / 2 · Σ w² over the weights to the loss that is minimised, not to the one that is reported. Default 0. */
  readonly l2?: number;
}

function regularized({ gradient, parameters, decayMask }: UpdateState, l2: number): Tensor {
  if (l2 === 0) return gradient;
  return add(gradient, mul(parameters, constant(decayMask.map((decays) => decays * l2))));
}

/** Gradient descent: p − learningRate · g. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const l2 = expectNumber('l2', options.l2 ?? 0, { min: 0 });
  return {
    name: 'sgd',
    slots: [],
    scalars: (_, learningRate) => ({ learningRate }),
    update(state) {
      const step = mul(regularized(state, l2), state.scalars.learningRate!);
      return { parameters: sub(state.parameters, step), slots: {} };
    },
  };
}

/** Options of `momentum`. */
export interface MomentumOptions extends SgdOptions {
  /** The share of the last step that is added to this one. Default 0.9. */
  readonly momentum?: number;
  /** Nesterov's momentum (Sutskever et al. 2013). Default false. */
  readonly nesterov?: boolean;
}

/** Descent with momentum: v ← momentum · v + g; p − learningRate · v, or · (g + momentum · v) for Nesterov's. */
export function momentum(options: MomentumOptions = {}): Optimizer {
  const l2 = expectNumber('l2', options.l2 ?? 0, { min: 0 });
  const keep = expectNumber('momentum', options.momentum ?? 0.9, { min: 0, max: 1 });
  return {
    name: options.nesterov ? 'nesterov' : 'momentum',
    slots: ['velocity'],
    scalars: (_, learningRate) => ({ learningRate }),
    update(state) {
      const gradient = regularized(state, l2);
      const velocity = add(mul(state.slots.velocity!, keep), gradient);
      const direction = options.nesterov ? add(gradient, mul(velocity, keep)) : velocity;
      const parameters = sub(state.parameters, mul(direction, state.scalars.learningRate!));
      return { parameters, slots: { velocity } };
    },
  };
}

/** Options of `adamW`. */
export interface AdamWOptions {
  /** Memory of the mean. Default 0.9. */
  readonly beta1?: number;
  /** Memory of the variance. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** The part of a weight that decays each step, times the learning rate. Default 0. */
  readonly weightDecay?: number;
}

/** Adam (Kingma and Ba 2015) with decoupled weight decay, on weights only (Loshchilov and Hutter 2019, algorithm 2). */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const beta1 = expectNumber('beta1', options.beta1 ?? 0.9, { min: 0, max: 1 });
  const beta2 = expectNumber('beta2', options.beta2 ?? 0.999, { min: 0, max: 1 });
  const epsilon = expectNumber('epsilon', options.epsilon ?? 1e-8, { min: 0 });
  const weightDecay = expectNumber('weightDecay', options.weightDecay ?? 0, { min: 0 });
  return {
    name: 'adamw',
    slots: ['mean', 'variance'],
    scalars: (step, learningRate) => ({
      learningRate,
      meanRate: learningRate / (1 - beta1 ** (step + 1)),
      deviationScale: 1 / Math.sqrt(1 - beta2 ** (step + 1)),
    }),
    update({ parameters, gradient, slots, scalars, decayMask }) {
      const mean = add(mul(slots.mean!, beta1), mul(gradient, 1 - beta1));
      const variance = add(mul(slots.variance!, beta2), mul(square(gradient), 1 - beta2));
      const deviation = add(mul(sqrt(variance), scalars.deviationScale!), epsilon);
      const descended = sub(parameters, mul(div(mean, deviation), scalars.meanRate!));
      if (weightDecay === 0) return { parameters: descended, slots: { mean, variance } };
      const decay = mul(constant(decayMask.map((decays) => decays * weightDecay)), scalars.learningRate!);
      return { parameters: sub(descended, mul(parameters, decay)), slots: { mean, variance } };
    },
  };
}
