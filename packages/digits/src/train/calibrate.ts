import type { LabelledSet } from '../data/labelled-set.ts';
import { chooseUnsureBelow, fitTemperature } from '../evaluate/calibration.ts';
import { chooseFamiliarAbove } from '../evaluate/familiarity.ts';
import { wilsonInterval } from '../evaluate/wilson.ts';
import type { ModelCard } from '../model/model-card.ts';

/** Of the validation digits that a model is not unsure of, this share may be wrong: one in a thousand. */
const unsureErrorRate = 0.001;

/** What a model's card says after seeing logits `[n, 10]` of digits that the model was not trained on. */
export function calibrate(
  logits: Float32Array,
  set: LabelledSet,
): Pick<ModelCard, 'temperature' | 'unsureBelow' | 'unsureErrorRate' | 'familiarAbove' | 'figures'> {
  const temperature = fitTemperature(logits, set.labels);
  const probabilities = new Float32Array(logits.length);
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  set.labels.forEach((label, i) => {
    const row = logits.subarray(i * 10, i * 10 + 10);
    const top = Math.max(...row);
    const powers = row.map((logit) => Math.exp((logit - top) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    probabilities.set(
      powers.map((power) => power / sum),
      i * 10,
    );
    confusion[label]![row.indexOf(top)]!++;
  });
  const correct = confusion.reduce((sum, row, digit) => sum + row[digit]!, 0);
  const { count, name } = set;
  const figure = {
    set: name,
    count,
    correct,
    accuracy: correct / count,
    interval: wilsonInterval(correct, count),
    confusion,
  };
  const unsureBelow = chooseUnsureBelow(probabilities, set.labels, unsureErrorRate);
  const familiarAbove = chooseFamiliarAbove(logits);
  return { temperature, unsureBelow, unsureErrorRate, familiarAbove, figures: [figure] };
}
