import { messageOf } from '@inkwire/base';
import type { LabelledMark, LabelledPage } from '../data/labelled-page.ts';
import { alignDigits } from './alignment.ts';
import { accuracyOf } from './calibration.ts';
import { matchBoxes } from './overlap.ts';
import type { DigitCounts, PageEvaluation, PageMistake, PageReading } from './page-evaluation.ts';

/** The sums of an evaluation of pages while it runs. */
export class PageTally {
  correct = 0;
  /** Of the pages in which digits were read. */
  readonly readings: { readonly confidence: number; readonly isRight: boolean }[] = [];
  readonly refused: { readonly file: string; readonly reason: string }[] = [];
  /** The most confident mistakes, in order. */
  readonly mistakes: PageMistake[] = [];
  readonly #maxMistakes: number;
  readonly #times: number[] = [];
  readonly #confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  readonly #lost = new Array<number>(10).fill(0);
  readonly #extra = new Array<number>(10).fill(0);
  readonly #boxes = { pages: 0, labelled: 0, read: 0, right: 0 };

  constructor(maxMistakes: number) {
    this.#maxMistakes = maxMistakes;
  }

  add(page: LabelledPage, reading: PageReading, milliseconds: number): void {
    this.#times.push(milliseconds);
    const read = reading.text.replaceAll(/\D/g, '');
    const isRight = read === page.digits;
    if (isRight) this.correct++;
    else this.#addMistake(page, reading, read);
    if (read !== '') this.readings.push({ confidence: reading.confidence, isRight });
    this.#align(page.digits, read);
    if (page.marks) this.#match(page.marks, reading);
  }

  /** A picture that could not be read: all of its digits are lost. */
  refuse(page: LabelledPage, error: Error): void {
    this.refused.push({ file: page.file, reason: messageOf(error) });
    this.#align(page.digits, '');
    if (page.marks) this.#match(page.marks, { digits: [] });
  }

  digitFigures(): Pick<PageEvaluation, 'digits' | 'boxes' | 'confusion' | 'recall' | 'lost' | 'extra'> {
    const [confusion, lost, extra] = [this.#confusion, this.#lost, this.#extra];
    const right = sum(confusion.map((row, digit) => row[digit]!));
    const aligned = sum(confusion.flat());
    const { pages, ...boxes } = this.#boxes;
    return {
      digits: countsOf({ labelled: aligned + sum(lost), read: aligned + sum(extra), right }),
      boxes: pages === 0 ? undefined : countsOf(boxes),
      confusion,
      recall: confusion.map((row, digit) => accuracyOf(row[digit]!, sum(row) + lost[digit]!)),
      lost,
      extra,
    };
  }

  /** NaN when nothing was read. */
  times(): { mean: number; median: number } {
    const sorted = Float64Array.from(this.#times).sort();
    const median = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
    return { mean: accuracyOf(sum(this.#times), this.#times.length), median };
  }

  #addMistake({ name, file, digits, marks }: LabelledPage, reading: PageReading, read: string): void {
    const { confidence, digits: found } = reading;
    const at = this.mistakes.findIndex((mistake) => mistake.confidence < confidence);
    const mistake = { name, file, expected: digits, read, confidence, found, marks };
    this.mistakes.splice(at < 0 ? this.mistakes.length : at, 0, mistake);
    this.mistakes.length = Math.min(this.mistakes.length, this.#maxMistakes);
  }

  #align(digits: string, text: string): void {
    for (const { expected, read } of alignDigits(digits, text)) {
      if (expected === undefined) this.#extra[Number(read)]!++;
      else if (read === undefined) this.#lost[Number(expected)]!++;
      else this.#confusion[Number(expected)]![Number(read)]!++;
    }
  }

  #match(marks: readonly LabelledMark[], { digits }: Pick<PageReading, 'digits'>): void {
    const labelled = marks.filter(({ mark }) => /\d/.test(mark));
    const pairs = matchBoxes(
      labelled.map(({ box }) => box),
      digits.map(({ box }) => box),
    );
    this.#boxes.pages++;
    this.#boxes.labelled += labelled.length;
    this.#boxes.read += digits.length;
    this.#boxes.right += pairs.filter(([i, j]) => Number(labelled[i]!.mark) === digits[j]!.digit).length;
  }
}

function countsOf(counts: { labelled: number; read: number; right: number }): DigitCounts {
  const { labelled, read, right } = counts;
  return { ...counts, recall: accuracyOf(right, labelled), precision: accuracyOf(right, read) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
