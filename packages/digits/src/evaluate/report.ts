import type { ModelCard } from '../model/model-card.ts';
import { inkPng } from '../png/digit-png.ts';
import { pngDataUri } from '../png/encode-png.ts';
import type { HistoryRow } from './curve.ts';
import type { Evaluation, Mistake } from './evaluation.ts';
import { escapeMarkup, percent, thousands } from './markup.ts';
import { renderReliability } from './reliability.ts';
import {
  figure,
  renderConfusion,
  renderDocument,
  renderHeadline,
  renderHistory,
  renderProvenance,
  section,
} from './report-parts.ts';
import { renderWeights } from './weights.ts';

/** The contents of a report. */
export interface Report {
  readonly card: ModelCard;
  /** One or more; the first is the headline. */
  readonly evaluations: readonly Evaluation[];
  /** Of the run that trained the model, for the learning curve. */
  readonly history?: readonly HistoryRow[] | undefined;
  /** [784, 10], of a softmax regression. */
  readonly weights?: Float32Array | undefined;
}

/** Mistakes that are shown of each set; the worst come first. */
const shownMistakes = 60;

/**
 * One HTML page that needs no other file. It follows the light or dark theme of the browser, and prints.
 * Throws a RangeError without an evaluation, or for weights of another shape.
 */
export function renderReport(report: Report): string {
  const [headline] = report.evaluations;
  if (!headline) throw new RangeError('Expected `evaluations` to hold at least one');
  const { card } = report;
  const title = `${card.recipe} ${card.version}`;
  const sections = [
    renderHeader(card, headline),
    report.evaluations.length > 1 ? renderSummary(report.evaluations) : '',
    ...report.evaluations.map(renderEvaluation),
    renderHistory(report.history),
    report.weights
      ? section(
          'Weights',
          `<p class="note">What speaks for each digit is blue, what speaks against it red.</p>${renderWeights(report.weights)}`,
        )
      : '',
    renderProvenance(card),
  ];
  return renderDocument(title, sections);
}

function renderHeader(card: ModelCard, headline: Evaluation): string {
  const { accuracy, count, correct, set, interval } = headline;
  const [low, high] = interval;
  return renderHeadline(
    card,
    accuracy,
    `of ${thousands(count)} digits of <b>${escapeMarkup(set)}</b> read correctly<br>
<span class="note">95 % interval ${percent(low)} – ${percent(high)} · ${thousands(count - correct)} wrong</span>`,
  );
}

function renderSummary(evaluations: readonly Evaluation[]): string {
  const rows = evaluations.map(
    ({ set, count, correct, accuracy, interval, calibrationError }) =>
      `<tr><th scope="row">${escapeMarkup(set)}</th><td>${thousands(count)}</td><td>${thousands(count - correct)}</td><td><b>${percent(accuracy)}</b></td><td>${percent(interval[0])} – ${percent(interval[1])}</td><td>${percent(calibrationError)}</td></tr>`,
  );
  return section(
    'Sets',
    `<div class="scroll"><table class="plain"><thead><tr><th scope="col">Set</th><th scope="col">Digits</th><th scope="col">Wrong</th><th scope="col">Accuracy</th><th scope="col">95 % interval</th><th scope="col">Calibration error</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
  );
}

function renderEvaluation(evaluation: Evaluation): string {
  const { set, calibrationError, mistakes, count, correct, missed } = evaluation;
  const wrong = count - correct;
  const body = `<div class="pair">
${figure('Confusion <span class="note">row: what it is · column: what was read</span>', renderConfusion(evaluation), 'wide')}
${figure(`Reliability <span class="note">calibration error ${percent(calibrationError)}</span>`, renderReliability(evaluation.reliability))}
</div>
${mistakes.length > 0 ? figure(`Worst mistakes <span class="note">the surest first${wrong > Math.min(shownMistakes, mistakes.length) ? `, ${Math.min(shownMistakes, mistakes.length)} of ${thousands(wrong)}` : ''}</span>`, renderMistakes(mistakes)) : '<p class="note">No digit was read as another.</p>'}
${missed > 0 ? `<p class="note">In ${thousands(missed)} of the pictures preparation did not find exactly one digit; they count as wrong.</p>` : ''}`;
  return section(set, body);
}

function renderMistakes(mistakes: readonly Mistake[]): string {
  const tiles = mistakes.slice(0, shownMistakes).map(({ index, label, digit, confidence, pixels }) => {
    const text = `Digit ${index}: a ${label} read as ${digit}, ${percent(confidence, 1)} sure`;
    return `<li title="${text}"><img width="56" height="56" src="${pngDataUri(inkPng(pixels))}" alt="${text}"><span><b>${label}</b> → <b class="read">${digit}</b></span><small>${percent(confidence, 1)}</small></li>`;
  });
  return `<ul class="mistakes">${tiles.join('')}</ul>`;
}
