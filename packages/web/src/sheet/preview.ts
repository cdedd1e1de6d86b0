import type { Reading } from '@inkwire/wire/hub';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api } from '../api.ts';
import { type Stroke, toSent } from '../ink/stroke.ts';
import { createLatestTask } from '../latest-task.ts';
import { type Problem, problemOf } from '../problem.ts';

/** The reading of the ink on the sheet, as far as it is known. */
export interface Preview {
  readonly reading: Reading | undefined;
  /** The ink that `reading` was read from. */
  readonly ink: readonly Stroke[];
  readonly problem: Problem | undefined;
  /** The time at which a problem that passes by itself is tried again; on the clock of `Date.now`. */
  readonly retryAt: number | undefined;
  readonly isReading: boolean;
}

export interface Previewer {
  readonly preview: ReadonlySignal<Preview>;
  /** Reads this ink once the hand has rested; whatever was being read before no longer matters. */
  want(strokes: readonly Stroke[]): void;
  retry(): void;
}

const blank: Preview = {
  reading: undefined,
  ink: [],
  problem: undefined,
  retryAt: undefined,
  isReading: false,
};

/** Half a digit is no digit: a hand that is about to write on is not told so. */
const patienceMs = 700;

/**
 * Reads the ink while it is written, without keeping anything.
 *
 *   blank ─want→ reading ─answer→ read ─want→ reading …
 *                   └─problem→ problem ─(if it passes by itself) after a while→ reading
 *
 * The last reading stays until the next one is there, so that nothing flickers; that no digit was found is shown late.
 */
export function createPreviewer(read: Api['read'], restMs = 20): Previewer {
  const preview = signal<Preview>(blank);
  const latest = createLatestTask();
  let wanted: readonly Stroke[] = [];

  function readAfter(afterMs: number): void {
    latest.run(async (aborted) => {
      const ink = wanted;
      preview.value = { ...preview.value, isReading: true, retryAt: undefined };
      try {
        const [reading] = await read({ strokes: toSent(ink) }, { keep: false, signal: aborted });
        if (!aborted.aborted) preview.value = { ...blank, reading, ink };
      } catch (error) {
        if (!aborted.aborted) stumble(problemOf(error), ink);
      }
    }, afterMs);
  }

  function stumble(problem: Problem, ink: readonly Stroke[]): void {
    const { retryAfterMs } = problem;
    const show = (): void => {
      const retryAt = retryAfterMs === undefined ? undefined : Date.now() + retryAfterMs;
      preview.value = { ...blank, ink, problem, retryAt };
    };
    if (problem.kind === 'noneFound') {
      latest.run(async () => show(), patienceMs);
      return;
    }
    show();
    if (retryAfterMs !== undefined) latest.run(async () => readAfter(0), retryAfterMs);
  }

  return {
    preview,
    retry: () => readAfter(0),
    want(strokes) {
      wanted = strokes;
      if (strokes.length > 0) return readAfter(restMs);
      latest.cancel();
      preview.value = blank;
    },
  };
}
