import { describe, expect, it } from 'vitest';
import { formatAccuracy, formatPercent } from './format-percent.ts';
import { formatRelativeTime } from './format-relative-time.ts';

describe('a share', () => {
  it.each([
    [0, '0'],
    [0.234, '23'],
    [0.986, '99'],
    [0.9912, '99.1'],
    [0.99996, '99.9'],
    [1, '100'],
  ])('%f is %s %%', (share, shown) => {
    expect(formatPercent(share, 'en')).toBe(`${shown}\u202f%`);
  });
  it('shows an accuracy to the hundredth', () => {
    expect(formatAccuracy(0.9971, 'en')).toBe('99.71\u202f%');
  });
});

describe('how long ago', () => {
  const now = Date.UTC(2025, 0, 31);
  it.each([
    [0, 'now', '现在'],
    [-5_000, 'now', '现在'],
    [59_000, 'now', '现在'],
    [61_000, '1 minute ago', '1分钟前'],
    [3 * 3_600_000, '3 hours ago', '3小时前'],
    [25 * 3_600_000, 'yesterday', '昨天'],
    [15 * 86_400_000, '2 weeks ago', '2周前'],
    [800 * 86_400_000, '2 years ago', '2年前'],
  ])('%i ms', (elapsed, english, chinese) => {
    expect(formatRelativeTime(now - elapsed, now, 'en')).toBe(english);
    expect(formatRelativeTime(now - elapsed, now, 'zh-Hans')).toBe(chinese);
  });
});
