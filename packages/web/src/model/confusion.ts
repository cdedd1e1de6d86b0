/** One kind of mistake: a digit that was written, what it was read as, and how often. */
export interface Mistake {
  readonly written: number;
  readonly read: number;
  readonly times: number;
}

/** The most frequent mistakes of a confusion matrix [true][read], at most `limit`. */
export function worstMistakes(confusion: readonly (readonly number[])[], limit: number): Mistake[] {
  return mistakesOf(confusion)
    .sort((a, b) => b.times - a.times || a.written - b.written || a.read - b.read)
    .slice(0, limit);
}

/** The darkness of a cell off the diagonal, 0…1: by the square root, so that a single mistake is still seen. */
export function darkness(confusion: readonly (readonly number[])[], times: number): number {
  const most = Math.max(1, ...mistakesOf(confusion).map((mistake) => mistake.times));
  return Math.sqrt(times / most);
}

function mistakesOf(confusion: readonly (readonly number[])[]): Mistake[] {
  return confusion.flatMap((row, written) =>
    row.flatMap((times, read) => (read !== written && times > 0 ? [{ written, read, times }] : [])),
  );
}
