import { cellSide, type DetectorMaps, digitKinds } from '../detect/detector-maps.ts';
import { type Candidate, peaksOf } from '../detect/marks.ts';
import type { Mark } from '../pages/mark.ts';

/** Counts of the digits and marks that were found on pages. */
export interface PageScore {
  /** Digits that stand on the pages. */
  readonly digits: number;
  /** Peaks whose best kind is a digit. */
  readonly found: number;
  /** [true digit][digit found] of the digits at which there is a peak of a digit. */
  readonly confusion: readonly (readonly number[])[];
}

/** Compares peaks of heat maps with the marks that stand on the pages. */
export class PageCounter implements PageScore {
  digits = 0;
  found = 0;
  readonly confusion: number[][] = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));

  /** The maps of one page, and the marks that stand on it. */
  add(maps: DetectorMaps, marks: readonly Mark[]): void {
    const left = new Set(marks.filter(({ kind }) => kind < digitKinds));
    this.digits += left.size;
    const place = { scale: 1, left: 0, top: 0 };
    const peaks = peaksOf(maps, place).filter(({ kind }) => kind < digitKinds);
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
function nearest({ x, y }: Candidate, marks: ReadonlySet<Mark>): Mark | undefined {
  const distance = (mark: Mark) => Math.hypot(mark.x - x, mark.y - y);
  const near = [...marks].filter(
    (mark) =>
      Math.abs(mark.x - x) <= Math.max(cellSide, mark.width / 2) &&
      Math.abs(mark.y - y) <= Math.max(cellSide, mark.height / 2),
  );
  return near.toSorted((a, b) => distance(a) - distance(b))[0];
}
