/**
 * Works on `items` with at most `concurrency` at a time and yields the results in the order of the items, each as soon
 * as it and all results before it are done. At most `concurrency` results wait. The first rejection ends it.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for (const item of items) {
    if (running.length === concurrency) yield await running.shift()!;
    const result = work(item);
    // Awaited in its turn; until then its rejection must not count as unhandled.
    result.catch(() => {});
    running.push(result);
  }
  for (const result of running) yield await result;
}
