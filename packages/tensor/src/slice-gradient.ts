import { flip, pad, reshape, slice } from './shaping.ts';
import { constantNumbers, type Node, type Tensor } from './tensor.ts';

/** Puts zeros where `slice` skipped: between the elements, before them and after them, one axis at a time. */
export function sliceGradient(g: Tensor, x: Tensor, node: Node): Tensor {
  const [starts, , axes, steps] = node.inputs.slice(1).map(constantNumbers) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return axes.reduce((part, axis, i) => {
    const count = part.shape[axis] as number;
    const stride = Math.abs(steps[i]!);
    const forwards = steps[i]! > 0;
    const first = forwards ? starts[i]! : starts[i]! - stride * (count - 1);
    const span = (count - 1) * stride + 1;
    const spread = spreadOut(forwards ? part : flip(part, [axis]), axis, stride);
    const none = part.shape.map(() => 0);
    return pad(spread, none.with(axis, first), none.with(axis, (x.shape[axis] as number) - first - span));
  }, g);
}

/** a b c → a 0 0 b 0 0 c for a stride of 3. */
function spreadOut(x: Tensor, axis: number, stride: number): Tensor {
  if (stride === 1) return x;
  const count = x.shape[axis] as number;
  const columns = reshape(x, x.shape.toSpliced(axis, 1, count, 1));
  const widths = columns.shape.map((_, at) => (at === axis + 1 ? stride - 1 : 0));
  const filled = pad(
    columns,
    widths.map(() => 0),
    widths,
  );
  const row = reshape(filled, x.shape.with(axis, count * stride));
  return slice(row, [{ axis, start: 0, end: (count - 1) * stride + 1 }]);
}
