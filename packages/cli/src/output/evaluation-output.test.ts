import type { Evaluation, ModelCard } from '@inkwire/digits';
import { expect, it } from 'vitest';
import { evaluationRecord, formatEvaluation } from './evaluation-output.ts';

const card = { recipe: 'cnn', version: '1a2b3c4d5e6f', parameters: 229_034 } as ModelCard;
const evaluation: Evaluation = {
  set: 'mnist-test',
  count: 10_000,
  correct: 9962,
  accuracy: 0.9962,
  interval: [0.9948, 0.9972],
  confusion: [
    [4998, 2],
    [1, 4964],
  ],
  recall: [0.9996, Number.NaN],
  calibrationError: 0.00213,
  reliability: [],
  mistakes: [{ index: 3, label: 0, digit: 1, confidence: 0.7, pixels: new Uint8Array(784) }],
  missed: 35,
};

it('aligns the figures and the confusion matrix', () => {
  expect(formatEvaluation(card, evaluation)).toBe(
    [
      'model        cnn 1a2b3c4d5e6f, 229,034 parameters',
      'set          mnist-test, 10,000 digits',
      'accuracy     99.62 %  (95 % interval 99.48 % to 99.72 %)',
      'mistakes     38, 35 of them not prepared',
      'calibration  0.21 % expected error',
      '',
      'digit   recall   as 0   as 1',
      '    0  99.96 %  4,998      2',
      '    1        –      1  4,964',
      '',
    ].join('\n'),
  );
});

it('shows a zero as a dot', () => {
  const text = formatEvaluation(card, { ...evaluation, confusion: [[0]], recall: [0] });
  expect(text).toContain('    0  0.00 %     ·');
});

it('leaves the pictures of the mistakes out of the record', () => {
  const record = JSON.parse(JSON.stringify(evaluationRecord('m.onnx', card, evaluation)));
  expect(record.model).toEqual({
    file: 'm.onnx',
    recipe: 'cnn',
    version: '1a2b3c4d5e6f',
    parameters: 229_034,
  });
  expect(record.mistakes).toEqual([{ index: 3, label: 0, digit: 1, confidence: 0.7 }]);
  expect(record).toMatchObject({ set: 'mnist-test', count: 10_000, recall: [0.9996, null], missed: 35 });
});
