import { describe, expect, it } from 'vitest';
import type { ModelCard } from '../model/model-card.ts';
import type { Evaluation } from './evaluation.ts';
import { summarise } from './evaluation.ts';
import { renderReport } from './report.ts';

const card: ModelCard = {
  recipe: 'softmax',
  version: '0123456789ab',
  parameters: 7850,
  seed: 1,
  trained: '2026-01-02T03:04:05Z',
  command: 'inkwire train softmax',
  data: { 'mnist-train-images': 'ba891046' },
  temperature: 1.02,
  unsureBelow: 0.8,
  unsureErrorRate: 0.001,
  figures: [],
};

function evaluationOf(name: string, labels: number[], read: number[]): Evaluation {
  const rows = new Float32Array(labels.length * 10);
  read.forEach((digit, i) => {
    rows[i * 10 + digit] = 0.9;
  });
  const images = new Uint8Array(labels.length * 784).fill(9);
  return summarise(rows, { name, count: labels.length, images, labels: Uint8Array.from(labels) });
}

const evaluation = evaluationOf('mnist-test', [1, 2, 3, 4], [1, 2, 3, 9]);

describe('renderReport', () => {
  it('stands alone', () => {
    const html = renderReport({ card, evaluations: [evaluation], weights: new Float32Array(7840) });
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map(
      ([, link, url]) => link ?? url!,
    );
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) expect(address).toMatch(/^(data:|#)/);
    expect(html).not.toMatch(/<script|<link|@import/);
  });

  it('tells accuracy, interval, recall, mistakes, calibration and provenance', () => {
    const html = renderReport({ card, evaluations: [evaluation] });
    for (const part of [
      '75.00 %',
      '30.06 % – 95.44 %',
      '4 read as 9',
      '0.00 %',
      'calibration error',
      '0123456789ab',
      'inkwire train softmax',
      'ba891046',
      '1.020',
    ])
      expect(html, part).toContain(part);
    expect(html).not.toContain('Learning curve');
    expect(html).not.toContain('Weights');
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('compares several sets, and shows the curve and the weights when it is given them', () => {
    const history = [{ step: 10, epoch: 1, loss: 0.5, learningRate: 0.1, validation: 0.9 }];
    const html = renderReport({
      card,
      evaluations: [evaluation, evaluationOf('usps', [1], [1])],
      history,
      weights: new Float32Array(7840),
    });
    for (const part of [
      '<h2>Sets</h2>',
      '<h2>usps</h2>',
      '<h2>Learning curve</h2>',
      '<h2>Weights</h2>',
      'No digit was read as another',
    ])
      expect(html, part).toContain(part);
  });

  it('says how many pictures were missed', () => {
    const html = renderReport({ card, evaluations: [{ ...evaluation, missed: 3 }] });
    expect(html).toContain('In 3 of the pictures');
  });

  it('takes names for text, whatever stands in them', () => {
    const html = renderReport({
      card: { ...card, recipe: '<b>x', command: '"><script>alert(1)</script>', data: { '<i>': '&' } },
      evaluations: [{ ...evaluation, set: "<img src='x'>" }],
    });
    expect(html).not.toMatch(/<script>|<b>x|<i>|<img src='x'/);
  });

  it('needs an evaluation', () => {
    expect(() => renderReport({ card, evaluations: [] })).toThrow(RangeError);
  });
});
