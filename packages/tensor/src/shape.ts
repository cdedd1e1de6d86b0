/** A dimension: a size, or a name such as `'N'` for a size that is known only when the program runs. */
export type Dimension = number | string;

/** Dimensions from the outermost to the innermost; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** A shape as people write it: `[128, 784]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * A dimension divided by a whole number. A name stands for a size that the divisor divides: `H` becomes `H/2`, and that
 * `H/4`. Undefined when a size is no multiple of it.
 */
export function dividedDimension(dimension: Dimension, divisor: number): Dimension | undefined {
  if (divisor === 1) return dimension;
  if (typeof dimension === 'number') return dimension % divisor === 0 ? dimension / divisor : undefined;
  const [name, before = '1'] = dimension.split('/');
  return `${name}/${Number(before) * divisor}`;
}

/** Whether both shapes have the same dimensions, names included. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** The number of elements that a shape holds. Throws a RangeError when a dimension is only a name. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) {
    if (typeof dimension === 'string') {
      throw new RangeError(`Expected a shape of known size, got ${formatShape(shape)}`);
    }
    size *= dimension;
  }
  return size;
}

/** Returns `shape` with all its sizes known. Throws a RangeError that names `operator` otherwise. */
export function staticShape(operator: string, shape: Shape): readonly number[] {
  if (shape.some((dimension) => typeof dimension === 'string')) {
    throw new RangeError(`${operator}: expected known sizes, got ${formatShape(shape)}`);
  }
  return shape as readonly number[];
}

/** The error for shapes that an operator cannot combine; it names the operator and every shape. */
export function shapeError(operator: string, reason: string, ...shapes: readonly Shape[]): RangeError {
  return new RangeError(`${operator}: ${shapes.map(formatShape).join(' and ')}: ${reason}`);
}

/** The shape of an elementwise result (NumPy's rule: aligned at the right, 1 stretches). */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw shapeError(operator, 'the shapes do not broadcast', a, b);
  });
}

/** Axes counted from the front, sorted; negative ones count from the back. Throws a RangeError for one that does not exist. */
export function normalizeAxes(operator: string, shape: Shape, axes: readonly number[]): readonly number[] {
  const normal = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  for (const axis of normal) {
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
      throw shapeError(operator, `there is no axis ${axes.join(', ')}`, shape);
    }
  }
  if (new Set(normal).size !== normal.length) {
    throw shapeError(operator, `an axis stands twice in ${axes.join(', ')}`, shape);
  }
  return normal.sort((a, b) => a - b);
}
