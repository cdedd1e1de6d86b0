import { expect, it } from 'vitest';
import { settlingMs } from './settling.ts';

const when = { stepMs: 1_000, untilMs: 4_000, windowMs: 10 };
const curve = (levelAt: (ms: number) => number) => Array.from({ length: 400 }, (_, i) => levelAt(i * 10));

it('a curve has settled when it stays below 1.2 times the level that follows', () => {
  expect(
    settlingMs(
      curve((ms) => (ms >= 1_000 && ms < 1_080 ? 30 : 10)),
      when,
    ),
  ).toBe(80);
  expect(
    settlingMs(
      curve(() => 10),
      when,
    ),
  ).toBe(0);
});

it('what grows without end, or stays higher than it was, has not settled', () => {
  expect(
    settlingMs(
      curve((ms) => Math.max(10, ms - 1_000)),
      when,
    ),
  ).toBe(Number.POSITIVE_INFINITY);
});
