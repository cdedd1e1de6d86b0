import { expect, test } from 'vitest';
import { inventDigits } from '../../test/made-up-digits.ts';
import { digitBytes } from '../data/labelled-set.ts';
import { cropsOfPages } from './page-crops.ts';

const digits = inventDigits(20);

test('crops are as many as asked for, of all digits, in MNIST’s form', () => {
  const { count, images, labels } = cropsOfPages(60, digits, 5);
  expect([count, images.length, labels.length]).toEqual([60, 60 * digitBytes, 60]);
  expect(new Set(labels).size).toBe(10);
  expect(Math.max(...labels)).toBe(9);
  for (let i = 0; i < count; i++) {
    const crop = images.subarray(i * digitBytes, (i + 1) * digitBytes);
    expect(Math.max(...crop)).toBeGreaterThan(150);
  }
});

test('the same seed gives the same crops, and fewer are the first of more', () => {
  const some = cropsOfPages(12, digits, 5);
  expect(cropsOfPages(12, digits, 5)).toEqual(some);
  expect(cropsOfPages(16, digits, 5).images.subarray(0, 12 * digitBytes)).toEqual(some.images);
  expect(cropsOfPages(12, digits, 6).images).not.toEqual(some.images);
});
