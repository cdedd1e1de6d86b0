import { describe, expect, it } from 'vitest';
import { evaluate, host, numbersOf } from '../test/support.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d, depthToSpace, fromInnerBatch, spaceToDepth, toInnerBatch } from './convolution.ts';
import {
  abs,
  add,
  cast,
  clip,
  div,
  equal,
  greater,
  greaterMask,
  logSigmoid,
  maximum,
  minimum,
  mul,
  pow,
  relu,
  softplus,
  sub,
} from './elementwise.ts';
import { gradients } from './gradients.ts';
import { crossEntropy, focalLoss, logSoftmax, oneHot, sigmoidCrossEntropy, softmax } from './loss.ts';
import { gemm, matmul } from './matrix.ts';
import { averagePool, maxPool, maxPoolInnerBatch, minPool } from './pooling.ts';
import { argMax, max, mean, sum } from './reduction.ts';
import { gridSample } from './sampling.ts';
import { concat, expand, flip, pad, reshape, slice, split, transpose } from './shaping.ts';
import { constant, input, type Tensor } from './tensor.ts';

const float = (...shape: (number | string)[]) => input('x', 'float32', shape);
const other = (...shape: (number | string)[]) => input('other', 'float32', shape);
const range = (size: number) => Array.from({ length: size }, (_, i) => i);
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe('elementwise operators', () => {
  const [a, b] = [host([1, -2, 3, 4], [2, 2]), host([10, 20], [2])];

  it.each([
    ['add', add, [11, 18, 13, 24]],
    ['sub', sub, [-9, -22, -7, -16]],
    ['mul', mul, [10, -40, 30, 80]],
    ['div', div, [0.1, -0.1, 0.3, 0.2]],
    ['maximum', maximum, [10, 20, 10, 20]],
    ['minimum', minimum, [1, -2, 3, 4]],
  ] as const)('%s broadcasts as NumPy does', async (_, of, expected) => {
    expect(await numbersOf([a, b], of)).toEqual(close(expected));
  });

  it('take numbers for scalars', async () => {
    expect(await numbersOf([a], (x) => add(mul(2, x), 1))).toEqual([3, -3, 7, 9]);
    expect(await numbersOf([a], (x) => pow(x, 2))).toEqual([1, 4, 9, 16]);
  });

  it('compare, clip and mask', async () => {
    expect(await numbersOf([a], (x) => greater(x, 1))).toEqual([0, 0, 1, 1]);
    expect(await numbersOf([a], (x) => equal(x, 3))).toEqual([0, 0, 1, 0]);
    expect(await numbersOf([a], (x) => greaterMask(x, 0))).toEqual([1, 0, 1, 1]);
    expect(await numbersOf([a], (x) => clip(x, -1, 3))).toEqual([1, -1, 3, 3]);
    expect(await numbersOf([a], relu)).toEqual([1, 0, 3, 4]);
    expect(await numbersOf([host(Uint8Array.of(0, 255), [2])], (x) => cast(x, 'float32'))).toEqual([0, 255]);
  });

  it('keep a named dimension', () => {
    expect(add(float('N', 4), other(4)).shape).toEqual(['N', 4]);
    expect(add(float('N', 4), other('N', 1)).shape).toEqual(['N', 4]);
    expect(() => add(float('N', 4), other(3, 4))).toThrow(RangeError);
  });
});

describe('matrix products', () => {
  const [a, b] = [host([1, 2, 3, 4, 5, 6], [2, 3]), host([1, 0, 0, 1, 1, 1], [3, 2])];

  it('multiply, with a bias and with turned operands', async () => {
    expect(await numbersOf([a, b], matmul)).toEqual([4, 5, 10, 11]);
    expect(await numbersOf([a, b, host([1, 2], [2])], (x, w, bias) => gemm(x, w, bias))).toEqual([
      5, 7, 11, 13,
    ]);
    const turned = (x: Tensor, w: Tensor) =>
      gemm(transpose(x), transpose(w), undefined, { transposeA: true, transposeB: true });
    expect(await numbersOf([a, b], turned)).toEqual([4, 5, 10, 11]);
  });
});

