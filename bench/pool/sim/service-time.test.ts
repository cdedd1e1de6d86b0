import { createRandom } from '@inkwire/base';
import { expect, it } from 'vitest';
import { estimate } from './confidence.ts';
import { createServiceTime, serviceShapes } from './service-time.ts';

it.each(serviceShapes)('%s service times have the mean that was asked for', (shape) => {
  const draw = createServiceTime(shape, 10);
  const means = Array.from({ length: 20 }, (_, seed) => {
    const random = createRandom(seed);
    let sum = 0;
    for (let i = 0; i < 50_000; i++) sum += draw(random);
    return sum / 50_000;
  });
  const { mean, halfWidth } = estimate(means);
  expect(Math.abs(mean - 10)).toBeLessThanOrEqual(1.5 * halfWidth + 1e-9);
  expect(halfWidth).toBeLessThan(0.15);
});
