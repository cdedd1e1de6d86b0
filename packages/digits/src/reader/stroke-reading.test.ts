import { describe, expect, it } from 'vitest';
import { drawNumber } from '../../test/drawn-digits.ts';
import { openSheet } from '../prepare/prepare-strokes.ts';
import type { Stroke } from '../prepare/prepared.ts';
import { coverOf } from './stroke-cover.ts';
import { composeStrokeReading, strokeCandidates } from './stroke-reading.ts';

const card = { unsureBelow: 0.9, familiarAbove: 0 };
const signal = new AbortController().signal;

/** Reads strokes with a network that says, for the strokes of a candidate in the order of writing, this digit and how surely. */
async function readWith(
  strokes: readonly Stroke[],
  says: Record<string, readonly [digit: number, probability: number]>,
) {
  const found = (await strokeCandidates(openSheet(strokes), signal))!;
  const rows = found.candidates.flatMap(({ shapes, digits }) =>
    digits.map(() => {
      const [digit, probability] = says[
        shapes
          .map(({ index }) => index)
          .sort()
          .join(' ')
      ] ?? [5, 0.1];
      return Array.from({ length: 10 }, (_, i) => (i === digit ? probability : (1 - probability) / 9));
    }),
  );
  const answer = {
    probabilities: Float32Array.from(rows.flat()),
    familiarity: new Float32Array(rows.length).fill(9),
  };
  return composeStrokeReading(found, coverOf(found, answer, card), answer, card);
}

describe('a reading of strokes', () => {
  const rings = drawNumber('00', 0);

  it('takes the groups that the network believes in', async () => {
    const apart = await readWith(rings, { '0': [0, 0.99], '1': [0, 0.99], '0 1': [8, 0.2] });
    expect(apart).toMatchObject({ text: '00', unsure: false });
    const joined = await readWith(rings, { '0': [0, 0.3], '1': [0, 0.3], '0 1': [8, 0.99] });
    expect(joined?.text).toBe('8');
  });

  it('takes two rings for an 8, and two that are as slender together as no digit for two lines', async () => {
    const says = { '0': [0, 0.99], '1': [0, 0.99], '0 1': [8, 0.99] } as const;
    const [ring] = drawNumber('0', 0) as [Stroke];
    const over = (height: number): Stroke[] =>
      [0, height + 2].map((down) => ring.map(([x, y]) => [x, (y * height) / 100 + down] as const));
    expect((await readWith(over(50), says))?.text).toBe('8');
    expect((await readWith(over(100), says))?.text).toBe('0\n0');
  });

  it('is less sure when other groups are nearly as likely', async () => {
    const clear = await readWith(rings, { '0': [0, 0.99], '1': [0, 0.99], '0 1': [8, 0.2] });
    const torn = await readWith(rings, { '0': [0, 0.99], '1': [0, 0.99], '0 1': [8, 0.99] });
    expect(clear?.confidence).toBeCloseTo(0.98, 2);
    expect(torn).toMatchObject({ text: '00', unsure: true });
    expect(torn!.confidence).toBeLessThan(0.95 * clear!.confidence);
  });

  it('is none when no stroke is a digit', async () => {
    const dots: Stroke[] = [
      [
        [0, 0],
        [3, 0],
      ],
      [
        [50, 0],
        [53, 1],
      ],
      [
        [20, 0],
        [22, 90],
      ],
    ];
    const found = (await strokeCandidates(openSheet(dots), signal))!;
    const answer = { probabilities: new Float32Array(0), familiarity: new Float32Array(0) };
    const none = {
      ...found,
      candidates: found.candidates.map((each) => ({ ...each, digits: [], groups: [] })),
    };
    expect(composeStrokeReading(none, coverOf(none, answer, card), answer, card)).toBeUndefined();
  });
});
