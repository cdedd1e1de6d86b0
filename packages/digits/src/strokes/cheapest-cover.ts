/** Strokes that may be one digit. */
export interface StrokeGroup {
  /** Places of its strokes in the order of the strokes, ascending. The last is less than `groupSpan` after the first. */
  readonly strokes: readonly number[];
  /** The cost of taking it for a digit: minus the log of a probability. Lower is better. */
  readonly cost: number;
}

/** The most strokes in a row, ordered by x, that a group may span: a digit's four, and those of neighbours between them. */
export const groupSpan = 10;

/** The cheapest way to a state: its cost, and the last group of it. */
interface Way {
  readonly cost: number;
  readonly group?: StrokeGroup;
  readonly before?: Way;
}

/**
 * The groups of least total cost that hold each of `count` strokes exactly once; undefined when no such groups are among
 * those given.
 *
 * Strokes are taken in their order. The first one that is in no group yet must be in one of those that begin with it. A state
 * is its place and which of the following strokes are taken already, one bit each: so a crossing bar that was drawn late
 * joins its digit over the strokes of a neighbour. At most 2^(groupSpan − 1) states a stroke, a few in practice.
 * Throws a RangeError for a group that is empty, not ascending, outside of the strokes, or too long.
 */
export function cheapestCover(count: number, groups: readonly StrokeGroup[]): StrokeGroup[] | undefined {
  const beginning = Array.from({ length: count }, (): { group: StrokeGroup; taken: number }[] => []);
  for (const group of groups) {
    const taken = takenBy(group, count);
    beginning[group.strokes[0]!]!.push({ group, taken });
  }
  let ways = new Map<number, Way>([[0, { cost: 0 }]]);
  for (const candidates of beginning) {
    const next = new Map<number, Way>();
    const reach = (taken: number, way: Way) => {
      const known = next.get(taken >> 1);
      if (known === undefined || way.cost < known.cost) next.set(taken >> 1, way);
    };
    for (const [taken, way] of ways) {
      if (taken & 1) reach(taken, way);
      else
        for (const { group, taken: more } of candidates)
          if ((taken & more) === 0) reach(taken | more, { cost: way.cost + group.cost, group, before: way });
    }
    ways = next;
  }
  // Groups lie within the strokes, so that nothing is taken behind the last.
  const best = ways.get(0);
  return best && groupsOf(best);
}

/** One bit for each stroke of a group, its first at bit 0. */
function takenBy({ strokes }: StrokeGroup, count: number): number {
  const first = strokes[0] ?? -1;
  const isAscending = strokes.every(
    (stroke, i) => Number.isInteger(stroke) && (i === 0 || stroke > strokes[i - 1]!),
  );
  const last = strokes.at(-1) ?? -1;
  if (first < 0 || !isAscending || last >= count || last - first >= groupSpan)
    throw new RangeError(
      `Expected a group of strokes 0 … ${count - 1} within ${groupSpan}, got [${strokes}]`,
    );
  return strokes.reduce((taken, stroke) => taken | (1 << (stroke - first)), 0);
}

function groupsOf(way: Way): StrokeGroup[] {
  const groups: StrokeGroup[] = [];
  for (let at: Way | undefined = way; at?.group; at = at.before) groups.push(at.group);
  return groups.reverse();
}
