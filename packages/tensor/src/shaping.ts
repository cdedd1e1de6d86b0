import {
  type Dimension,
  formatShape,
  normalizeAxes,
  type Shape,
  sameShape,
  shapeError,
  sizeOf,
  staticShape,
} from './shape.ts';
import { apply, applyMany, constant, int64Constant, type Tensor } from './tensor.ts';

/** The same elements in another shape; one dimension may be −1 and is worked out from the others. */
export function reshape(x: Tensor, shape: readonly Dimension[]): Tensor {
  const target = resolveReshape(x.shape, shape);
  if (sameShape(target, x.shape)) return x;
  const names = target.filter((dimension) => typeof dimension === 'string').length;
  if (names > 1) throw shapeError('reshape', 'only one dimension may be a name', x.shape, shape);
  const sizes = target.map((dimension) => (typeof dimension === 'string' ? -1 : dimension));
  return apply('Reshape', [x, int64Constant(sizes)], { shape: target });
}

function resolveReshape(from: Shape, to: readonly Dimension[]): Shape {
  const fail = () => shapeError('reshape', 'the shapes hold different numbers of elements', from, to);
  const product = (shape: Shape) => sizeOf(shape.filter((d) => typeof d === 'number' && d !== -1));
  const names = (shape: Shape) => shape.filter((dimension) => typeof dimension === 'string');
  const missing = names(from).filter((name) => !names(to).includes(name));
  const [have, want] = [product(from), product(to)];
  if (!to.includes(-1)) {
    if (have !== want || missing.length > 0 || names(from).length !== names(to).length) throw fail();
    return to;
  }
  if (missing.length > 1 || names(to).length + missing.length !== names(from).length) throw fail();
  if (missing.length === 1) {
    if (have !== want) throw fail();
    return to.map((dimension) => (dimension === -1 ? missing[0]! : dimension));
  }
  if (have % want !== 0) throw fail();
  return to.map((dimension) => (dimension === -1 ? have / want : dimension));
}

/** The axes in the order that `permutation` gives; default: reversed. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const order = permutation ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (order.length !== x.rank || order.toSorted((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw shapeError('transpose', `${formatShape(order)} is no permutation of its axes`, x.shape);
  }
  if (order.every((axis, i) => axis === i)) return x;
  const shape = order.map((axis) => x.shape[axis]!);
  return apply('Transpose', [x], { shape }, { attributes: { perm: [...order] } });
}

/** Tensors one after the other along `axis`; their other dimensions must agree. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (!first) throw new RangeError('concat: expected at least one tensor');
  const [at] = normalizeAxes('concat', first.shape, [axis]);
  let length = 0;
  for (const { shape } of tensors) {
    const fits = shape.length === first.rank && shape.every((d, i) => i === at || d === first.shape[i]);
    if (!fits) throw shapeError('concat', `they differ in more than axis ${at}`, first.shape, shape);
    length += staticShape('concat', [shape[at!]!])[0]!;
  }
  if (tensors.length === 1) return first;
  const shape = first.shape.map((dimension, i) => (i === at ? length : dimension));
  return apply('Concat', tensors, { shape }, { attributes: { axis: at! } });
}

/** Cuts x along `axis` into pieces of the given lengths. */
export function split(x: Tensor, lengths: readonly number[], axis: number): readonly Tensor[] {
  const [at] = normalizeAxes('split', x.shape, [axis]);
  if (lengths.reduce((sum, length) => sum + length, 0) !== x.shape[at!]) {
    throw shapeError('split', `the lengths do not add up to axis ${at}`, x.shape, lengths);
  }
  if (lengths.length === 1) return [x];
  const specs = lengths.map((length) => ({ shape: x.shape.map((d, i) => (i === at ? length : d)) }));
  return applyMany('Split', [x, int64Constant(lengths)], specs, { attributes: { axis: at! } });
}

/** One axis of a slice. Ends and starts count from the front; `step` may be negative, then `end` may be −1: "to the very first". */
export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  /** Default 1. */
  readonly step?: number;
}

/** Part of x: along each range's axis the elements start, start + step, … before end. */
export function slice(x: Tensor, ranges: readonly SliceRange[]): Tensor {
  const axes = ranges.map(({ axis }) => normalizeAxes('slice', x.shape, [axis])[0]!);
  const shape = [...x.shape];
  ranges.forEach(({ start, end, step = 1 }, i) => {
    const [size] = staticShape('slice', [x.shape[axes[i]!]!]);
    const inside = step > 0 ? start >= 0 && end <= size! : start < size! && end >= -1;
    const length = Math.ceil((end - start) / step);
    if (step === 0 || !inside || length < 1) {
      throw shapeError('slice', `${start}:${end}:${step} is not within axis ${axes[i]}`, x.shape);
    }
    shape[axes[i]!] = length;
  });
  if (sameShape(shape, x.shape) && ranges.every(({ step = 1 }) => step === 1)) return x;
  // ONNX counts a negative end from the back, so "before the first" has to lie beyond the axis.
  const ends = ranges.map(({ end }) => (end === -1 ? -(2 ** 31) : end));
  const parts = [ranges.map(({ start }) => start), ends, axes, ranges.map(({ step = 1 }) => step)];
  return apply('Slice', [x, ...parts.map(int64Constant)], { shape });
}

/** Reverses the order along the axes. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  const sizes = staticShape('flip', x.shape);
  const turned = normalizeAxes('flip', x.shape, axes).filter((axis) => sizes[axis]! > 1);
  if (turned.length === 0) return x;
  return slice(
    x,
    turned.map((axis) => ({ axis, start: sizes[axis]! - 1, end: -1, step: -1 })),
  );
}

/** Adds `before[i]` and `after[i]` elements of `value` (default 0) around each axis. */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[] = before,
  value = 0,
): Tensor {
  if (before.length !== x.rank || after.length !== x.rank || [...before, ...after].some((n) => n < 0)) {
    throw shapeError('pad', 'expected a width of 0 or more for every axis', x.shape, before, after);
  }
  const shape = x.shape.map((dimension, i) => {
    const added = before[i]! + after[i]!;
    return added === 0 ? dimension : staticShape('pad', [dimension])[0]! + added;
  });
  if (sameShape(shape, x.shape)) return x;
  return apply('Pad', [x, int64Constant([...before, ...after]), constant(value)], { shape });
}

/** Stretches dimensions of 1 to `shape`. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const fits =
    shape.length >= x.rank && x.shape.every((d, i) => d === 1 || d === shape[i + shape.length - x.rank]);
  if (!fits) throw shapeError('expand', 'only dimensions of 1 stretch', x.shape, shape);
  return apply('Expand', [x, int64Constant(shape)], { shape });
}
