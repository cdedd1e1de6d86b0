import { signal } from '@preact/signals';
import type { Problem } from './problem.ts';

/** Problems that belong to no place on the page: a correction that failed, a removal that did not happen. */
export interface Notice {
  readonly key: number;
  readonly problem: Problem;
}

export const notices = signal<readonly Notice[]>([]);

const shownMs = 8_000;
let lastKey = 0;

export function report(problem: Problem): void {
  const key = ++lastKey;
  notices.value = [...notices.value, { key, problem }];
  setTimeout(() => dismiss(key), shownMs);
}

export function dismiss(key: number): void {
  notices.value = notices.value.filter((notice) => notice.key !== key);
}
