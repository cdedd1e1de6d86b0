import type { LabelledSet } from '../data/labelled-set.ts';
import { chooseUnsureBelow, fitTemperature } from '../evaluate/calibration.ts';
import { summarise } from '../evaluate/evaluation.ts';
import { chooseFamiliarAbove } from '../evaluate/familiarity.ts';
import { softmax } from '../evaluate/softmax.ts';
import type { ModelCard } from '../model/model-card.ts';

/** Of the validation digits that a model is not unsure of, this share may be wrong: one in a thousand. */
const unsureErrorRate = 0.001;

/** The part of a model's card that follows from logits `[n, 10]` of digits that the model was not trained on. */
export function calibrate(
  logits: Float32Array,
  validation: LabelledSet,
): Pick<ModelCard, 'temperature' | 'unsureBelow' | 'unsureErrorRate' | 'familiarAbove' | 'figures'> {
  const temperature = fitTemperature(logits, validation.labels);
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < validation.count; row++) softmax(logits, row, probabilities, row, temperature);
  const { set, count, correct, accuracy, interval, confusion } = summarise(probabilities, validation, 0);
  return {
    temperature,
    unsureBelow: chooseUnsureBelow(probabilities, validation.labels, unsureErrorRate),
    unsureErrorRate,
    familiarAbove: chooseFamiliarAbove(logits),
    figures: [{ set, count, correct, accuracy, interval, confusion }],
  };
}
