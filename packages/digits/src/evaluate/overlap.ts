import type { LabelledMark } from '../data/labelled-page.ts';

type Box = LabelledMark['box'];

/** A labelled box and a read one lie on the same digit when they share this much of what they cover together. */
const leastShare = 0.5;

/** The area that two boxes share, over the area that they cover together: 0 apart, 1 the same (intersection over union). */
export function overlapShare([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const across = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const down = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  const shared = Math.max(0, across) * Math.max(0, down);
  return shared === 0 ? 0 : shared / (aw * ah + bw * bh - shared);
}

/** Pairs of a labelled and a read box on the same digit, each in one pair at most, the best overlap first. */
export function matchBoxes(
  labelled: readonly Box[],
  read: readonly Box[],
): [labelled: number, read: number][] {
  const candidates = labelled.flatMap((box, i) =>
    read.flatMap((other, j) => {
      const share = overlapShare(box, other);
      return share >= leastShare ? [{ i, j, share }] : [];
    }),
  );
  const [usedLabelled, usedRead] = [new Set<number>(), new Set<number>()];
  const pairs: [number, number][] = [];
  for (const { i, j } of candidates.sort((a, b) => b.share - a.share)) {
    if (usedLabelled.has(i) || usedRead.has(j)) continue;
    usedLabelled.add(i);
    usedRead.add(j);
    pairs.push([i, j]);
  }
  return pairs;
}
