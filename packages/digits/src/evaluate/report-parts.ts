import type { ModelCard } from '../model/model-card.ts';
import { type HistoryRow, renderCurve } from './curve.ts';
import { escapeMarkup, percent, thousands } from './markup.ts';
import { reportStyle } from './report-style.ts';

/** One HTML page that needs no other file, of the sections that are not empty. */
export function renderDocument(title: string, sections: readonly string[]): string {
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

/** The top of a report: the model, the one figure that matters, and what it is of. */
export function renderHeadline(card: ModelCard, figure: number, told: string): string {
  return `<header>
<p class="eyebrow">Inkwire evaluation</p>
<h1>${escapeMarkup(card.recipe)} <span class="version">${escapeMarkup(card.version)}</span></h1>
<div class="headline"><span class="figure">${percent(figure)}</span>
<p>${told}</p></div>
</header>`;
}

/** The curve of the run that trained the model, where it is known. */
export function renderHistory(history: readonly HistoryRow[] | undefined): string {
  if (!history?.length) return '';
  return section('Learning curve', `<div class="scroll curve">${renderCurve(history)}</div>`);
}

/** A part of the page under a heading. */
export function section(title: string, body: string): string {
  return `<section><h2>${escapeMarkup(title)}</h2>${body}</section>`;
}

/** A drawing or table under a caption, which is markup. */
export function figure(caption: string, body: string, kind = ''): string {
  return `<figure class="${kind}"><figcaption>${caption}</figcaption>${body}</figure>`;
}

/** A confusion matrix [true digit][digit read] with each digit's recall. */
export function renderConfusion({
  confusion,
  recall,
}: {
  readonly confusion: readonly (readonly number[])[];
  readonly recall: readonly number[];
}): string {
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

/** The origin of a model, from its card: recipe, version, data. */
export function renderProvenance(card: ModelCard): string {
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
