import type { Reading } from '@inkwire/readings';
import { expect, it } from 'vitest';
import { formatReadings } from './readings-text.ts';

const reading: Reading = {
  id: '0192',
  // Local time, so that the test does not depend on where it runs.
  time: new Date(2026, 0, 2, 3, 4, 5).toISOString(),
  source: 'http',
  text: '47',
  confidence: 0.98765,
  unsure: false,
  digits: [],
  model: '1a2b3c4d5e6f',
  corrected: null,
  written: '47',
  width: 100,
  height: 50,
};

it('aligns what was kept', () => {
  const unsure = { ...reading, written: '1 2\n3', confidence: 0.5, unsure: true, corrected: '123' };
  expect(formatReadings([reading, unsure])).toBe(
    [
      'TIME                 TEXT     CONFIDENCE          CORRECTED  SOURCE  ID',
      '2026-01-02 03:04:05  47           0.9877                     http    0192',
      '2026-01-02 03:04:05  1 2 / 3      0.5000  unsure  123        http    0192',
      '',
    ].join('\n'),
  );
});

it('says so when there is nothing', () => {
  expect(formatReadings([])).toBe('Nothing has been kept yet\n');
});

it('lets no correction command the terminal', () => {
  expect(formatReadings([{ ...reading, corrected: '\u001b[2J' }])).toContain('\\u{1b}[2J');
});
