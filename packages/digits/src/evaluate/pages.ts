import type { LabelledPages } from '../data/labelled-page.ts';
import { type ReadPagesOptions, readPicture } from '../data/page-digits.ts';
import { DigitsError } from '../errors.ts';
import { accuracyOf, binConfidences, calibrationErrorOf } from './calibration.ts';
import type { PageEvaluation, PageReading } from './page-evaluation.ts';
import { PageTally } from './page-tally.ts';
import { pageThumbnail } from './page-thumbnail.ts';
import { wilsonInterval } from './wilson.ts';

/** Reads the bytes of a picture, as a Reader's `read` does. */
export type ReadPage = (
  picture: { readonly bytes: Uint8Array },
  options?: { readonly signal?: AbortSignal },
) => Promise<PageReading>;

/** Options of `evaluatePages`. */
export interface EvaluatePagesOptions extends ReadPagesOptions {
  /** Mistakes that are kept with their pictures. Default 24. */
  readonly maxMistakes?: number;
}

/** The confidences from which on wrong readings are counted. */
const sureLevels = [0.99, 0.9];

/**
 * Reads labelled pages one after another and compares their digits with the labels; separators and spaces are not
 * compared. A picture that cannot be read counts as wrong. Memory: one picture, and `maxMistakes` reduced ones.
 *
 * Throws a RangeError for a set without pages, what `read` throws when it is no `DigitsError`, and the signal's reason.
 */
export async function evaluatePages(
  read: ReadPage,
  set: LabelledPages,
  options: EvaluatePagesOptions = {},
): Promise<PageEvaluation> {
  const { maxMistakes = 24, signal } = options;
  const count = set.pages.length;
  if (count === 0) throw new RangeError('Expected `set` to hold at least one page, got none');
  const tally = new PageTally(maxMistakes);
  for (const page of set.pages) {
    signal?.throwIfAborted();
    try {
      const bytes = await readPicture(page.file, options);
      const began = performance.now();
      const reading = await readOrNothing(read, bytes, signal);
      tally.add(page, reading, performance.now() - began);
    } catch (error) {
      if (!(error instanceof DigitsError)) throw error;
      tally.refuse(page, error);
    }
  }
  const { correct } = tally;
  const reliability = binConfidences(tally.readings);
  return {
    set: set.name,
    count,
    correct,
    accuracy: accuracyOf(correct, count),
    interval: wilsonInterval(correct, count),
    ...tally.digitFigures(),
    sure: sureLevels.map((from) => {
      const sure = tally.readings.filter(({ confidence }) => confidence >= from);
      return { from, count: sure.length, wrong: sure.filter(({ isRight }) => !isRight).length };
    }),
    calibrationError: calibrationErrorOf(reliability),
    reliability,
    milliseconds: tally.times(),
    refused: tally.refused,
    mistakes: await Promise.all(
      tally.mistakes.map(async (mistake) => ({ ...mistake, thumbnail: await pageThumbnail(mistake.file) })),
    ),
  };
}

const nothing: PageReading = { text: '', confidence: 0, digits: [] };

/** A picture in which nothing is found was read: it says that there is none. */
async function readOrNothing(
  read: ReadPage,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<PageReading> {
  try {
    return await read({ bytes }, signal && { signal });
  } catch (error) {
    if (error instanceof DigitsError && error.code === 'DIGITS_NONE_FOUND') return nothing;
    throw error;
  }
}
