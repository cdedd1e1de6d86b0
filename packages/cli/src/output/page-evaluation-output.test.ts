import type { ModelCard, PageEvaluation } from '@inkwire/digits';
import { expect, it } from 'vitest';
import { formatPageEvaluation, pageEvaluationRecord } from './page-evaluation-output.ts';

const card = { recipe: 'cnn', version: '1a2b3c4d5e6f', parameters: 229_034 } as ModelCard;
const detector = { recipe: 'page', version: 'f00f00f00f00', parameters: 500_000 } as ModelCard;
const evaluation: PageEvaluation = {
  ...{ set: 'cheques', count: 150, correct: 100, accuracy: 2 / 3, interval: [0.59, 0.74] },
  digits: { labelled: 600, read: 580, right: 550, recall: 550 / 600, precision: 550 / 580 },
  boxes: { labelled: 600, read: 0, right: 0, recall: 0, precision: Number.NaN },
  sure: [
    { from: 0.99, count: 40, wrong: 1 },
    { from: 0.9, count: 0, wrong: 0 },
  ],
  ...{ calibrationError: 0.0213, reliability: [] },
  confusion: [
    [5, 2],
    [0, 4],
  ],
  ...{ recall: [0.7142, Number.NaN], lost: [0, 3], extra: [1, 0] },
  milliseconds: { mean: 12.345, median: 11 },
  refused: [{ file: 'a.png', reason: 'damaged' }],
  mistakes: [
    {
      ...{ name: 'a.png', file: '/a.png', expected: '1', read: '7', confidence: 0.9, found: [] },
      thumbnail: { jpeg: new Uint8Array(9), width: 1, height: 1 },
    },
  ],
};

it('aligns the figures and the confusion matrix', () => {
  expect(formatPageEvaluation({ card, detector }, evaluation)).toBe(
    [
      'model        cnn 1a2b3c4d5e6f, 229,034 parameters',
      'detector     page f00f00f00f00, 500,000 parameters',
      'set          cheques, 150 pages with 600 digits',
      'strings      66.67 %  (95 % interval 59.00 % to 74.00 %)',
      'mistakes     50, 1 of them refused',
      'digits       recall 91.67 %, precision 94.83 %',
      'boxes        recall 0.00 %, precision –',
      'at 0.99      1 of 40 wrong  (2.50 %)',
      'at 0.9       0 of 0 wrong',
      'calibration  2.13 % expected error',
      'time         12.3 ms a picture',
      '',
      'digit   recall  as 0  as 1',
      '    0  71.42 %     5     2',
      '    1        –     ·     4',
      '',
    ].join('\n'),
  );
});

it('leaves the pictures out of the record', () => {
  expect(pageEvaluationRecord('model.onnx', { card, detector }, evaluation)).toMatchObject({
    model: { file: 'model.onnx', recipe: 'cnn', version: '1a2b3c4d5e6f', parameters: 229_034 },
    detector: { recipe: 'page', version: 'f00f00f00f00', parameters: 500_000 },
    correct: 100,
    mistakes: [{ expected: '1', read: '7' }],
  });
  expect(JSON.stringify(pageEvaluationRecord('model.onnx', { card }, evaluation))).not.toContain('thumbnail');
});

it('says that rules found the digits where no detector did', () => {
  expect(formatPageEvaluation({ card }, evaluation)).toMatch(/^detector {5}rules$/m);
  expect(pageEvaluationRecord('model.onnx', { card }, evaluation)).toMatchObject({ detector: null });
});
