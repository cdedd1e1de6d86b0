/**
 * Puts things into a store until the disk is full, checks that what was acknowledged is there whole and nothing else,
 * makes room, goes on, and prints what it found as one line of JSON. The disk is a small file system, or files have a limit.
 * @param {{
 *   put(number: number): PromiseLike<string>,
 *   countWhole(): Promise<number>,
 *   count(): Promise<number>,
 *   remove(id: string): Promise<boolean>,
 *   close(): Promise<void>,
 * }} store `put` resolves with an id; numbers from 10,000 on are put at the same time.
 */
export async function fill(store) {
  const kept = [];
  let failure;
  for (let number = 0; failure === undefined && number < 10_000; number++) {
    try {
      kept.push(await store.put(number));
    } catch (error) {
      failure = { code: error.code, retryable: error.retryable };
    }
  }
  const together = await Promise.allSettled(
    [10_001, 10_002, 10_003].map(async (number) => store.put(number)),
  );
  kept.push(...together.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  const whole = await store.countWhole();
  const count = await store.count();
  let removed = 0;
  for (const id of kept.slice(0, 50)) removed += Number(await store.remove(id).catch(() => false));
  const after = await Promise.resolve(store.put(7_777)).then(
    () => 'kept',
    (error) => error.code,
  );
  const left = await store.count();
  await store.close();
  console.log(JSON.stringify({ failure, kept: kept.length, whole, count, removed, after, left }));
}
