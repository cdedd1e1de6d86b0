import { effect } from '@preact/signals';
import { unreadCount } from './state.ts';

/** Says in the window's title how much was not read yet; called once. */
export function countInTitle(target: Document): void {
  const { title } = target;
  effect(() => {
    target.title = unreadCount.value > 0 ? `(${unreadCount.value}) ${title}` : title;
  });
}
