import type { LabelledSet } from '../data/labelled-set.ts';
import { chooseUnsureBelow, fitTemperature } from '../evaluate/calibration.ts';
import { summarise } from '../evaluate/evaluation.ts';
import { chooseFamiliarAbove } from '../evaluate/familiarity.ts';
import { lookAgain } from '../evaluate/second-look.ts';
import { softmax } from '../evaluate/softmax.ts';
import type { ModelCard } from '../model/model-card.ts';

/** Of the validation digits that a model is not unsure of, this share may be wrong: one in a thousand. */
const unsureErrorRate = 0.001;

/** The part of a model's card that follows from digits that the model was not trained on. */
type CalibratedCard = Pick<
  ModelCard,
  'temperature' | 'unsureBelow' | 'unsureErrorRate' | 'familiarAbove' | 'secondLookBelow' | 'figures'
>;

/** How a model looks again at digits of which it is not sure. */
export interface SecondLook {
  readonly below: number;
  /** [m, 784] → [m, 10] */
  readonly logitsOf: (pixels: Uint8Array) => Promise<Float32Array>;
}

/** Calibrates a model by its logits `[n, 10]` of the validation digits. */
export async function calibrate(
  logits: Float32Array,
  validation: LabelledSet,
  secondLook?: SecondLook,
): Promise<CalibratedCard> {
  const temperature = fitTemperature(logits, validation.labels);
  let probabilities = softmaxOf(logits, temperature);
  if (secondLook) {
    const { below, logitsOf } = secondLook;
    probabilities = await lookAgain({ pixels: validation.images, probabilities, below }, async (shapes) =>
      softmaxOf(await logitsOf(shapes), temperature),
    );
  }
  const { set, count, correct, accuracy, interval, confusion } = summarise(probabilities, validation, 0);
  return {
    temperature,
    unsureBelow: chooseUnsureBelow(probabilities, validation.labels, unsureErrorRate),
    unsureErrorRate,
    familiarAbove: chooseFamiliarAbove(logits),
    ...(secondLook && { secondLookBelow: secondLook.below }),
    figures: [{ set, count, correct, accuracy, interval, confusion }],
  };
}

function softmaxOf(logits: Float32Array, temperature: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < logits.length / 10; row++) softmax(logits, row, probabilities, row, temperature);
  return probabilities;
}
