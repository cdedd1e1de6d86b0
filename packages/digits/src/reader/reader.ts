import { availableParallelism } from 'node:os';
import {
  type Clock,
  type Closable,
  expectInteger,
  expectNumber,
  Owner,
  systemClock,
  UnderWay,
  type WaitOptions,
  within,
} from '@inkwire/base';
import { digitBytes } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import type { ModelCard } from '../model/model-card.ts';
import { bundledModel, openModelFile } from '../model/model-file.ts';
import { preparePicture } from '../prepare/prepare-picture.ts';
import { openSheet, prepareSheet, type StrokeSheet } from '../prepare/prepare-strokes.ts';
import type { PreparedPicture, Stroke } from '../prepare/prepared.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { DigitNetwork } from './digit-network.ts';
import { openPageFinder, type PageFinder } from './page-finder.ts';
import { composePageReading } from './page-reading.ts';
import { composeReading, type ReadPicture, stackDigits } from './reading.ts';
import { type ModelRunner, openRunner } from './runner.ts';
import { coverOf } from './stroke-cover.ts';
import { composeStrokeReading, strokeCandidates } from './stroke-reading.ts';

/** The input of a reader: a picture file's bytes, pen strokes, or the [784] pixels of one digit that is prepared already. */
export type Picture =
  | { readonly bytes: Uint8Array }
  | { readonly strokes: readonly Stroke[] }
  | { readonly pixels: Uint8Array };

/** Options of `openReader`. */
export interface ReaderOptions {
  /** A model file. Default: the bundled CNN. */
  readonly model?: string | undefined;
  /**
   * A detector's model file (recipe `page`), by which the digits of picture files are found, or false: rules find them.
   * Default: the bundled detector. Pen strokes do not need it: the model decides which of them are a digit. Nor do pictures
   * of at most 72 × 72 pixels that are not wider than 1.3 times their height: they hold a digit that was cut out already.
   */
  readonly detector?: string | false | undefined;
  /** Threads inside one run of the model. Default 1: a batch of 64 is read in a few milliseconds. */
  readonly threads?: number;
  /** Most digits in one run, from 1. Default 64: a run blocks the event loop. */
  readonly maxBatch?: number;
  /**
   * Most digits that a new request may have to wait for, from 1. A request that would make them more is refused. Of a
   * large request only one batch counts, because other requests are read after that. Default 4096, a third of a second.
   */
  readonly maxQueue?: number;
  /** Most pictures waiting to be prepared, from 0. Default 256. */
  readonly maxPictures?: number;
  /** Pictures prepared at once, from 1. Default: the machine's parallelism, at least 2. */
  readonly maxPreparing?: number;
  /** The time for which a batch waits for more digits. Default 0: until the next turn of the event loop. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
}

/**
 * Reads handwritten digits with one model. Requests that arrive together are read in one run. `close()` finishes the
 * requests that were accepted; `destroy(error)` rejects them with `error`. Later requests reject with `BASE_CLOSED`.
 */
export interface Reader extends Closable {
  /** Of the model that reads single digits. */
  readonly card: ModelCard;
  /** Of the detector; undefined where rules find the digits of pictures. */
  readonly detector?: ModelCard | undefined;
  /**
   * Finds and reads the digits of a picture. Rejects with `DIGITS_NONE_FOUND` when there are none, with
   * `DIGITS_OVERLOADED` (retryable) when too many requests wait, with the errors of `preparePicture` for bytes that are
   * not a picture, with `BASE_TIMEOUT`, with the signal's reason, and with a TypeError for what is no picture.
   */
  read(picture: Picture, options?: WaitOptions): Promise<ReadPicture>;
  /**
   * Calibrated probabilities [n, 10] of prepared digits [n, 784]. The digits must not change until it resolves. Rejects
   * like `read`, and with a RangeError for another shape.
   */
  classify(pixels: Uint8Array, options?: WaitOptions): Promise<Float32Array>;
  /** Runs and digits since the reader was opened; digits waiting now. */
  readonly stats: { readonly batches: number; readonly digits: number; readonly queued: number };
}

/** Opens a reader. Throws `DIGITS_MODEL_MISSING`, `DIGITS_MODEL_DAMAGED`, and a RangeError or TypeError for options out of bounds. */
export async function openReader(options: ReaderOptions = {}): Promise<Reader> {
  const resolved = resolveOptions(options);
  const file = await openModelFile(resolved.model);
  const runner = await openRunner(file, resolved.model, resolved);
  try {
    const { detector, threads } = resolved;
    const finder = detector === false ? undefined : await openPageFinder(detector, threads);
    return new ModelReader(file.card, runner, finder, resolved);
  } catch (error) {
    await runner.close();
    throw error;
  }
}

function resolveOptions(options: ReaderOptions) {
  return Object.freeze({
    model: options.model ?? bundledModel(),
    detector: options.detector ?? bundledModel('page'),
    threads: expectInteger('threads', options.threads ?? 1, { min: 1, max: 256 }),
    maxBatch: expectInteger('maxBatch', options.maxBatch ?? 64, { min: 1, max: 4096 }),
    maxQueue: expectInteger('maxQueue', options.maxQueue ?? 4096, { min: 1 }),
    maxPictures: expectInteger('maxPictures', options.maxPictures ?? 256, { min: 0 }),
    maxPreparing: expectInteger('maxPreparing', options.maxPreparing ?? Math.max(2, availableParallelism()), {
      min: 1,
    }),
    maxWaitMs: expectNumber('maxWaitMs', options.maxWaitMs ?? 0, { min: 0 }),
    clock: options.clock ?? systemClock,
  });
}

class ModelReader extends Owner implements Reader {
  readonly card: ModelCard;
  readonly #runner: ModelRunner;
  readonly #finder: PageFinder | undefined;
  readonly #network: DigitNetwork;
  readonly #preparing: ConcurrencyLimit;
  /** Requests that can be aborted. The others are in the network's queue alone. */
  readonly #reads: UnderWay;

