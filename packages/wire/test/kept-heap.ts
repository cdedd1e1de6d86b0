/** Bytes of the heap that are still used after a collection. What ends at the end of a turn has ended before it. */
export async function keptHeap(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}
