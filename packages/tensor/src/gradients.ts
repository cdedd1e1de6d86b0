import { add } from './elementwise.ts';
import { gradientRules } from './gradient-rules.ts';
import { sameShape, shapeError } from './shape.ts';
import { constant, type Node, type Tensor } from './tensor.ts';

/** The nodes that `outputs` depend on, each after those that it depends on. Composites count as one node. */
function sortedNodes(outputs: readonly Tensor[]): Node[] {
  const seen = new Set<Node>();
  const order: Node[] = [];
  const visit = (tensor: Tensor) => {
    if (tensor.source.kind !== 'node' || seen.has(tensor.source.node)) return;
    const { node } = tensor.source;
    seen.add(node);
    node.inputs.forEach(visit);
    order.push(node);
  };
  outputs.forEach(visit);
  return order;
}

/** The tensors through which `wrt` reaches the nodes. */
function reachedFrom(wrt: readonly Tensor[], nodes: readonly Node[]): Set<Tensor> {
  const reached = new Set(wrt);
  for (const node of nodes) {
    if (node.inputs.some((tensor) => reached.has(tensor)))
      for (const output of node.outputs) reached.add(output);
  }
  return reached;
}

/**
 * The gradients of the scalar `loss` with respect to each of `wrt`, in reverse mode, as tensors of the same shapes.
 * A tensor that the loss does not depend on gets zeros. Throws a RangeError when `loss` is no scalar, and a TypeError
 * when an operator on the way has no gradient.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0) throw shapeError('gradients', 'expected a scalar loss', loss.shape);
  const nodes = sortedNodes([loss]);
  const reached = reachedFrom(wrt, nodes);
  const found = new Map<Tensor, Tensor>([[loss, constant(1)]]);

  const contribute = (tensor: Tensor | undefined, gradient: Tensor | undefined) => {
    if (!tensor || !gradient || !reached.has(tensor)) return;
    if (!sameShape(tensor.shape, gradient.shape)) {
      throw shapeError('gradients', 'a rule gave a gradient of another shape', tensor.shape, gradient.shape);
    }
    const before = found.get(tensor);
    found.set(tensor, before ? add(before, gradient) : gradient);
  };

  for (const node of nodes.toReversed()) {
    const arriving = node.outputs.map((output) => found.get(output));
    if (!node.inputs.some((tensor) => reached.has(tensor)) || arriving.every((g) => g === undefined))
      continue;
    const rule = gradientRules[node.rule];
    if (!rule) throw new TypeError(`gradients: ${node.operator} has no gradient`);
    for (const [i, gradient] of rule(node, arriving).entries()) contribute(node.inputs[i], gradient);
  }
  return wrt.map((tensor) => found.get(tensor) ?? zeros(tensor));
}

function zeros(tensor: Tensor): Tensor {
  const sizes = tensor.shape.map(Number);
  return constant(new Float32Array(sizes.reduce((a, b) => a * b, 1)), sizes);
}
