import { describe, expect, it } from 'vitest';
import { host, load, randomHost } from '../test/support.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d, depthToSpace, fromInnerBatch, spaceToDepth, toInnerBatch } from './convolution.ts';
import {
  abs,
  add,
  cast,
  clip,
  div,
  exp,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from './elementwise.ts';
import { gradientRules } from './gradient-rules.ts';
import { gradients } from './gradients.ts';
import { crossEntropy, focalLoss, logSoftmax, sigmoidCrossEntropy, softmax } from './loss.ts';
import { gemm, matmul } from './matrix.ts';
import { averagePool, maxPool, maxPoolInnerBatch, minPool } from './pooling.ts';
import { max, mean, sum } from './reduction.ts';
import type { HostTensor } from './runtime.ts';
import { gridSample } from './sampling.ts';
import { concat, expand, flip, pad, reshape, slice, split, transpose } from './shaping.ts';
import { constant, input, type Node, type Tensor } from './tensor.ts';

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly of: (...inputs: Tensor[]) => Tensor;
  /** Values away from the kinks and poles of the function. Default: normal. */
  readonly values?: (value: number, index: number) => number;
}

const positive = (value: number) => Math.abs(value) + 0.5;
/** All different and further apart than the probe's step, so that no maximum changes hands. */
const distinct = (_: number, index: number) => ((index * 37) % 101) / 10 - 5;

