import { effect } from '@preact/signals';
import { unread } from './state.ts';

/** Says in the window's title how much was not read yet; called once. */
export function countInTitle(target: Document): void {
  const { title } = target;
  effect(() => {
    target.title = unread.value > 0 ? `(${unread.value}) ${title}` : title;
  });
}
