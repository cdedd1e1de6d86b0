import {
  add,
  cast,
  div,
  greaterMask,
  maximum,
  mul,
  neg,
  sigmoid,
  softplus,
  square,
  sub,
} from './elementwise.ts';
import { mean, sum } from './reduction.ts';
import { normalizeAxes, sameShape, shapeError, staticShape } from './shape.ts';
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

/** The options with which `crossEntropy` reads its targets. */
export interface CrossEntropyOptions {
  /** The part of the certainty that is spread evenly over all classes (Szegedy et al. 2016, section 7). Default 0. */
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

/**
 * Mean cross entropy in nats of independent yes-or-no `logits` against `targets` of the same shape, from 0 to 1.
 * Returns a scalar; finite for all finite logits.
 */
export function sigmoidCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  expectSameShape('sigmoidCrossEntropy', logits, targets);
  return mean(sub(softplus(logits), mul(targets, logits)));
}

/** A target from here on is a centre. */
const centre = 0.999;

/**
 * The focal loss of heat maps whose penalty is reduced near centres (Zhou, Wang and Krähenbühl 2019, equation 1, with
 * the exponents 2 and 4). With p = sigmoid(logit) and t = target:
 *
 *     t ≥ 0.999   −(1 − p)² · log p
 *     otherwise   −(1 − t)⁴ · p² · log(1 − p)
 *
 * Returns the sum over all elements, divided by the number of centres or by 1 when there is none.
 */
export function focalLoss(logits: Tensor, targets: Tensor): Tensor {
  expectSameShape('focalLoss', logits, targets);
  const centres = greaterMask(targets, centre);
  const p = sigmoid(logits);
  const missed = mul(mul(centres, square(sub(1, p))), softplus(neg(logits)));
  const distance = mul(square(square(sub(1, targets))), sub(1, centres));
  const imagined = mul(mul(distance, square(p)), softplus(logits));
  return div(sum(add(missed, imagined)), maximum(sum(centres), 1));
}

function expectSameShape(name: string, logits: Tensor, targets: Tensor): void {
  if (!sameShape(logits.shape, targets.shape))
    throw shapeError(name, 'expected a target for each logit', logits.shape, targets.shape);
}
