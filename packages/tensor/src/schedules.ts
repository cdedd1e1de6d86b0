import { expectInteger, expectNumber } from '@inkwire/base';

/** A number for each step, counted from 0. */
export type Schedule = (step: number) => number;

/** The same at every step. */
export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate;

/** Options of `exponentialDecay`. */
export interface ExponentialDecayOptions {
  readonly initial: number;
  /** The share that remains after `every` steps. */
  readonly rate: number;
  /** In steps. */
  readonly every: number;
  /** Whether the rate moves only every `every` steps. Default false. */
  readonly staircase?: boolean;
}

/** initial · rate ^ (step / every), as TensorFlow's `exponential_decay`; with `staircase` the exponent is cut to an integer. */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { initial, rate, every, staircase = false } = options;
  expectNumber('initial', initial, { min: 0 });
  expectNumber('rate', rate, { min: 0 });
  expectNumber('every', every, { min: 1 });
  return (step) => initial * rate ** (staircase ? Math.floor(step / every) : step / every);
}

/** Multiplies by `factor` every `every` steps. */
export function stepDecay(options: {
  readonly initial: number;
  readonly factor: number;
  readonly every: number;
}): Schedule {
  const { initial, factor, every } = options;
  return exponentialDecay({ initial, rate: factor, every, staircase: true });
}

/** Options of `cosineDecay`. */
export interface CosineDecayOptions {
  /** The highest rate, where the warm-up ends. */
  readonly peak: number;
  /** Length of the whole run; beyond it the rate stays at `final`. */
  readonly steps: number;
  /** Steps of linear rise before the peak. Default 0. */
  readonly warmup?: number;
  /** Default 0. */
  readonly final?: number;
}

const cosineBetween = (from: number, to: number, share: number) =>
  to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * share));

/** A linear warm-up, then half a cosine down (Loshchilov and Hutter 2017, without restarts). The first rate is above 0. */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { peak, final = 0 } = options;
  const steps = expectInteger('steps', options.steps, { min: 1 });
  const warmup = expectInteger('warmup', options.warmup ?? 0, { min: 0, max: steps });
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    return cosineBetween(peak, final, Math.min(1, (step - warmup) / Math.max(1, steps - warmup)));
  };
}

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  readonly peak: number;
  /** Length of the whole run. */
  readonly steps: number;
  /** The place of the peak, as a share of the run. Default 0.3. */
  readonly rise?: number;
  /** The first rate. Default peak / 25. */
  readonly initial?: number;
  /** The last rate. Default peak / 250,000. */
  readonly final?: number;
}

/** Up and down once, both along a cosine (Smith and Topin 2018; defaults as in PyTorch's OneCycleLR). */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { peak, initial = peak / 25, final = peak / 250_000 } = options;
  const steps = expectInteger('steps', options.steps, { min: 1 });
  const top = expectNumber('rise', options.rise ?? 0.3, { min: 0, max: 1 }) * (steps - 1);
  return (step) => {
    if (step < top) return cosineBetween(initial, peak, step / top);
    return cosineBetween(peak, final, Math.min(1, (step - top) / Math.max(1, steps - 1 - top)));
  };
}

/** The decay of a moving average that follows quickly at first: min(limit, (1 + step) / (10 + step)). */
export function movingAverageDecay(limit = 0.999): Schedule {
  expectNumber('limit', limit, { min: 0, max: 1 });
  return (step) => Math.min(limit, (1 + step) / (10 + step));
}
