import type { ModelCard } from '../model/model-card.ts';
import type { HistoryRow } from './curve.ts';
import { coordinate, escapeMarkup, percent, thousands } from './markup.ts';
import type { DigitCounts, PageEvaluation, PageMistake } from './page-evaluation.ts';
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

/** The contents of a report about pages. */
export interface PageReport {
  readonly card: ModelCard;
  readonly evaluation: PageEvaluation;
  /** Of the run that trained the model, for the learning curve. */
  readonly history?: readonly HistoryRow[] | undefined;
}

/** Refused pictures that are named. */
const shownRefusals = 20;

/**
 * An evaluation of pages as one HTML page that needs no other file: figures, confusion, reliability, and the worst pages as pictures, what
 * was found in blue and what is labelled in red.
 */
export function renderPageReport({ card, evaluation, history }: PageReport): string {
  const { accuracy, count, correct, set, interval } = evaluation;
  const told = `of ${thousands(count)} pages of <b>${escapeMarkup(set)}</b> read correctly, every digit<br>
<span class="note">95 % interval ${percent(interval[0])} – ${percent(interval[1])} · ${thousands(count - correct)} wrong</span>`;
  return renderDocument(`${card.recipe} ${card.version}`, [
    renderHeadline(card, accuracy, told),
    section('Digits', renderDigits(evaluation)),
    section('Confidence', renderConfidence(evaluation)),
    section('Worst pages', renderMistakes(evaluation)),
    renderHistory(history),
    renderProvenance(card),
  ]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const header = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows.map(
    ([first, ...cells]) =>
      `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table class="plain"><thead><tr>${header}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function renderDigits(evaluation: PageEvaluation): string {
  const row = (name: string, counts: DigitCounts) => [
    name,
    thousands(counts.labelled),
    thousands(counts.read),
    thousands(counts.right),
    percent(counts.recall),
    percent(counts.precision),
  ];
  const { digits, boxes, lost, extra } = evaluation;
  const rows = [row('by alignment', digits), ...(boxes ? [row('by box', boxes)] : [])];
  const numerals = lost.map((_, digit) => String(digit));
  return `${table(['Digits', 'Labelled', 'Read', 'Right', 'Recall', 'Precision'], rows)}
${figure('Confusion <span class="note">row: what it is · column: what was read</span>', renderConfusion(evaluation), 'wide')}
${figure(
  'Lost and extra <span class="note">written and not read · read where none is written</span>',
  table(
    ['', ...numerals],
    [
      ['lost', ...lost.map(thousands)],
      ['extra', ...extra.map(thousands)],
    ],
  ),
)}`;
}

function renderConfidence({ sure, calibrationError, reliability, milliseconds }: PageEvaluation): string {
  const rows = sure.map(({ from, count, wrong }) => [
    `${percent(from, 0)} and above`,
    thousands(count),
    thousands(wrong),
    percent(wrong / count),
  ]);
  return `${table(['Confidence', 'Readings', 'Wrong', 'Share wrong'], rows)}
${figure(`Reliability <span class="note">of whole readings · calibration error ${percent(calibrationError)}</span>`, renderReliability(reliability, 'readings'))}
<p class="note">A reading took ${milliseconds.mean.toFixed(1)} ms on average, ${milliseconds.median.toFixed(1)} ms in the median.</p>`;
}

function renderMistakes({ mistakes, count, correct, refused }: PageEvaluation): string {
  const wrong = count - correct;
  const refusals = refused
    .slice(0, shownRefusals)
    .map(({ file, reason }) => `<li><code>${escapeMarkup(file)}</code> ${escapeMarkup(reason)}</li>`);
  const note =
    wrong === 0
      ? 'Every page was read correctly.'
      : `The surest first, ${mistakes.length} of ${thousands(wrong)}.`;
  return `<p class="note">${note} Blue: what was found. Red, dashed: what is labelled.</p>
<ul class="pages">${mistakes.map(renderMistake).join('')}</ul>
${refusals.length > 0 ? figure(`Refused pictures <span class="note">${refusals.length} of ${thousands(refused.length)}</span>`, `<ul>${refusals.join('')}</ul>`) : ''}`;
}

function renderMistake({ name, expected, read, confidence, found, marks, thumbnail }: PageMistake): string {
  const told = `${expected || 'nothing'} read as ${read || 'nothing'}, ${percent(confidence, 1)} sure`;
  const picture = thumbnail
    ? `<svg viewBox="0 0 ${thumbnail.width} ${thumbnail.height}" role="img" aria-label="${told}"><image width="${thumbnail.width}" height="${thumbnail.height}" href="data:image/jpeg;base64,${Buffer.from(thumbnail.jpeg).toString('base64')}"/>${(marks ?? []).map(({ box }) => rectangle('labelled', box)).join('')}${found.map(({ digit, box }) => rectangle('found', box, String(digit))).join('')}</svg>`
    : '<p class="note">The picture cannot be shown.</p>';
  return `<li>${picture}<b>${expected || '–'}</b> → <b class="read">${read || '–'}</b> · ${percent(confidence, 1)}<small>${escapeMarkup(name)}</small></li>`;
}

function rectangle(kind: string, box: readonly number[], title = ''): string {
  const [x, y, width, height] = box.map(coordinate);
  const inside = title === '' ? '' : `<title>${title}</title>`;
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}">${inside}</rect>`;
}
