/**
 * Which digit a mark is, from two opinions: of the network of single digits, which sees a clean crop, and of the detector,
 * which sees the mark where it stands. Their probabilities are raised to powers that are fitted on disturbed pages, and
 * multiplied.
 */
import { softmax } from '../evaluate/softmax.ts';
import type { NamingWeights } from '../model/model-card.ts';
import { dot, fitSigned } from './fit-signed.ts';

/** A digit whose name is known, and the two opinions of it. */
export interface NamingSample {
  /** [10] probabilities of the digit network. */
  readonly network: Float32Array;
  /** [10] logits of the detector. */
  readonly detector: Float32Array;
  /** 0…9 */
  readonly digit: number;
}

/** Both opinions count in full. A fit begins here and is drawn to it. */
export const plainNaming: NamingWeights = { network: 1, detector: 1 };

/** Less than this is no probability: one opinion alone never rules a digit out. */
const leastProbability = 1e-12;

/** [n, 10]: both opinions on each digit together, as probabilities. */
export function nameTogether(
  probabilities: Float32Array,
  logits: readonly Float32Array[],
  weights: NamingWeights,
): Float32Array {
  const result = new Float32Array(probabilities.length);
  const powers = [weights.network, weights.detector];
  logits.forEach((detector, row) => {
    const network = probabilities.subarray(10 * row, 10 * row + 10);
    result.set(togetherOf(featuresOf(network, detector), powers), 10 * row);
  });
  return result;
}

/** The powers that make the samples most probable, at least 0, with a weak pull to `plainNaming`. */
export function fitNaming(samples: readonly NamingSample[]): NamingWeights {
  const rows = samples.map(({ network, detector, digit }) => ({
    features: featuresOf(network, detector),
    digit,
  }));
  const [network, detector] = fitSigned({
    prior: [plainNaming.network, plainNaming.detector],
    signs: [1, 1],
    lossOf: (weights) =>
      rows.reduce((loss, { features, digit }) => loss - Math.log(togetherOf(features, weights)[digit]!), 0),
    addDerivatives(weights, gradient, curvature) {
      for (const { features, digit } of rows) {
        const probabilities = togetherOf(features, weights);
        const meanOf = (of: (feature: Features[number]) => number) => dot(probabilities, features.map(of));
        const mean = [0, 1].map((i) => meanOf((feature) => feature[i]!));
        for (const i of [0, 1]) {
          gradient[i]! += mean[i]! - features[digit]![i]!;
          for (const j of [0, 1])
            curvature[i]![j]! += meanOf((feature) => feature[i]! * feature[j]!) - mean[i]! * mean[j]!;
        }
      }
    },
  });
  return { network: network!, detector: detector! };
}

/** [10][2]: for each digit the logarithm of either probability, up to a summand that all digits share. */
type Features = readonly (readonly [network: number, detector: number])[];

function featuresOf(network: Float32Array, detector: Float32Array): Features {
  return Array.from(detector, (logit, digit) => [
    Math.log(Math.max(leastProbability, network[digit]!)),
    logit,
  ]);
}

/** [10] */
function togetherOf(features: Features, weights: readonly number[]): Float64Array {
  const probabilities = new Float64Array(features.length);
  softmax(
    features.map((each) => dot(each, weights)),
    0,
    probabilities,
    0,
    1,
  );
  return probabilities;
}
