/*
 * Thinning to lines of one pixel: Z. Guo and R. W. Hall, "Parallel thinning with two-subiteration algorithms" (1989),
 * algorithm A1. The effect on a pixel depends on its eight neighbours alone, so that two tables of 256 hold it.
 *
 *   bit:  7 0 1
 *         6   2
 *         5 4 3
 */
const tables = [removable(0), removable(1)];

function removable(pass: 0 | 1): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, neighbours) => {
    const p = (k: number) => (neighbours >> (k & 7)) & 1;
    let [runs, first, second] = [0, 0, 0];
    for (let k = 0; k < 8; k += 2) {
      runs += (1 - p(k)) & (p(k + 1) | p(k + 2));
      first += p(k - 1) | p(k);
      second += p(k) | p(k + 1);
    }
    const pairs = Math.min(first, second);
    const side = pass === 0 ? (p(0) | p(1) | (1 - p(3))) & p(2) : (p(4) | p(5) | (1 - p(7))) & p(6);
    return runs === 1 && pairs >= 2 && pairs <= 3 && side === 0 ? 1 : 0;
  });
}

/**
 * Thins a mask (1 = ink) whose outermost pixels are paper, in place. Returns how many passes removed something: about the
 * width of the widest place.
 */
export function thin(mask: Uint8Array, width: number): number {
  let ink: number[] = [];
  for (let i = 0; i < mask.length; i++) if (mask[i]) ink.push(i);
  let [pass, last, idle] = [0, 0, 0];
  for (; idle < 2; pass++) {
    const table = tables[pass & 1]!;
    const removed = ink.filter((i) => table[neighboursOf(mask, width, i)]);
    for (const i of removed) mask[i] = 0;
    idle = removed.length === 0 ? idle + 1 : 0;
    if (removed.length === 0) continue;
    last = pass + 1;
    ink = ink.filter((i) => mask[i]);
  }
  return last;
}

/** The eight pixels round one, a bit each. */
function neighboursOf(mask: Uint8Array, width: number, i: number): number {
  return (
    mask[i - width]! |
    (mask[i - width + 1]! << 1) |
    (mask[i + 1]! << 2) |
    (mask[i + width + 1]! << 3) |
    (mask[i + width]! << 4) |
    (mask[i + width - 1]! << 5) |
    (mask[i - 1]! << 6) |
    (mask[i - width - 1]! << 7)
  );
}
