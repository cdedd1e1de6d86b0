import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { accuracyOf, calibrationErrorOf, type ReliabilityBin, reliabilityOf, topOf } from './calibration.ts';
import { wilsonInterval } from './wilson.ts';

/** The result of reading a labelled set. */
export interface Evaluation {
  readonly set: string;
  /** All pictures of the set, with the missed ones. */
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson's 95 % interval around the accuracy. */
  readonly interval: [number, number];
  /** [true digit][digit read]. Missed pictures are in no column. */
  readonly confusion: number[][];
  /** For each digit, the share of its pictures that were read correctly; NaN where the set has none. */
  readonly recall: number[];
  /** Expected calibration error, 15 bins (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017). */
  readonly calibrationError: number;
  readonly reliability: ReliabilityBin[];
  /** The mistakes, most confident first, no more than `maxMistakes`. */
  readonly mistakes: Mistake[];
  /** The number of pictures in which preparation did not find exactly one digit. */
  readonly missed: number;
}

/** A digit read as another. */
export interface Mistake {
  /** In the set. */
  readonly index: number;
  readonly label: number;
  readonly digit: number;
  readonly confidence: number;
  /** [784] */
  readonly pixels: Uint8Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Digits given to the reader at a time. Default 1024. */
  readonly chunk?: number;
  /** Default 100. */
  readonly maxMistakes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calibrated probabilities [n, 10] for pixels [n, 784], as a Reader's `classify` gives them. */
export type Classify = (
  pixels: Uint8Array,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<Float32Array>;

/** Reads a whole set and compares with its labels. Throws what `classify` throws, and a RangeError for an empty set. */
export async function evaluate(
  classify: Classify,
  set: LabelledSet,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  return summarise(await classifySet(classify, set, options), set, options.maxMistakes);
}

/** Calibrated probabilities [count, 10] of every digit of a set, read in chunks. */
export async function classifySet(
  classify: Classify,
  set: LabelledSet,
  options: EvaluateOptions = {},
): Promise<Float32Array> {
  const chunk = options.chunk ?? 1024;
  const probabilities = new Float32Array(set.count * 10);
  for (let at = 0; at < set.count; at += chunk) {
    const pixels = set.images.subarray(at * digitBytes, Math.min(at + chunk, set.count) * digitBytes);
    probabilities.set(await classify(pixels, { signal: options.signal }), at * 10);
  }
  return probabilities;
}

/** Compares probabilities [count, 10] with a set's labels. Throws a RangeError for an empty set. */
export function summarise(probabilities: Float32Array, set: LabelledSet, maxMistakes = 100): Evaluation {
  const count = set.count + (set.missed?.length ?? 0);
  if (count === 0) throw new RangeError('Expected `set` to hold at least one picture, got none');
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const pictures = new Array<number>(10).fill(0);
  for (const { label } of set.missed ?? []) pictures[label]!++;

  const wrong: Omit<Mistake, 'pixels'>[] = [];
  for (let index = 0; index < set.count; index++) {
    const label = set.labels[index]!;
    const { digit, confidence } = topOf(probabilities, index);
    confusion[label]![digit]!++;
    pictures[label]!++;
    if (digit !== label) wrong.push({ index, label, digit, confidence });
  }
  const correct = set.count - wrong.length;
  const reliability = reliabilityOf(probabilities, set.labels);
  return {
    set: set.name,
    count,
    correct,
    accuracy: accuracyOf(correct, count),
    interval: wilsonInterval(correct, count),
    confusion,
    recall: confusion.map((row, digit) => accuracyOf(row[digit]!, pictures[digit]!)),
    calibrationError: calibrationErrorOf(reliability),
    reliability,
    mistakes: wrong
      .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
      .slice(0, maxMistakes)
      .map((mistake) => ({ ...mistake, pixels: pixelsAt(set, mistake.index) })),
    missed: set.missed?.length ?? 0,
  };
}

function pixelsAt(set: LabelledSet, index: number): Uint8Array {
  return set.images.slice(index * digitBytes, (index + 1) * digitBytes);
}
