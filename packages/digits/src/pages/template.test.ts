import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { parseTemplate, traceStep, traceTemplate } from './template.ts';
import { extentOf, lengthOf } from './trace.ts';

const traced = (text: string, seed = 1, looseness = 0) =>
  traceTemplate(parseTemplate(text), createRandom(seed), looseness);

test.each(['', '10', '10,', 'a,b', '10,20!!', '1.5,2', '10,20 ;', 'o', '10~,20'])(
  'a template `%s` is refused',
  (text) => {
    expect(() => parseTemplate(text)).toThrow(SyntaxError);
  },
);

test('strokes are apart, go through their joints, and are a hundredth as large as their numbers', () => {
  const [first, second, ...others] = traced('0,0 50,0! 50,100 ; 10,20 30,20');
  expect(others).toEqual([]);
  expect([...first!.subarray(0, 2), ...first!.subarray(-2)]).toEqual([0, 0, 0.5, 1]);
  expect(lengthOf(first!)).toBeCloseTo(1.5, 1);
  expect(extentOf([second!])).toMatchObject({ top: Math.fround(0.2), bottom: Math.fround(0.2) });
});

test('a sharp joint is a corner, another one is rounded off beyond it', () => {
  expect(extentOf(traced('0,0 100,0! 100,100')).right).toBeCloseTo(1, 5);
  expect(extentOf(traced('0,0 100,0 100,100')).right).toBeGreaterThan(1.02);
});

test('points lie at most a step apart', () => {
  const [trace] = traced('0,0 100,0! 100,100 20,60');
  for (let i = 2; i < trace!.length; i += 2)
    expect(Math.hypot(trace![i]! - trace![i - 2]!, trace![i + 1]! - trace![i - 1]!)).toBeLessThan(
      traceStep + 1e-6,
    );
});

test('a closed curve ends where it began, or runs over it', () => {
  const [ring] = traced('o 30,0 0,50 30,100 60,50');
  const last = [ring!.at(-2)!, ring!.at(-1)!];
  const distances = Array.from({ length: 5 }, (_, k) =>
    Math.hypot(ring![2 * k]! - last[0]!, ring![2 * k + 1]! - last[1]!),
  );
  expect(Math.min(...distances)).toBeLessThan(1e-6);
});

test('a joint lies between its bounds, elsewhere each time', () => {
  const ends = Array.from({ length: 50 }, (_, seed) => traced('0,0 20~40,100', seed)[0]!.at(-2)!);
  expect(Math.min(...ends)).toBeGreaterThanOrEqual(0.2);
  expect(Math.max(...ends)).toBeLessThanOrEqual(0.4);
  expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(0.15);
});
