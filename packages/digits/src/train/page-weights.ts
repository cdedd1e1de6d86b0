/**
 * The weights of a detector's card: how much its opinion on a digit counts, and how sure a reading is. They are fitted on
 * disturbed pages of digits that nothing was trained on, read as a reader reads them.
 */
import { systemClock } from '@inkwire/base';
import type { LabelledSet } from '../data/labelled-set.ts';
import type { Detector } from '../detect/detector.ts';
import { digitKinds } from '../detect/detector-maps.ts';
import { findMarks } from '../detect/find-marks.ts';
import { DigitsError } from '../errors.ts';
import { thresholdFor } from '../evaluate/calibration.ts';
import type { ModelCard } from '../model/model-card.ts';
import { bundledModel, openModelFile } from '../model/model-file.ts';
import { DigitNetwork } from '../reader/digit-network.ts';
import { confidenceOf, type DoubtSample, fitDoubt } from '../reader/doubt.ts';
import { arrangeMarks } from '../reader/lines.ts';
import { fitNaming, type NamingSample } from '../reader/naming.ts';
import {
  type CutPage,
  composePageReading,
  cutDigits,
  evidenceOf,
  type PageWeights,
  weightsOf,
} from '../reader/page-reading.ts';
import { stackDigits } from '../reader/reading.ts';
import { openRunner } from '../reader/runner.ts';
import { type DisturbedPage, disturbedPages } from './disturbed-pages.ts';

/** Options of `fitPageWeights`. */
export interface PageWeightsOptions {
  readonly detector: Detector;
  /** Digits that neither the detector nor the network of single digits was trained on. */
  readonly digits: LabelledSet;
  /** Pages for the confidence; a quarter as many others are for the names of digits. */
  readonly pages: number;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** Of the pages: no training uses it. */
const pageSeed = 7_000_003;
/** Of the pages that are not unsure at most this share is wrong. */
const unsureErrorRate = 0.03;

/** The weights, and the threshold of *unsure* that was chosen with them. */
type FittedWeights = PageWeights & Pick<ModelCard, 'unsureBelow' | 'unsureErrorRate'>;

/**
 * Reads disturbed pages with a detector and the bundled `cnn`, and fits on them which digit a mark is and, on others, how sure
 * a reading is. Rejects with `signal.reason` when aborted.
 */
export async function fitPageWeights(options: PageWeightsOptions): Promise<FittedWeights> {
  const { detector, digits, pages, threads, signal } = options;
  const network = bundledModel();
  const file = await openModelFile(network);
  const runner = await openRunner(file, network, { threads, maxBatch: 64 });
  const queue = { maxBatch: 64, maxQueue: 4096, maxWaitMs: 0, clock: systemClock };
  const names = new DigitNetwork(runner, file.card, queue);
  const forNames = Math.ceil(pages / 4);
  /** The pages from number `first` on, of those on which a digit is found. */
  async function* read(first: number, count: number) {
    for await (const disturbed of disturbedPages(digits, pageSeed, first, count)) {
      signal?.throwIfAborted();
      const found = await cutOf(disturbed, detector);
      if (found) yield { disturbed, found, answer: await names.classify(stackDigits(found.digits)) };
    }
  }
  try {
    const named: NamingSample[] = [];
    for await (const { disturbed, found, answer } of read(0, forNames))
      named.push(...namesOf(disturbed, found, answer.probabilities));
    const weights = weightsOf({ naming: fitNaming(named) });
    const samples: DoubtSample[] = [];
    for await (const { disturbed, found, answer } of read(forNames, pages)) {
      const reading = composePageReading(found, answer, file.card, weights);
      const isRight = digitsOf(reading.text) === digitsOf(arrangeMarks(disturbed.page.marks).text);
      samples.push({ evidence: evidenceOf(found, reading), isRight });
    }
    const doubt = fitDoubt(samples);
    const answers = samples.map(({ evidence, isRight }) => ({
      confidence: confidenceOf(evidence, doubt),
      isRight,
    }));
    return { ...weights, doubt, unsureBelow: thresholdFor(answers, unsureErrorRate), unsureErrorRate };
  } finally {
    await names.idle();
    await runner.close();
  }
}

/** The digits of a page; undefined where none was found. */
async function cutOf({ bytes }: DisturbedPage, detector: Detector): Promise<CutPage | undefined> {
  try {
    const found = await cutDigits(await findMarks(bytes, detector));
    return found.digits.length === 0 ? undefined : found;
  } catch (error) {
    if (error instanceof DigitsError && error.code === 'DIGITS_NONE_FOUND') return undefined;
    throw error;
  }
}

/** Those of the digits found in whose box the middle of one digit stands: what it is, and the opinions on it. */
function namesOf(
  { page, toPicture }: DisturbedPage,
  found: CutPage,
  probabilities: Float32Array,
): NamingSample[] {
  const digits = page.marks.filter(({ kind }) => kind < digitKinds);
  const middles = digits.map(({ kind, x, y }) => ({ kind, place: toPicture(x, y) }));
  return found.marks.flatMap(({ digit, row, logits }) => {
    if (!digit || row === undefined) return [];
    const [left, top, width, height] = digit.box;
    const within = middles.filter(
      ({ place: [x, y] }) => x >= left && x < left + width && y >= top && y < top + height,
    );
    if (within.length !== 1) return [];
    const network = probabilities.slice(10 * row, 10 * row + 10);
    return [{ network, detector: logits, digit: within[0]!.kind }];
  });
}

const digitsOf = (text: string) => text.replaceAll(/\s/g, '');
