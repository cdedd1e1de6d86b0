/**
 * A share as people read it: whole percents, and tenths above 99 %, where they begin to matter.
 * Never rounded up to certainty: 0.9999 is 99.9 %.
 */
export function formatPercent(share: number, language: string): string {
  const tenths = share > 0.99 && share < 1;
  const shown = tenths ? Math.floor(share * 1000) / 1000 : share;
  return percent(shown, language, tenths ? 1 : 0);
}

/** An accuracy to a hundredth of a percent: one more digit right in ten thousand is seen. */
export const formatAccuracy = (share: number, language: string): string => percent(share, language, 2);

function percent(share: number, language: string, digits: number): string {
  const number = new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number.format(share * 100)}\u202f%`;
}
