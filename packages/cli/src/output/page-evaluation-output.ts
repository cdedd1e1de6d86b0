import type { DigitCounts, ModelCard, PageEvaluation, Reader } from '@inkwire/digits';
import { formatConfusion, formatLines, modelText } from './evaluation-output.ts';
import { printable } from './printable.ts';
import { formatCount, formatPercent } from './quantities.ts';

/** The models that read pages: that of single digits, and the detector where there was one. */
export type PageModels = Pick<Reader, 'card' | 'detector'>;

/** The figures of an evaluation of pages, and the confusion matrix of its digits. */
export function formatPageEvaluation({ card, detector }: PageModels, evaluation: PageEvaluation): string {
  const { set, count, correct, accuracy, interval, digits, boxes, sure, refused } = evaluation;
  const [low, high] = interval.map(formatPercent);
  const lines = [
    ['model', modelText(card)],
    ['detector', detector ? modelText(detector) : 'rules'],
    ['set', `${printable(set)}, ${formatCount(count)} pages with ${formatCount(digits.labelled)} digits`],
    ['strings', `${formatPercent(accuracy)}  (95 % interval ${low} to ${high})`],
    [
      'mistakes',
      `${formatCount(count - correct)}${refused.length > 0 ? `, ${formatCount(refused.length)} of them refused` : ''}`,
    ],
    ['digits', formatCounts(digits)],
    ...(boxes ? [['boxes', formatCounts(boxes)]] : []),
    ...sure.map(({ from, count, wrong }) => [
      `at ${from}`,
      `${formatCount(wrong)} of ${formatCount(count)} wrong${count > 0 ? `  (${formatPercent(wrong / count)})` : ''}`,
    ]),
    ['calibration', `${formatPercent(evaluation.calibrationError)} expected error`],
    ['time', `${evaluation.milliseconds.mean.toFixed(1)} ms a picture`],
  ];
  return `${formatLines(lines)}\n${formatConfusion(evaluation)}`;
}

function formatCounts({ recall, precision }: DigitCounts): string {
  const share = (value: number) => (Number.isFinite(value) ? formatPercent(value) : '–');
  return `recall ${share(recall)}, precision ${share(precision)}`;
}

/** The output of `evaluate --json`: the evaluation without the pictures of its mistakes. */
export function pageEvaluationRecord(
  file: string,
  { card, detector }: PageModels,
  evaluation: PageEvaluation,
): object {
  const identityOf = ({ recipe, version, parameters }: ModelCard) => ({ recipe, version, parameters });
  const mistakes = evaluation.mistakes.map(({ thumbnail: _, ...mistake }) => mistake);
  return {
    model: { file, ...identityOf(card) },
    detector: detector ? identityOf(detector) : null,
    ...evaluation,
    mistakes,
  };
}
