import { expect, it } from 'vitest';
import type { ModelCard } from '../model/model-card.ts';
import type { PageEvaluation } from './page-evaluation.ts';
import { renderPageReport } from './page-report.ts';

const card: ModelCard = {
  ...{ recipe: 'cnn', version: '0123456789ab', parameters: 7850, seed: 1 },
  ...{ trained: '2026-01-02T03:04:05Z', command: 'inkwire train cnn', data: {}, temperature: 1 },
  ...{ unsureBelow: 0.8, unsureErrorRate: 0.001, figures: [] },
};
const zeros = () => new Array<number>(10).fill(0);
const counts = { labelled: 10, read: 9, right: 8, recall: 0.8, precision: 8 / 9 };
const evaluation: PageEvaluation = {
  ...{ set: 'cheques <1>', count: 4, correct: 1, accuracy: 0.25, interval: [0.05, 0.7] },
  digits: counts,
  boxes: { ...counts, right: 5, recall: 0.5, precision: 5 / 9 },
  sure: [
    { from: 0.99, count: 4, wrong: 1 },
    { from: 0.9, count: 0, wrong: 0 },
  ],
  ...{ calibrationError: 0.123, reliability: [] },
  ...{ confusion: Array.from({ length: 10 }, zeros), recall: zeros(), lost: zeros(), extra: zeros() },
  milliseconds: { mean: 12.34, median: 11 },
  refused: [{ file: 'a&b.png', reason: 'The picture has <no> bytes' }],
  mistakes: [
    {
      ...{ name: '"one".png', file: '/somewhere/"one".png', expected: '2072', read: '207', confidence: 0.99 },
      found: [{ digit: 2, box: [1, 2, 30.123, 40] }],
      marks: [{ mark: '2', box: [0, 0, 30, 42] }],
      thumbnail: { jpeg: Uint8Array.of(0xff, 0xd8), width: 300, height: 60 },
    },
    { name: 'two.png', file: 'two.png', expected: '5', read: '', confidence: 0, found: [] },
  ],
};

it('stands alone', () => {
  const html = renderPageReport({ card, evaluation });
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map(
    ([, link, url]) => link ?? url!,
  );
  expect(addresses).toEqual(['data:image/jpeg;base64,/9g=']);
  expect(html).not.toMatch(/<script|<link|@import|NaN|undefined/);
});

it('tells strings, digits, boxes, confidence and time', () => {
  const html = renderPageReport({ card, evaluation });
  for (const part of [
    '25.00 %',
    '5.00 % – 70.00 %',
    '80.00 %',
    '50.00 %',
    '88.89 %',
    '12.30 %',
    '12.3 ms',
    'readings in each bin',
  ])
    expect(html, part).toContain(part);
  expect(html).toMatch(/99 % and above<\/th><td>4<\/td><td>1<\/td><td>25.00 %/);
  expect(html).toMatch(/90 % and above<\/th><td>0<\/td><td>0<\/td><td>–/);
});

it('shows the worst pages with what was found and what is labelled', () => {
  const html = renderPageReport({ card, evaluation });
  expect(html).toContain('viewBox="0 0 300 60"');
  expect(html).toContain('<rect class="found" x="1" y="2" width="30.12" height="40"><title>2</title></rect>');
  expect(html).toContain('<rect class="labelled" x="0" y="0" width="30" height="42">');
  expect(html).toContain('cannot be shown');
});

it('lets no name be markup', () => {
  const html = renderPageReport({ card, evaluation });
  expect(html).toContain('cheques &lt;1&gt;');
  expect(html).toContain('&quot;one&quot;.png');
  expect(html).toContain('a&amp;b.png');
  expect(html).not.toContain('<no>');
});
