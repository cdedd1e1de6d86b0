import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, renderCurve } from './curve.ts';
import { renderReliability } from './reliability.ts';
import { renderWeights } from './weights.ts';

async function decode(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data: Uint8Array.from(data), ...info };
}

/** Reads all of an SVG, without drawing it: rejects when it is not well formed. */
const parsed = (svg: string) => sharp(Buffer.from(svg)).metadata();

describe('renderWeights', () => {
  it('shows blue where a weight speaks for a digit and red where it speaks against it', async () => {
    const weights = new Float32Array(7840);
    for (let i = 0; i < 784; i++) weights[i * 10 + 3] = i < 392 ? 1 : -1;
    const svg = renderWeights(weights);
    await parsed(svg);
    const pictures = [...svg.matchAll(/data:image\/png;base64,([^"]+)/g)].map(([, base64]) =>
      Buffer.from(base64!, 'base64'),
    );
    expect(pictures).toHaveLength(10);
    const { data } = await decode(pictures[3]!);
    expect(data[2]! > data[0]! && data[3] === 255).toBe(true);
    expect(data[783 * 4]! > data[783 * 4 + 2]!).toBe(true);
    expect((await decode(pictures[0]!)).data[3]).toBe(0);
  });

  it('refuses another shape, and draws weights of zero', async () => {
    expect(() => renderWeights(new Float32Array(784))).toThrow(RangeError);
    await parsed(renderWeights(new Float32Array(7840)));
  });
});

describe('renderCurve', () => {
  const rows = fc.array(
    fc.record({
      loss: fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.constantFrom(Number.NaN, Infinity, 0)),
      train: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      validation: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    }),
    { maxLength: 30 },
  );

  it('draws any history', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const history: HistoryRow[] = values.map((row, i) => ({
          step: (i + 1) * 10,
          epoch: i,
          learningRate: 0.1,
          ...row,
        }));
        const svg = renderCurve(history);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        await parsed(svg);
      }),
      { numRuns: 60 },
    );
  });

  it('stays small for a run of a hundred thousand rows', () => {
    const history = Array.from({ length: 100_000 }, (_, i) => ({
      step: i + 1,
      epoch: 0,
      learningRate: 0.1,
      loss: 1 / (i + 1),
      validation: 0.9,
    }));
    expect(renderCurve(history).length).toBeLessThan(40_000);
  });
});

describe('renderReliability', () => {
  it('draws empty bins and full ones', async () => {
    const bins = [
      { from: 0, to: 0.5, count: 0, confidence: Number.NaN, accuracy: Number.NaN },
      { from: 0.5, to: 1, count: 12_345, confidence: 0.9, accuracy: 0.95 },
    ];
    const svg = renderReliability(bins);
    expect(svg).not.toContain('NaN');
    expect(svg).toContain('12\u2009345 digits');
    await parsed(svg);
  });
});
