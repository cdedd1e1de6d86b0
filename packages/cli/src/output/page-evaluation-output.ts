import type { DigitCounts, ModelCard, PageEvaluation } from '@inkwire/digits';
import { formatConfusion, formatLines } from './evaluation-output.ts';
import { printable } from './printable.ts';
import { formatCount, formatPercent } from './quantities.ts';

/** The figures of an evaluation of pages, and the confusion matrix of its digits. */
export function formatPageEvaluation(card: ModelCard, evaluation: PageEvaluation): string {
  const { set, count, correct, accuracy, interval, digits, boxes, sure, refused } = evaluation;
  const [low, high] = interval.map(formatPercent);
  const lines = [
    ['model', `${card.recipe} ${card.version}, ${formatCount(card.parameters)} parameters`],
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
export function pageEvaluationRecord(file: string, card: ModelCard, evaluation: PageEvaluation): object {
  const { recipe, version, parameters } = card;
  const mistakes = evaluation.mistakes.map(({ thumbnail: _, ...mistake }) => mistake);
  return { model: { file, recipe, version, parameters }, ...evaluation, mistakes };
}
