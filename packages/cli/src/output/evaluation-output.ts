import type { Evaluation, ModelCard, PageEvaluation } from '@inkwire/digits';
import { printable } from './printable.ts';
import { formatCount, formatPercent } from './quantities.ts';
import { formatTable } from './text-table.ts';

/** A model by its recipe, version and size. */
export const modelText = ({ recipe, version, parameters }: ModelCard): string =>
  `${recipe} ${version}, ${formatCount(parameters)} parameters`;

/**
 * The figures, and the confusion matrix with a row for each true digit: how often it was read as each digit, and the
 * share that was read as itself. Zeros are dots, so that the mistakes stand out.
 */
export function formatEvaluation(card: ModelCard, evaluation: Evaluation): string {
  return `${formatFigures(card, evaluation)}\n${formatConfusion(evaluation)}`;
}

function formatFigures(card: ModelCard, evaluation: Evaluation): string {
  const { set, count, correct, accuracy, interval, calibrationError, missed } = evaluation;
  const [low, high] = interval.map(formatPercent);
  const lines = [
    ['model', modelText(card)],
    ['set', `${printable(set)}, ${formatCount(count)} digits`],
    ['accuracy', `${formatPercent(accuracy)}  (95 % interval ${low} to ${high})`],
    [
      'mistakes',
      `${formatCount(count - correct)}${missed > 0 ? `, ${formatCount(missed)} of them not prepared` : ''}`,
    ],
    ['calibration', `${formatPercent(calibrationError)} expected error`],
  ];
  return formatLines(lines);
}

/** Names and values, the values in one column. */
export function formatLines(lines: readonly (readonly string[])[]): string {
  return lines.map(([name, value]) => `${name!.padEnd(13)}${value}\n`).join('');
}

/** A row for each true digit: the share read as itself, and how often it was read as each digit. */
export function formatConfusion({
  confusion,
  recall,
}: Pick<Evaluation | PageEvaluation, 'confusion' | 'recall'>): string {
  const columns = [
    { title: 'digit', align: 'right' },
    { title: 'recall', align: 'right' },
    ...confusion.map((_, digit) => ({ title: `as ${digit}`, align: 'right' }) as const),
  ] as const;
  const rows = confusion.map((counts, digit) => [
    String(digit),
    Number.isFinite(recall[digit]) ? formatPercent(recall[digit]!) : '–',
    ...counts.map((count) => (count === 0 ? '·' : formatCount(count))),
  ]);
  return formatTable(columns, rows);
}

/** The output of `evaluate --json`: the evaluation without the pictures of its mistakes. */
export function evaluationRecord(file: string, card: ModelCard, evaluation: Evaluation): object {
  const { recipe, version, parameters } = card;
  const mistakes = evaluation.mistakes.map(({ pixels: _, ...mistake }) => mistake);
  return { model: { file, recipe, version, parameters }, ...evaluation, mistakes };
}
