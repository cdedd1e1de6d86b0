/** Runs tasks of which only the latest matters: a new one, after a pause, aborts the one before it. */
export interface LatestTask {
  run(task: (signal: AbortSignal) => Promise<void>, afterMs?: number): void;
  cancel(): void;
}

/** A task handles its own errors; one that was aborted is expected to return quietly or to throw, and is not listened to. */
export function createLatestTask(): LatestTask {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller: AbortController | undefined;

  function cancel(): void {
    clearTimeout(timer);
    controller?.abort();
    controller = undefined;
  }

  return {
    cancel,
    run(task, afterMs = 0) {
      cancel();
      const mine = (controller = new AbortController());
      const start = (): void =>
        void task(mine.signal).catch((error: unknown) => {
          if (!mine.signal.aborted) throw error;
        });
      if (afterMs > 0) timer = setTimeout(start, afterMs);
      else start();
    },
  };
}
