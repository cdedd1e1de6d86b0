/** Numbers as people read them. */

/** 1234567 → `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** 0.9962 → `99.62 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** Seconds as `8 s`, `2 min 05 s`, `1 h 02 min`; an unknown duration as `?`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor(whole / 60) % 60)} min`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Three significant digits: `52.1`, `0.0213`, `1,230`. */
export function formatRate(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (value >= 1000) return formatCount(value);
  return value === 0 ? '0' : value.toPrecision(3);
}
