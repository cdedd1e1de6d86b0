import { expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

it('finds quantiles to 0.4 % and the mean exactly, also of two together', () => {
  const [odd, even] = [new Histogram(), new Histogram()];
  for (let ms = 1; ms <= 10_000; ms++) (ms % 2 ? odd : even).record(ms);
  const all = new Histogram();
  all.add(odd);
  all.add(even);
  expect(all.mean).toBe(5_000.5);
  for (const q of [0.5, 0.95, 0.99, 1]) expect(all.quantile(q) / (q * 10_000)).toBeCloseTo(1, 2);
  expect(new Histogram().quantile(0.99)).toBe(0);
});
