import type { Mark, PageSize } from '../pages/page.ts';
import { stride } from '../pages/targets.ts';

/** Kinds below this are digits, the others separators. */
const digitKinds = 10;

/** What was found on pages, counted. */
export interface PageScore {
  /** Digits that stand on the pages. */
  readonly digits: number;
  /** Peaks whose best kind is a digit. */
  readonly found: number;
  /** [true digit][digit found] of the digits at which there is a peak of a digit. */
  readonly confusion: readonly (readonly number[])[];
}

/** A peak of the heat maps: kind and centre, pixels. */
interface Peak {
  readonly kind: number;
  readonly score: number;
  readonly x: number;
  readonly y: number;
}

/** A peak below this score counts as none. */
export const leastScore = 0.3;
const leastLogit = Math.log(leastScore / (1 - leastScore));

/** Compares peaks of heat maps with the marks that stand on the pages. */
export class PageCounter implements PageScore {
  digits = 0;
  found = 0;
  readonly confusion: number[][] = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));

  /** `heat`: [15, height / 4, width / 4] logits of one page. */
  add(heat: Float32Array, { width, height }: PageSize, marks: readonly Mark[]): void {
    const left = new Set(marks.filter(({ kind }) => kind < digitKinds));
    this.digits += left.size;
    const peaks = peaksOf(heat, width / stride, height / stride).filter(({ kind }) => kind < digitKinds);
    this.found += peaks.length;
    for (const peak of peaks.toSorted((a, b) => b.score - a.score)) {
      const mark = nearest(peak, left);
      if (!mark) continue;
      left.delete(mark);
      this.confusion[mark.kind]![peak.kind]!++;
    }
  }

  /** Digits found at their place and as what they are. */
  get correct(): number {
    return this.confusion.reduce((total, row, digit) => total + row[digit]!, 0);
  }

  /** The harmonic mean of recall and precision (F1), 0…1. */
  get accuracy(): number {
    return (2 * this.correct) / Math.max(1, this.digits + this.found);
  }
}

/** The digit whose box the peak lies in, or within a cell of it; of several the nearest. */
function nearest({ x, y }: Peak, marks: ReadonlySet<Mark>): Mark | undefined {
  const distance = (mark: Mark) => Math.hypot(mark.x - x, mark.y - y);
  const near = [...marks].filter(
    (mark) =>
      Math.abs(mark.x - x) <= Math.max(stride, mark.width / 2) &&
      Math.abs(mark.y - y) <= Math.max(stride, mark.height / 2),
  );
  return near.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** Cells whose best kind has at least that score, and that no cell around exceeds. */
function peaksOf(heat: Float32Array, columns: number, rows: number): Peak[] {
  const cells = columns * rows;
  const best = new Float32Array(cells).fill(Number.NEGATIVE_INFINITY);
  const kinds = new Uint8Array(cells);
  heat.forEach((logit, i) => {
    const cell = i % cells;
    if (logit <= best[cell]!) return;
    best[cell] = logit;
    kinds[cell] = Math.floor(i / cells);
  });
  const peaks: Peak[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const score = best[row * columns + column]!;
      if (score < leastLogit || exceeded(best, columns, rows, row, column)) continue;
      const kind = kinds[row * columns + column]!;
      peaks.push({ kind, score, x: (column + 0.5) * stride, y: (row + 0.5) * stride });
    }
  return peaks;
}

function exceeded(best: Float32Array, columns: number, rows: number, row: number, column: number): boolean {
  const score = best[row * columns + column]!;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
      if (best[y * columns + x]! > score) return true;
  return false;
}
