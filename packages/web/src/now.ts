import { signal } from '@preact/signals';

/** The time that relative times are relative to; it moves every twenty seconds while someone looks. */
export const now = signal(Date.now());

export function keepTime(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, 20_000);
  document.addEventListener('visibilitychange', tick);
}