describe('shaping', () => {
  const x = host(range(6), [2, 3]);

  it('reshapes, turns and flips', async () => {
    expect(await numbersOf([x], (t) => transpose(t))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await numbersOf([x], (t) => flip(t, [-1]))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(await numbersOf([x], (t) => transpose(reshape(t, [3, -1])))).toEqual([0, 2, 4, 1, 3, 5]);
  });

  it('reshapes with a named dimension', () => {
    expect(reshape(float('N', 784), ['N', 1, 28, 28]).shape).toEqual(['N', 1, 28, 28]);
    expect(reshape(float('N', 2, 3), [-1, 6]).shape).toEqual(['N', 6]);
    expect(reshape(float('N', 2, 3), ['N', -1]).shape).toEqual(['N', 6]);
    expect(() => reshape(float('N', 6), [3, 6])).toThrow(RangeError);
    expect(() => reshape(float('N', 6), [-1, 5])).toThrow(RangeError);
  });

  it('joins and cuts', async () => {
    expect(await numbersOf([x], (t) => concat([t, t], 1))).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
    expect(await numbersOf([x], (t) => split(t, [1, 2], 1)[1]!)).toEqual([1, 2, 4, 5]);
    expect(await numbersOf([x], (t) => slice(t, [{ axis: 1, start: 2, end: -1, step: -2 }]))).toEqual([
      2, 0, 5, 3,
    ]);
    expect(await numbersOf([x], (t) => pad(t, [0, 1], [1, 0], 9))).toEqual([
      9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9,
    ]);
    expect(await numbersOf([host([1, 2], [2, 1])], (t) => expand(t, [2, 3]))).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('leaves a tensor alone that is as asked for', () => {
    const t = float(2, 3);
    expect(reshape(t, [2, 3])).toBe(t);
    expect(transpose(t, [0, 1])).toBe(t);
    expect(slice(t, [{ axis: 0, start: 0, end: 2 }])).toBe(t);
    expect(pad(t, [0, 0])).toBe(t);
    expect(concat([t], 0)).toBe(t);
  });
});

describe('reductions', () => {
  const x = host([1, 5, 3, 4, 2, 6], [2, 3]);

  it('sum, average and find the largest', async () => {
    expect(await numbersOf([x], (t) => sum(t))).toEqual([21]);
    expect(await numbersOf([x], (t) => sum(t, { axes: [0] }))).toEqual([5, 7, 9]);
    expect(await numbersOf([x], (t) => mean(t, { axes: [-1] }))).toEqual([3, 4]);
    expect(await numbersOf([x], (t) => max(t, { axes: [1] }))).toEqual([5, 6]);
    expect(await numbersOf([x], (t) => argMax(t))).toEqual([1, 2]);
    expect(sum(float(2, 3), { axes: [1], keepDimensions: true }).shape).toEqual([2, 1]);
  });
});

describe('losses', () => {
  const logits = host([0, Math.log(3), 1, 1], [2, 2]);

  it('normalise', async () => {
    expect(await numbersOf([logits], (t) => softmax(t))).toEqual(close([0.25, 0.75, 0.5, 0.5]));
    expect(await numbersOf([logits], (t) => logSoftmax(t))).toEqual(
      close([0.25, 0.75, 0.5, 0.5].map(Math.log)),
    );
    expect(await numbersOf([host(Uint8Array.of(2, 0), [2])], (t) => oneHot(t, 3))).toEqual([
      0, 0, 1, 1, 0, 0,
    ]);
  });

  it('measure the cross entropy of labels, smoothed labels and probabilities', async () => {
    const labels = constant(Uint8Array.of(1, 0));
    const plain = -(Math.log(0.75) + Math.log(0.5)) / 2;
    const smooth = -(0.9 * Math.log(0.75) + 0.1 * Math.log(0.25) + Math.log(0.5)) / 2;
    const wanted = constant([0.1, 0.9, 0.5, 0.5], [2, 2]);
    expect(await numbersOf([logits], (t) => crossEntropy(t, labels))).toEqual(close([plain]));
    expect(await numbersOf([logits], (t) => crossEntropy(t, labels, { labelSmoothing: 0.2 }))).toEqual(
      close([smooth]),
    );
    expect(await numbersOf([logits], (t) => crossEntropy(t, wanted))).toEqual(close([smooth]));
  });
});

describe('convolution', () => {
  const picture = host(range(9), [1, 1, 3, 3]);

  it('correlates, pads, strides and dilates', async () => {
    const kernel = constant([1, 2, 3, 4], [1, 1, 2, 2]);
    expect(await numbersOf([picture], (x) => conv2d(x, kernel, constant([100])))).toEqual([
      127, 137, 157, 167,
    ]);
    expect(
      await numbersOf([picture], (x) => conv2d(x, kernel, undefined, { padding: [1, 0, 0, 0], stride: 2 })),
    ).toEqual([4, 57]);
    expect(await numbersOf([picture], (x) => conv2d(x, kernel, undefined, { dilation: 2 }))).toEqual([
      2 * 2 + 6 * 3 + 8 * 4,
    ]);
    expect(conv2d(float('N', 1, 28, 28), constant(new Float32Array(18), [2, 1, 3, 3])).shape).toEqual([
      'N',
      2,
      26,
      26,
    ]);
  });

  it('gives the same in both layouts', async () => {
    const x = host(
      range(2 * 3 * 4 * 5).map((i) => Math.sin(i)),
      [2, 3, 4, 5],
    );
    const w = host(
      range(4 * 3 * 3 * 2).map((i) => Math.cos(i)),
      [4, 3, 3, 2],
    );
    const options = { padding: [1, 0, 2, 1] as const, dilation: [1, 2] as const };
    const [plain, inner] = await evaluate([x, w], (a, b) => [
      conv2d(a, b, undefined, options),
      fromInnerBatch(conv2d(toInnerBatch(a), b, undefined, { ...options, innerBatch: 2 }), 2),
    ]);
    expect(inner!.shape).toEqual(plain!.shape);
    expect([...inner!.data]).toEqual(close([...plain!.data].map(Number)));
  });

  it('moves pixels into channels in the same order in both layouts, and back', async () => {
    const x = host(range(2 * 2 * 4 * 2), [2, 2, 4, 2]);
    const [plain, inner, back] = await evaluate([x], (t) => [
      spaceToDepth(t, 2),
      fromInnerBatch(spaceToDepth(toInnerBatch(t), 2, 2), 2),
      depthToSpace(spaceToDepth(t, 2), 2),
    ]);
    expect([...plain!.data].slice(0, 16)).toEqual([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
    expect(inner).toEqual(plain);
    expect([...back!.data]).toEqual(range(32));
  });
});

describe('pooling and sampling', () => {
  const picture = host(range(16), [1, 1, 4, 4]);

  it('pools', async () => {
    expect(await numbersOf([picture], (x) => maxPool(x, 2))).toEqual([5, 7, 13, 15]);
    expect(await numbersOf([picture], (x) => minPool(x, 2))).toEqual([0, 2, 8, 10]);
    expect(await numbersOf([picture], (x) => averagePool(x, 2))).toEqual([2.5, 4.5, 10.5, 12.5]);
    expect(
      await numbersOf([picture], (x) => fromInnerBatch(maxPoolInnerBatch(toInnerBatch(x), 2, 1), 1)),
    ).toEqual([5, 7, 13, 15]);
    expect(maxPool(float(1, 1, 4, 4), 3, { stride: 1, padding: 'same' }).shape).toEqual([1, 1, 4, 4]);
  });

  it('samples between pixels', async () => {
    const grid = constant([0, 0, 1, 1], [1, 1, 2, 2]);
    expect(await numbersOf([picture], (x) => gridSample(x, grid, { alignCorners: true }))).toEqual([7.5, 15]);
    expect(await numbersOf([picture], (x) => gridSample(x, grid))).toEqual([7.5, 15 / 4]);
  });
});

describe('batchNorm', () => {
  it('normalises each channel and hands out its statistics', async () => {
    const x = host([1, 3, 10, 10, 5, 7, 10, 30], [2, 2, 2, 1]);
    const [output, means, variances] = await evaluate(
      [x, host([1, 2], [2]), host([0, 1], [2])],
      (t, scale, shift) => {
        const result = batchNorm(t, scale, shift, 0);
        return [result.output, result.mean, result.variance];
      },
    );
    expect([...means!.data]).toEqual([4, 15]);
    expect([...variances!.data]).toEqual(close([5, 75]));
    const [a, b] = [5 ** 0.5, 75 ** 0.5];
    expect([...output!.data]).toEqual(
      close([-3 / a, -1 / a, 1 - 10 / b, 1 - 10 / b, 1 / a, 3 / a, 1 - 10 / b, 1 + 30 / b]),
    );
  });
});

describe('shape errors name the operator and the shapes', () => {
  const picture = float(2, 3, 5, 5);
  const cases: [() => unknown, string][] = [
    [() => add(float(2, 3), other(4)), 'add: [2, 3] and [4]: the shapes do not broadcast'],
    [() => matmul(float(2, 3), other(2, 3)), 'matmul: [2, 3] and [2, 3]: the inner dimensions differ'],
    [() => gemm(float(2, 3), other(4, 5)), 'gemm: [2, 3] and [4, 5]: the inner dimensions differ'],
    [() => gemm(float(2, 3), other(3, 5), float(4)), 'gemm: [2, 5] and [4]: the shapes do not broadcast'],
    [
      () => gemm(float(1, 3), other(3, 5), float(2, 5)),
      'gemm: [1, 5] and [2, 5]: the bias does not fit the product',
    ],
    [
      () => reshape(float(2, 3), [4]),
      'reshape: [2, 3] and [4]: the shapes hold different numbers of elements',
    ],
    [() => transpose(float(2, 3), [0, 0]), 'transpose: [2, 3]: [0, 0] is no permutation of its axes'],
    [
      () => concat([float(2, 3), other(3, 3)], 1),
      'concat: [2, 3] and [3, 3]: they differ in more than axis 1',
    ],
    [() => split(float(2, 3), [1, 1], 1), 'split: [2, 3] and [1, 1]: the lengths do not add up to axis 1'],
    [() => slice(float(3), [{ axis: 0, start: 1, end: 4 }]), 'slice: [3]: 1:4:1 is not within axis 0'],
    [
      () => pad(float(3), [1, 1]),
      'pad: [3] and [1, 1] and [1, 1]: expected a width of 0 or more for every axis',
    ],
    [() => expand(float(2), [2, 3]), 'expand: [2] and [2, 3]: only dimensions of 1 stretch'],
    [() => sum(float(2, 3), { axes: [2] }), 'sum: [2, 3]: there is no axis 2'],
    [() => softmax(float(2, 3), 5), 'softmax: [2, 3]: there is no axis 5'],
    [
      () => conv2d(picture, other(4, 2, 3, 3)),
      'conv2d: [2, 3, 5, 5] and [4, 2, 3, 3]: expected [batch, in, …] and [out, in, …]',
    ],
    [
      () => conv2d(picture, other(4, 3, 3, 3), float(3)),
      'conv2d: [4, 3, 3, 3] and [3]: expected a bias for each output channel',
    ],
    [
      () => conv2d(picture, other(4, 3, 6, 6)),
      'conv2d: [2, 3, 5, 5] and [6, 6]: the window is larger than the picture',
    ],
    [
      () => conv2d(picture, other(4, 3, 3, 3), undefined, { innerBatch: 2 }),
      'conv2d: [2, 3, 5, 5] and [4, 3, 3, 3]: expected [1, channels, height, width · 2]',
    ],
    [
      () => conv2d(float(1, 3, 4, 8), other(4, 3, 3, 3), undefined, { innerBatch: 2, stride: 2 }),
      'conv2d: [1, 3, 4, 8] and [4, 3, 3, 3]: with the batch innermost only stride 1 can be written',
    ],
    [() => maxPool(picture, 6), 'maxPool: [2, 3, 5, 5] and [6, 6]: the window is larger than the picture'],
    [
      () => spaceToDepth(picture, 2),
      'spaceToDepth: [2, 3, 5, 5] and [2, 2]: height and width are no multiples of 2',
    ],
    [
      () => depthToSpace(picture, 2),
      'depthToSpace: [2, 3, 5, 5] and [2, 2]: the channels are no multiple of 2²',
    ],
    [
      () => crossEntropy(float(2, 3), input('labels', 'uint8', [4])),
      'crossEntropy: [2, 3] and [4]: expected logits [batch, classes] and targets',
    ],
    [
      () => gridSample(picture, other(1, 4, 4, 2)),
      'gridSample: [2, 3, 5, 5] and [1, 4, 4, 2]: expected [batch, channels, height, width] and [batch, h, w, 2]',
    ],
    [
      () => batchNorm(picture, other(4), other(4)),
      'batchNorm: [2, 3, 5, 5] and [4]: expected a scale and a shift for each channel',
    ],
    [() => constant([1, 2, 3], [2]), 'constant: 3 values do not fill [2]'],
  ];

  it.each(cases)('%#: %s', (build, message) => {
    expect(build).toThrow(new RangeError(message));
  });

  it('and element types that differ are a TypeError', () => {
    expect(() => add(float(2), input('n', 'int64', [2]))).toThrow(
      new TypeError('add: float32 [2] and int64 [2]: the element types differ'),
    );
    expect(() => oneHot(float(2), 3)).toThrow(TypeError);
    expect(() => relu(input('n', 'int64', [2]))).toThrow(TypeError);
  });
});

describe('losses of independent logits', () => {
  // Losses and gradients from PyTorch 2 in double precision: `binary_cross_entropy_with_logits`, and the formula
  // above `focalLoss` over `logsigmoid`.
  const logits = host([-3, 0.5, 2, -40, 40, 0.1, -1.5, 90], [8]);
  const targets = constant([0, 1, 0.3, 1, 0, 0.9, 0.9995, 1]);

  it.each([
    [
      sigmoidCrossEntropy,
      10.5505816,
      [0.0059282, -0.0471926, 0.0725996, -0.125, 0.125, -0.0468776, -0.1021343, 0],
    ],
    [focalLoss, 20.400284, [0.0000787, -0.0344842, 0.0646297, -0.25, 0.25, 0.0000085, -0.2403562, 0]],
  ])('%o agrees with PyTorch, far from 0 as well', async (loss, value, slopes) => {
    const [found, gradient] = await evaluate([logits], (x) => {
      const l = loss(x, targets);
      return [l, ...gradients(l, [x])];
    });
    expect(found!.data[0]).toBeCloseTo(value, 4);
    expect([...(gradient!.data as Float32Array)]).toEqual(close(slopes));
  });

  it('count no centre as one', async () => {
    const none = constant([0, 0.5]);
    const expected = 0.25 * Math.log(2) + 0.0625 * 0.25 * Math.log(2);
    expect(await numbersOf([host([0, 0], [2])], (x) => focalLoss(x, none))).toEqual(close([expected]));
  });

  it('want a target for each logit', () => {
    expect(() => focalLoss(float(2, 3), float(3))).toThrow('focalLoss: [2, 3] and [3]: expected a target');
    expect(() => sigmoidCrossEntropy(float(2), float(3))).toThrow(RangeError);
  });

  it('are built of functions that stay finite', async () => {
    const x = host([-100, 0, 100], [3]);
    expect(await numbersOf([x], softplus)).toEqual(close([0, Math.LN2, 100]));
    expect(await numbersOf([x], logSigmoid)).toEqual(close([-100, -Math.LN2, 0]));
    expect(await numbersOf([x], abs)).toEqual([100, 0, 100]);
  });
});

describe('named sides', () => {
  const picture = float('N', 1, 'H', 'W');
  const weight = (out: number, channels: number, size: number) =>
    constant(new Float32Array(out * channels * size * size), [out, channels, size, size]);

  it('are divided by blocks and strides, and kept where a window has a place for each pixel', () => {
    const once = spaceToDepth(picture, 2);
    expect(once.shape).toEqual(['N', 4, 'H/2', 'W/2']);
    expect(spaceToDepth(once, 2).shape).toEqual(['N', 16, 'H/4', 'W/4']);
    const same = { padding: 'same' } as const;
    expect(conv2d(once, weight(3, 4, 3), undefined, same).shape).toEqual(['N', 3, 'H/2', 'W/2']);
    const strided = { padding: [2, 2, 2, 2], stride: 2 } as const;
    expect(conv2d(picture, weight(3, 1, 6), undefined, strided).shape).toEqual(['N', 3, 'H/2', 'W/2']);
  });

  it('are refused where their size would decide', () => {
    expect(() => conv2d(picture, weight(1, 1, 3))).toThrow('the window does not fit the named side H');
    expect(() => spaceToDepth(float('N', 'C', 'H', 'W'), 2)).toThrow(RangeError);
  });
});