  constructor(
    card: ModelCard,
    runner: ModelRunner,
    finder: PageFinder | undefined,
    options: ReturnType<typeof resolveOptions>,
  ) {
    super('reader');
    this.card = card;
    this.#runner = runner;
    this.#finder = finder;
    this.#preparing = new ConcurrencyLimit(options.maxPreparing, options.maxPictures);
    this.#network = new DigitNetwork(runner, card, options);
    this.#reads = new UnderWay(options.clock);
  }

  get detector() {
    return this.#finder?.card;
  }

  get stats() {
    return this.#network.stats;
  }

  async classify(pixels: Uint8Array, options: WaitOptions = {}): Promise<Float32Array> {
    this.expectOpen();
    if (pixels.length === 0 || pixels.length % digitBytes !== 0)
      throw new RangeError(`Expected \`pixels\` to be [n, ${digitBytes}], got \`${pixels.length}\` bytes`);
    const answer = await this.#begin((signal) => this.#network.classify(pixels, signal), options);
    return answer.probabilities;
  }

  async read(picture: Picture, options: WaitOptions = {}): Promise<ReadPicture> {
    this.expectOpen();
    expectPicture(picture);
    if ('bytes' in picture)
      return this.#reads.run((signal) => this.#readPicture(picture.bytes, signal), options);
    if ('strokes' in picture) {
      const sheet = openSheet(picture.strokes);
      if (sheet.drawing.strokes.length > 1)
        return this.#reads.run((signal) => this.#readStrokes(sheet, signal), options);
      return this.#readOne(prepareSheet(sheet), options);
    }
    return this.#readOne(preparedAlready(picture.pixels), options);
  }

  #readOne(prepared: PreparedPicture, options: WaitOptions): Promise<ReadPicture> {
    return this.#begin((signal) => this.#readDigits(prepared, signal), options);
  }

  async #readStrokes(sheet: StrokeSheet, signal: AbortSignal): Promise<ReadPicture> {
    const found = await strokeCandidates(sheet, signal);
    const digits = found?.candidates.flatMap((candidate) => candidate.digits) ?? [];
    if (!found || digits.length === 0) return this.#readDigits(prepareSheet(sheet), signal);
    const pixels = stackDigits(digits);
    const first = await this.#network.look(pixels, signal);
    const cover = coverOf(found, first, this.card);
    // Of the candidates only those that are digits are worth a second look.
    const rows = cover.groups.flatMap((group) => group.rows);
    const answer = await this.#network.lookAgain(pixels, first, { rows, signal });
    return (
      composeStrokeReading(found, cover, answer, this.card) ?? this.#readDigits(prepareSheet(sheet), signal)
    );
  }

  async #readPicture(bytes: Uint8Array, signal: AbortSignal): Promise<ReadPicture> {
    const finder = this.#finder;
    if (!finder)
      return this.#readDigits(await this.#prepare(() => preparePicture(bytes, { signal }), signal), signal);
    const found = await this.#prepare(() => finder.find(bytes, signal), signal);
    if (!('page' in found)) return this.#readDigits(found, signal);
    const answer = await this.#network.classify(stackDigits(found.digits), signal);
    const reading = composePageReading(found, answer, this.card, finder.weights);
    return { ...reading, detector: finder.card.version };
  }

  #prepare<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return within(this.#preparing.run(work, signal), { signal });
  }

  async #readDigits(prepared: PreparedPicture, signal?: AbortSignal): Promise<ReadPicture> {
    const pixels = stackDigits(prepared.lines.flat(2));
    return composeReading(prepared, await this.#network.classify(pixels, signal), this.card);
  }

  /** A signal costs 10 µs, a sixth of the time to read a digit. Without options, work is given none. */
  #begin<T>(work: (signal?: AbortSignal) => Promise<T>, options: WaitOptions): Promise<T> {
    const endsEarly = options.signal !== undefined || options.timeoutMs !== undefined;
    return endsEarly ? this.#reads.run(work, options) : work();
  }

  protected override async drain(): Promise<void> {
    await this.#reads.drained();
    await this.#network.idle();
    await this.#closeModels();
  }

  protected override async abort(error: Error): Promise<void> {
    const ended = this.#reads.abort(error);
    await this.#network.destroy(error);
    await ended;
    await this.#closeModels();
  }

  async #closeModels(): Promise<void> {
    await Promise.all([this.#runner.close(), this.#finder?.close()]);
  }
}

/** For callers without types, who may pass a file's name or a promise of its bytes. `prepareSheet` checks strokes. */
function expectPicture(picture: Picture): void {
  if (Object(picture) !== picture || !['bytes', 'strokes', 'pixels'].some((key) => key in picture))
    throw new TypeError('Expected a picture with `bytes`, `strokes` or `pixels`');
  for (const [name, value] of Object.entries(picture))
    if (name !== 'strokes' && !(value instanceof Uint8Array))
      throw new TypeError(`Expected \`${name}\` to be a Uint8Array`);
}

function preparedAlready(pixels: Uint8Array): PreparedPicture {
  if (pixels.length !== digitBytes)
    throw new RangeError(`Expected \`pixels\` to be [${digitBytes}], got \`${pixels.length}\` bytes`);
  if (pixels.every((ink) => ink === 0))
    throw new DigitsError('DIGITS_NONE_FOUND', 'No digit was found: the pixels are all paper');
  return { width: 28, height: 28, lines: [[[{ box: [0, 0, 28, 28], pixels }]]], clutter: 0 };
}
