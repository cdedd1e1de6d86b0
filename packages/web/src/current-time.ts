import { signal } from '@preact/signals';

/** The time that relative times are relative to; it moves every twenty seconds while someone looks. */
export const currentTime = signal(Date.now());

export function updateCurrentTime(): void {
  const tick = (): void => {
    if (!document.hidden) currentTime.value = Date.now();
  };
  setInterval(tick, 20_000);
  document.addEventListener('visibilitychange', tick);
}
