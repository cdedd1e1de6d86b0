import { broadcastShapes, type Shape, shapeError } from './shape.ts';
import { apply, type Tensor } from './tensor.ts';

/** Matrix product over the last two axes; the axes before them broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.rank < 2 || b.rank < 2) throw shapeError('matmul', 'expected matrices', a.shape, b.shape);
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    throw shapeError('matmul', 'the inner dimensions differ', a.shape, b.shape);
  }
  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  return apply('MatMul', [a, b], { shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] });
}

/** The operands of `gemm` that are turned. */
export interface GemmOptions {
  /** Default false. */
  readonly transposeA?: boolean;
  /** Default false. */
  readonly transposeB?: boolean;
}

/** a · b (+ bias) in one operator: `[m, k]`, `[k, n]` and a bias that broadcasts to `[m, n]`. */
export function gemm(a: Tensor, b: Tensor, bias?: Tensor, options: GemmOptions = {}): Tensor {
  const turned = (x: Tensor, turn = false): Shape => (turn ? x.shape.toReversed() : x.shape);
  if (a.rank !== 2 || b.rank !== 2) throw shapeError('gemm', 'expected two matrices', a.shape, b.shape);
  const [m, inner] = turned(a, options.transposeA);
  const [outer, n] = turned(b, options.transposeB);
  if (inner !== outer) throw shapeError('gemm', 'the inner dimensions differ', a.shape, b.shape);
  const shape = [m!, n!];
  if (bias && broadcastShapes('gemm', shape, bias.shape).some((dimension, i) => dimension !== shape[i])) {
    throw shapeError('gemm', 'the bias does not fit the product', shape, bias.shape);
  }
  const attributes = { transA: options.transposeA ? 1 : 0, transB: options.transposeB ? 1 : 0 };
  return apply('Gemm', bias ? [a, b, bias] : [a, b], { shape }, { attributes });
}
