/** A step of an alignment: a digit and what was read for it; one of the two is missing where it was lost or is extra. */
export interface AlignedPair {
  readonly expected: string | undefined;
  readonly read: string | undefined;
}

const [both, lost, extra] = [0, 1, 2];

/**
 * Lays what was read beside what is written, with the fewest digits changed, lost and added (Wagner and Fischer 1974). Of equal ways
 * it prefers a changed digit to a lost and an added one, and what lies further right. Memory: the product of the two lengths.
 */
export function alignDigits(expected: string, read: string): AlignedPair[] {
  const columns = read.length + 1;
  const moves = new Uint8Array((expected.length + 1) * columns);
  let above = Uint32Array.from({ length: columns }, (_, column) => column);
  for (let column = 1; column < columns; column++) moves[column] = extra;
  for (let row = 1; row <= expected.length; row++) {
    const costs = new Uint32Array(columns);
    costs[0] = row;
    moves[row * columns] = lost;
    for (let column = 1; column < columns; column++) {
      const change = above[column - 1]! + (expected[row - 1] === read[column - 1] ? 0 : 1);
      const loss = above[column]! + 1;
      const addition = costs[column - 1]! + 1;
      const least = Math.min(change, loss, addition);
      costs[column] = least;
      moves[row * columns + column] = least === change ? both : least === loss ? lost : extra;
    }
    above = costs;
  }
  return walkBack(expected, read, moves);
}

function walkBack(expected: string, read: string, moves: Uint8Array): AlignedPair[] {
  const pairs: AlignedPair[] = [];
  let [row, column] = [expected.length, read.length];
  while (row > 0 || column > 0) {
    const move = moves[row * (read.length + 1) + column];
    pairs.push({
      expected: move === extra ? undefined : expected[--row],
      read: move === lost ? undefined : read[--column],
    });
  }
  return pairs.reverse();
}