const cases: Record<string, Case> = {
  add: { shapes: [[2, 3], [3]], of: add },
  'add, both sides stretched': {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    of: add,
  },
  sub: {
    shapes: [
      [2, 3],
      [2, 1],
    ],
    of: sub,
  },
  mul: {
    shapes: [
      [2, 3],
      [1, 3],
    ],
    of: mul,
  },
  'mul by a scalar': { shapes: [[2, 3], []], of: mul },
  div: { shapes: [[2, 3], [3]], of: div, values: positive },
  pow: { shapes: [[5]], of: (x) => pow(x, 3) },
  square: { shapes: [[5]], of: square },
  maximum: { shapes: [[2, 3], [3]], of: maximum, values: distinct },
  minimum: { shapes: [[2, 3], [3]], of: minimum, values: distinct },
  neg: { shapes: [[4]], of: neg },
  exp: { shapes: [[4]], of: exp },
  log: { shapes: [[4]], of: log, values: positive },
  sqrt: { shapes: [[4]], of: sqrt, values: positive },
  relu: { shapes: [[10]], of: relu, values: distinct },
  sigmoid: { shapes: [[4]], of: sigmoid },
  softplus: { shapes: [[4]], of: softplus },
  abs: { shapes: [[10]], of: abs, values: distinct },
  tanh: { shapes: [[4]], of: tanh },
  clip: { shapes: [[12]], of: (x) => clip(x, -2.03, 2.03), values: distinct },
  matmul: {
    shapes: [
      [2, 3],
      [3, 4],
    ],
    of: matmul,
  },
  'matmul in batches that broadcast': {
    shapes: [
      [2, 1, 2, 3],
      [2, 3, 2],
    ],
    of: matmul,
  },
  gemm: { shapes: [[2, 3], [3, 4], [4]], of: (a, b, c) => gemm(a, b, c) },
  'gemm, a turned': {
    shapes: [
      [3, 2],
      [3, 4],
      [2, 1],
    ],
    of: (a, b, c) => gemm(a, b, c, { transposeA: true }),
  },
  'gemm, b turned': {
    shapes: [
      [2, 3],
      [4, 3],
    ],
    of: (a, b) => gemm(a, b, undefined, { transposeB: true }),
  },
  'gemm, both turned': {
    shapes: [
      [3, 2],
      [4, 3],
    ],
    of: (a, b) => gemm(a, b, undefined, { transposeA: true, transposeB: true }),
  },
  reshape: { shapes: [[2, 6]], of: (x) => reshape(x, [3, -1]) },
  transpose: { shapes: [[2, 3, 4]], of: (x) => transpose(x, [2, 0, 1]) },
  concat: {
    shapes: [
      [2, 1],
      [2, 3],
    ],
    of: (a, b) => concat([a, b], 1),
  },
  'split, one part unused': {
    shapes: [[2, 6]],
    of: (x) => mul(split(x, [2, 2, 2], 1)[0]!, split(x, [2, 2, 2], 1)[2]!),
  },
  slice: { shapes: [[3, 5]], of: (x) => slice(x, [{ axis: 1, start: 1, end: 4 }]) },
  'slice in steps': {
    shapes: [[4, 7]],
    of: (x) =>
      slice(x, [
        { axis: 1, start: 1, end: 7, step: 3 },
        { axis: 0, start: 0, end: 4, step: 2 },
      ]),
  },
  'slice backwards in steps': {
    shapes: [[7]],
    of: (x) => slice(x, [{ axis: 0, start: 5, end: -1, step: -2 }]),
  },
  flip: { shapes: [[2, 3]], of: (x) => flip(x, [0, 1]) },
  pad: { shapes: [[2, 3]], of: (x) => pad(x, [1, 0], [0, 2]) },
  expand: { shapes: [[2, 1]], of: (x) => expand(x, [3, 2, 4]) },
  sum: { shapes: [[2, 3, 2]], of: (x) => sum(x, { axes: [0, 2] }) },
  'mean, dimensions kept': { shapes: [[2, 3]], of: (x) => mean(x, { axes: [1], keepDimensions: true }) },
  max: { shapes: [[3, 4]], of: (x) => max(x, { axes: [1] }), values: distinct },
  softmax: { shapes: [[2, 4]], of: (x) => softmax(x) },
  'softmax over the first axis': { shapes: [[3, 2]], of: (x) => softmax(x, 0) },
  logSoftmax: { shapes: [[2, 4]], of: (x) => logSoftmax(x) },
  crossEntropy: {
    shapes: [[3, 4]],
    of: (x) => crossEntropy(x, constant(Uint8Array.of(0, 3, 1)), { labelSmoothing: 0.1 }),
  },
  sigmoidCrossEntropy: {
    shapes: [[2, 3]],
    of: (x) => sigmoidCrossEntropy(x, constant([0, 1, 0.3, 1, 0, 0], [2, 3])),
  },
  focalLoss: {
    shapes: [[2, 4]],
    of: (x) => focalLoss(x, constant([0, 1, 0.3, 0.9, 0, 0, 1, 0.6], [2, 4])),
  },
  conv2d: {
    shapes: [[2, 3, 5, 4], [2, 3, 3, 2], [2]],
    of: (x, w, b) => conv2d(x, w, b, { padding: [1, 0] }),
  },
  'conv2d, same': {
    shapes: [
      [1, 2, 4, 4],
      [2, 2, 3, 3],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 'same' }),
  },
  'conv2d, uneven pads': {
    shapes: [
      [2, 2, 4, 4],
      [2, 2, 2, 3],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: [1, 0, 0, 2] }),
  },
  'conv2d, pads wider than the kernel': {
    shapes: [
      [1, 1, 3, 3],
      [1, 1, 2, 2],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 2 }),
  },
  'conv2d in strides with a rest': {
    shapes: [
      [2, 2, 6, 7],
      [3, 2, 3, 3],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 1, stride: [2, 3] }),
  },
  'conv2d, dilated': {
    shapes: [
      [2, 2, 6, 7],
      [2, 2, 2, 3],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 1, dilation: [3, 2] }),
  },
  'conv2d, dilated in strides': {
    shapes: [
      [2, 2, 7, 8],
      [2, 2, 2, 2],
    ],
    of: (x, w) => conv2d(x, w, undefined, { stride: 2, dilation: [2, 3] }),
  },
  'conv2d, batch innermost': {
    shapes: [[1, 2, 4, 5 * 3], [2, 2, 3, 2], [2]],
    of: (x, w, b) => conv2d(x, w, b, { padding: [1, 0], innerBatch: 3 }),
  },
  'conv2d, batch innermost, same': {
    shapes: [
      [1, 3, 3, 3 * 2],
      [2, 3, 3, 3],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 'same', innerBatch: 2 }),
  },
  'conv2d, batch innermost, dilated': {
    shapes: [
      [1, 2, 5, 5 * 2],
      [2, 2, 2, 2],
    ],
    of: (x, w) => conv2d(x, w, undefined, { padding: 1, dilation: 2, innerBatch: 2 }),
  },
  maxPool: { shapes: [[2, 1, 5, 4]], of: (x) => maxPool(x, 2), values: distinct },
  'maxPool, windows that overlap': {
    shapes: [[1, 2, 4, 4]],
    of: (x) => maxPool(x, 3, { stride: 1, padding: 1 }),
    values: distinct,
  },
  minPool: { shapes: [[1, 1, 4, 4]], of: (x) => minPool(x, 2), values: distinct },
  'maxPool, batch innermost': {
    shapes: [[1, 2, 4, 4 * 3]],
    of: (x) => maxPoolInnerBatch(x, 2, 3),
    values: distinct,
  },
  averagePool: { shapes: [[2, 2, 4, 6]], of: (x) => averagePool(x, 2) },
  'averagePool, padded, with a rest': {
    shapes: [[1, 2, 6, 5]],
    of: (x) => averagePool(x, 3, { stride: 2, padding: 1 }),
  },
  spaceToDepth: { shapes: [[2, 2, 4, 6]], of: (x) => spaceToDepth(x, 2) },
  'spaceToDepth, batch innermost': { shapes: [[1, 2, 4, 4 * 3]], of: (x) => spaceToDepth(x, 2, 3) },
  depthToSpace: { shapes: [[2, 8, 2, 1]], of: (x) => depthToSpace(x, 2) },
  'to the batch innermost and back': {
    shapes: [[3, 2, 2, 2]],
    of: (x) => mul(fromInnerBatch(square(toInnerBatch(x)), 3), x),
  },
  batchNorm: {
    shapes: [[2, 3, 2, 2], [3], [3]],
    of: (x, scale, shift) => batchNorm(x, scale, shift).output,
  },
  'batchNorm of features': { shapes: [[4, 3], [3], [3]], of: (x, a, b) => batchNorm(x, a, b).output },
  'batchNorm, batch innermost': {
    shapes: [[1, 2, 2, 3 * 2], [2], [2]],
    of: (x, a, b) => batchNorm(x, a, b).output,
  },
};

