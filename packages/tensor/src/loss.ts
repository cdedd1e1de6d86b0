import { cast, mul, neg, sub } from './elementwise.ts';
import { mean, sum } from './reduction.ts';
import { normalizeAxes, shapeError, staticShape } from './shape.ts';
import { apply, constant, type Tensor } from './tensor.ts';

/** e^x divided by its sum along `axis`, default the last. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('softmax', x.shape, [axis]);
  return apply('Softmax', [x], { shape: x.shape }, { attributes: { axis: at! } });
}

/** The logarithm of `softmax`, without the loss of precision of taking it afterwards. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('logSoftmax', x.shape, [axis]);
  return apply('LogSoftmax', [x], { shape: x.shape }, { attributes: { axis: at! } });
}

/** Labels `[batch]` of any integer type as float32 rows `[batch, classes]`: `on` at the label's place, `off` elsewhere. */
export function oneHot(labels: Tensor, classes: number, on = 1, off = 0): Tensor {
  if (labels.type === 'float32' || labels.type === 'bool') {
    throw new TypeError(`oneHot: ${labels}: expected integers`);
  }
  const depth = constant(BigInt64Array.of(BigInt(classes)), []);
  const inputs = [cast(labels, 'int64'), depth, constant([off, on])];
  return apply(
    'OneHot',
    inputs,
    { type: 'float32', shape: [...labels.shape, classes] },
    { attributes: { axis: -1 } },
  );
}

/** How `crossEntropy` reads its targets. */
export interface CrossEntropyOptions {
  /** How much of the certainty is spread evenly over all classes (Szegedy et al. 2016, section 7). Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean cross entropy in nats of `logits` `[batch, classes]` against `targets`: either labels `[batch]` of an integer
 * type, or float32 probabilities `[batch, classes]`. Returns a scalar.
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const smoothing = options.labelSmoothing ?? 0;
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new RangeError(`crossEntropy: expected \`labelSmoothing\` from 0 to below 1, got ${smoothing}`);
  }
  const classes = logits.rank === 2 ? staticShape('crossEntropy', [logits.shape[1]!])[0]! : 0;
  if (classes < 1 || targets.shape[0] !== logits.shape[0] || targets.rank > 2) {
    throw shapeError(
      'crossEntropy',
      'expected logits [batch, classes] and targets',
      logits.shape,
      targets.shape,
    );
  }
  const spread = smoothing / classes;
  let probabilities: Tensor;
  if (targets.rank === 1) {
    probabilities = oneHot(targets, classes, 1 - smoothing + spread, spread);
  } else {
    if (targets.shape[1] !== classes) {
      throw shapeError('crossEntropy', 'the numbers of classes differ', logits.shape, targets.shape);
    }
    probabilities = smoothing === 0 ? targets : sub(mul(targets, 1 - smoothing), -spread);
  }
  return neg(mean(sum(mul(probabilities, logSoftmax(logits)), { axes: [1] })));
}
