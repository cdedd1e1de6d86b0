import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type RowRange, visibleRange } from './visible-range.ts';

interface LongListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** CSS pixels; every row is as high. */
  rowHeight: number;
  label: string;
  row: (item: T) => ComponentChildren;
  /** Called when the end comes into sight. */
  onEnd: () => void;
}

/**
 * A list of which only the rows in sight are in the document, whatever scrolls it: the window or something around it.
 * Rows that arrive on top while someone reads further down do not move what they read.
 */
export function LongList<T>({ items, keyOf, rowHeight, label, row, onEnd }: LongListProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const range = useSignal<RowRange>({ first: 0, last: 24 });

  function updateRange(): void {
    if (!list.current || list.current.offsetParent === null) return;
    const { top } = list.current.getBoundingClientRect();
    const { first, last } = visibleRange(items.length, rowHeight, top, innerHeight);
    if (first !== range.value.first || last !== range.value.last) range.value = { first, last };
    if (last >= items.length) onEnd();
  }

  useKeptPlace(list, items, keyOf, rowHeight);
  useEffect(() => {
    updateRange();
    const watching = new AbortController();
    // Scrolling does not bubble; capturing hears it from whatever scrolls.
    document.addEventListener('scroll', updateRange, {
      capture: true,
      passive: true,
      signal: watching.signal,
    });
    addEventListener('resize', updateRange, { signal: watching.signal });
    addEventListener('hashchange', () => requestAnimationFrame(updateRange), { signal: watching.signal });
    return () => watching.abort();
  });

  const { first, last } = range.value;
  return (
    <ul
      ref={list}
      class="long-list"
      aria-label={label}
      style={{ height: `${items.length * rowHeight}px`, '--row': `${rowHeight}px` }}
    >
      {items.slice(first, last).map((item, index) => (
        <li
          key={keyOf(item)}
          aria-setsize={items.length}
          aria-posinset={first + index + 1}
          style={{ top: `${(first + index) * rowHeight}px` }}
        >
          {row(item)}
        </li>
      ))}
    </ul>
  );
}

/** Scrolls by as much as was put on top, when the top is out of sight. */
function useKeptPlace<T>(
  list: { current: HTMLElement | null },
  items: readonly T[],
  keyOf: (item: T) => string,
  rowHeight: number,
): void {
  const before = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const added =
      before.current === undefined ? 0 : items.findIndex((item) => keyOf(item) === before.current);
    before.current = items[0] && keyOf(items[0]);
    const scroller = list.current && scrollerOf(list.current);
    if (added <= 0 || !scroller) return;
    const edge = scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top;
    if (list.current!.getBoundingClientRect().top < edge - rowHeight / 2)
      scroller.scrollTop += added * rowHeight;
  }, [items]);
}

function scrollerOf(element: Element): Element | null {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.scrollingElement;
}
