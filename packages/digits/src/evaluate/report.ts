import type { ModelCard } from '../model/model-card.ts';
import { inkPng } from '../png/digit-png.ts';
import { pngDataUri } from '../png/encode-png.ts';
import { type HistoryRow, renderCurve } from './curve.ts';
import type { Evaluation, Mistake } from './evaluation.ts';
import { escapeMarkup, percent, thousands } from './markup.ts';
import { renderReliability } from './reliability.ts';
import { reportStyle } from './report-style.ts';
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
    report.history?.length
      ? section('Learning curve', `<div class="scroll curve">${renderCurve(report.history)}</div>`)
      : '',
    report.weights
      ? section(
          'Weights',
          `<p class="note">What speaks for each digit is blue, what speaks against it red.</p>${renderWeights(report.weights)}`,
        )
      : '',
    renderProvenance(card),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)} – Inkwire evaluation</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
${sections.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeMarkup(title)}</h2>${body}</section>`;
}

function figure(caption: string, body: string, kind = ''): string {
  return `<figure class="${kind}"><figcaption>${caption}</figcaption>${body}</figure>`;
}

function renderHeader(card: ModelCard, headline: Evaluation): string {
  const [low, high] = headline.interval;
  return `<header>
<p class="eyebrow">Inkwire evaluation</p>
<h1>${escapeMarkup(card.recipe)} <span class="version">${escapeMarkup(card.version)}</span></h1>
<div class="headline"><span class="figure">${percent(headline.accuracy)}</span>
<p>of ${thousands(headline.count)} digits of <b>${escapeMarkup(headline.set)}</b> read correctly<br>
<span class="note">95 % interval ${percent(low)} – ${percent(high)} · ${thousands(headline.count - headline.correct)} wrong</span></p></div>
</header>`;
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

function renderConfusion({ confusion, recall }: Evaluation): string {
  const digits = confusion.map((_, digit) => digit);
  const most = Math.max(10, ...confusion.flatMap((row, label) => row.filter((_, read) => read !== label)));
  const head = digits.map((digit) => `<th scope="col">${digit}</th>`).join('');
  const rows = confusion.map((row, label) => {
    const cells = row.map((cell, read) => {
      if (cell === 0) return '<td class="none">·</td>';
      if (read === label) return `<td class="right">${cell}</td>`;
      // Square root, so that a single mistake can be seen beside the most frequent one.
      const heat = Math.round(8 + 62 * Math.sqrt(cell / most));
      return `<td class="wrong" style="--heat:${heat}%" title="${cell} × ${label} read as ${read}">${cell}</td>`;
    });
    return `<tr><th scope="row">${label}</th>${cells.join('')}<td class="recall">${percent(recall[label]!)}</td></tr>`;
  });
  return `<div class="scroll"><table class="confusion"><thead><tr><td></td>${head}<th scope="col" class="recall">recall</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function renderMistakes(mistakes: readonly Mistake[]): string {
  const tiles = mistakes.slice(0, shownMistakes).map(({ index, label, digit, confidence, pixels }) => {
    const text = `Digit ${index}: a ${label} read as ${digit}, ${percent(confidence, 1)} sure`;
    return `<li title="${text}"><img width="56" height="56" src="${pngDataUri(inkPng(pixels))}" alt="${text}"><span><b>${label}</b> → <b class="read">${digit}</b></span><small>${percent(confidence, 1)}</small></li>`;
  });
  return `<ul class="mistakes">${tiles.join('')}</ul>`;
}

function renderProvenance(card: ModelCard): string {
  const rows: [string, string][] = [
    ['Recipe', escapeMarkup(card.recipe)],
    ['Version', `<code>${escapeMarkup(card.version)}</code>`],
    ['Parameters', thousands(card.parameters)],
    ['Trained', escapeMarkup(card.trained)],
    ['Seed', String(card.seed)],
    ['Command', `<code>${escapeMarkup(card.command)}</code>`],
    ['Temperature', card.temperature.toFixed(3)],
    [
      'Unsure below',
      `${percent(card.unsureBelow)} <span class="note">at most ${percent(card.unsureErrorRate)} wrong among the others, on validation</span>`,
    ],
    ...Object.entries(card.data).map(([name, hash]): [string, string] => [
      escapeMarkup(name),
      `<code>${escapeMarkup(hash)}</code>`,
    ]),
  ];
  return section(
    'Provenance',
    `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>`,
  );
}
