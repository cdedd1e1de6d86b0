import { normalizeAxes } from './shape.ts';
import { apply, int64Constant, type Tensor } from './tensor.ts';

/** The options of a reduction. */
export interface ReduceOptions {
  /** Axes to reduce; negative ones count from the back. Default: all. */
  readonly axes?: readonly number[];
  /** Keeps a reduced axis as a dimension of 1. Default false. */
  readonly keepDimensions?: boolean;
}

type Reduction = 'sum' | 'mean' | 'max';

const operators = { sum: 'ReduceSum', mean: 'ReduceMean', max: 'ReduceMax' } as const;

function reduce(name: Reduction, x: Tensor, options: ReduceOptions): Tensor {
  const axes = normalizeAxes(name, x.shape, options.axes ?? x.shape.map((_, i) => i));
  if (axes.length === 0) return x;
  const keep = options.keepDimensions ?? false;
  const shape = keep
    ? x.shape.map((dimension, i) => (axes.includes(i) ? 1 : dimension))
    : x.shape.filter((_, i) => !axes.includes(i));
  const keepdims = keep ? 1 : 0;
  // In opset 17 the axes of ReduceSum are an input already, those of the others still an attribute.
  return name === 'sum'
    ? apply(operators[name], [x, int64Constant(axes)], { shape }, { attributes: { keepdims } })
    : apply(operators[name], [x], { shape }, { attributes: { axes: [...axes], keepdims } });
}

/** The sum over axes. */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('sum', x, options);

/** The mean over axes. */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('mean', x, options);

/** The largest over axes. The gradient is shared among equals. */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('max', x, options);

/** The position of the largest along one axis (default the last), as int64; the first of equals. No gradient. */
export function argMax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('argMax', x.shape, [axis]);
  const shape = x.shape.filter((_, i) => i !== at);
  return apply('ArgMax', [x], { type: 'int64', shape }, { attributes: { axis: at!, keepdims: 0 } });
}