/** The rules on the way from the case's output to its inputs. */
function rulesOf({ shapes, of }: Case): Set<string> {
  const rules = new Set<string>();
  const visit = ({ source }: Tensor) => {
    if (source.kind !== 'node') return;
    rules.add((source.node as Node).rule);
    source.node.inputs.forEach(visit);
  };
  visit(of(...shapes.map((shape, i) => input(`x${i}`, 'float32', shape))));
  return rules;
}

/** The most that a probe's quotient may be away from the rule's gradient, in parts of the gradient's size. */
const tolerance = 3e-3;
const step = 1e-2;

describe('finite differences', () => {
  it.each(Object.entries(cases))('agree with the rule for %s', async (_, { shapes, of, values }) => {
    const inputs = shapes.map((shape, i) => {
      const tensor = randomHost(shape, i + 1);
      return values
        ? host(
            Float32Array.from(tensor.data as Float32Array, (v, at) => values(v, at + 50 * i)),
            shape,
          )
        : tensor;
    });
    const output = of(...shapes.map((shape, i) => input(`x${i}`, 'float32', shape)));
    const weights = randomHost(output.shape as readonly number[], 99);
    await using program = await load(inputs, (...tensors) => {
      const y = of(...tensors);
      const loss = sum(mul(y, constant(weights.data, weights.shape)));
      return [y, ...gradients(loss, tensors)];
    });
    const [, ...analytic] = await program.run(inputs);
    for (const [at, found] of analytic.entries()) {
      expect(found.shape).toEqual(shapes[at]);
      const numeric = await differences(program, inputs, at, weights);
      const scale = Math.max(1, ...numeric.map(Math.abs));
      numeric.forEach((value, i) => {
        expect(Math.abs(value - Number(found.data[i])) / scale, `input ${at}, element ${i}`).toBeLessThan(
          tolerance,
        );
      });
    }
  });

  it('cover every rule of the table', () => {
    const covered = new Set(Object.values(cases).flatMap((one) => [...rulesOf(one)]));
    const differentiable = [...covered].filter((rule) => !['Cast', 'Greater', 'OneHot'].includes(rule));
    expect(differentiable.toSorted()).toEqual(Object.keys(gradientRules).toSorted());
  });
});

/** Central differences of Σ weights · y by each element of input `at`, added up in double precision. */
async function differences(
  program: Awaited<ReturnType<typeof load>>,
  inputs: readonly HostTensor[],
  at: number,
  weights: HostTensor,
): Promise<number[]> {
  const lossAt = async (index: number, change: number) => {
    const data = (inputs[at]!.data as Float32Array).slice();
    data[index]! += change;
    const [y] = await program.run(inputs.with(at, host(data, inputs[at]!.shape)));
    return (y!.data as Float32Array).reduce((total, value, i) => total + value * Number(weights.data[i]), 0);
  };
  const found: number[] = [];
  for (let i = 0; i < inputs[at]!.data.length; i++) {
    found.push(((await lossAt(i, step)) - (await lossAt(i, -step))) / (2 * step));
  }
  return found;
}

describe('gradients', () => {
  const x = input('x', 'float32', [3]);

  it('add up along every path', async () => {
    await using program = await load([host([1, 2, 3], [3])], (a) => gradients(sum(add(mul(a, a), a)), [a]));
    const [g] = await program.run([host([1, 2, 3], [3])]);
    expect([...g!.data]).toEqual([3, 5, 7]);
  });

  it('are zeros for what the loss does not depend on', async () => {
    const [g] = gradients(sum(x), [input('other', 'float32', [2])]);
    expect(g!.source).toMatchObject({ kind: 'constant', data: new Float32Array(2) });
  });

  it('want a scalar loss', () => {
    expect(() => gradients(x, [x])).toThrow(new RangeError('gradients: [3]: expected a scalar loss'));
  });

  it('name an operator that has none', () => {
    const grid = constant(new Float32Array(8), [1, 2, 2, 2]);
    const picture = input('picture', 'float32', [1, 1, 4, 4]);
    expect(() => gradients(sum(gridSample(picture, grid)), [picture])).toThrow('GridSample has no gradient');
    expect(() => gradients(sum(cast(cast(x, 'int32'), 'float32')), [x])).toThrow('Cast has no gradient');
  });

  it('do not look at operators off the way', () => {
    const grid = constant(new Float32Array(8), [1, 2, 2, 2]);
    const sampled = gridSample(input('picture', 'float32', [1, 1, 4, 4]), grid);
    expect(() => gradients(sum(mul(sampled, reshape(x, [1, 1, 3, 1]))), [x])).toThrow(RangeError);
    const weight = input('weight', 'float32', []);
    expect(gradients(sum(mul(sampled, weight)), [weight])[0]!.shape).toEqual([]);
  });
});
