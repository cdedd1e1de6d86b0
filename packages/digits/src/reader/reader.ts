import { availableParallelism } from 'node:os';
import {
  type Clock,
  type Closable,
  expectInteger,
  expectNumber,
  Lifetime,
  systemClock,
  type WaitOptions,
  within,
} from '@inkwire/base';
import { digitBytes } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import type { ModelCard } from '../model/model-card.ts';
import { bundledModel, openModelFile } from '../model/model-file.ts';
import { preparePicture } from '../prepare/prepare-picture.ts';
import { prepareStrokes } from '../prepare/prepare-strokes.ts';
import type { PreparedPicture, Stroke } from '../prepare/prepared.ts';
import { Batcher } from './batcher.ts';
import { Gate } from './gate.ts';
import { composeReading, digitsOf, type ReadPicture, stackDigits } from './reading.ts';
import { type ModelRunner, openRunner } from './runner.ts';

/** What a reader reads: a picture file's bytes, pen strokes, or the [784] pixels of one digit that is prepared already. */
export type Picture =
  | { readonly bytes: Uint8Array }
  | { readonly strokes: readonly Stroke[] }
  | { readonly pixels: Uint8Array };

/** How a reader is opened. */
export interface ReaderOptions {
  /** A model file. Default: the bundled CNN. */
  readonly model?: string | undefined;
  /** Threads inside one run of the model. Default 1: a batch of 64 is read in a few milliseconds. */
  readonly threads?: number;
  /** Most digits in one run, from 1. Default 64: the event loop stands still during a run. */
  readonly maxBatch?: number;
  /**
   * Most digits that the next may have to wait for, from 1; what would make them more is refused. Of a large request one
   * batch counts, because others are let in after that. Default 4096, a third of a second.
   */
  readonly maxQueue?: number;
  /** Most pictures waiting to be prepared, from 0. Default 256. */
  readonly maxPictures?: number;
  /** Pictures prepared at once, from 1. Default: the machine's parallelism, at least 2. */
  readonly maxPreparing?: number;
  /** How long a batch waits for more digits. Default 0: whatever arrives in the same turn of the event loop. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
}

/**
 * Reads handwritten digits with one model. What arrives together is read in one run. `close()` finishes what was
 * accepted; `destroy(error)` rejects it with `error`. After either, reading rejects with `BASE_CLOSED`.
 */
export interface Reader extends Closable {
  readonly card: ModelCard;
  /**
   * Finds and reads the digits of a picture. Rejects with `DIGITS_NONE_FOUND` when there are none, with
   * `DIGITS_OVERLOADED` (retryable) when too much waits, with what `preparePicture` throws for a picture that is no
   * picture, with `BASE_TIMEOUT` or the signal's reason.
   */
  read(picture: Picture, options?: WaitOptions): Promise<ReadPicture>;
  /**
   * Calibrated probabilities [n, 10] of prepared digits [n, 784], which must not change until then. Rejects like `read`,
   * and with a RangeError for another shape.
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
  return new ModelReader(file.card, runner, resolved);
}

function resolveOptions(options: ReaderOptions) {
  return Object.freeze({
    model: options.model ?? bundledModel(),
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

class ModelReader implements Reader {
  readonly card: ModelCard;
  readonly #batcher: Batcher;
  readonly #gate: Gate;
  readonly #clock: Clock;
  readonly #lifetime: Lifetime;
  /** Whatever is under way and can be aborted, by what aborts it; the rest is in the batcher alone. */
  readonly #reading = new Map<AbortController, Promise<unknown>>();

  constructor(card: ModelCard, runner: ModelRunner, options: ReturnType<typeof resolveOptions>) {
    this.card = card;
    this.#clock = options.clock;
    this.#gate = new Gate(options.maxPreparing, options.maxPictures);
    this.#batcher = new Batcher(runner, { ...options, temperature: card.temperature });
    this.#lifetime = new Lifetime('reader', {
      drain: async () => {
        await Promise.allSettled(this.#reading.values());
        await this.#batcher.idle();
        await runner.close();
      },
      abort: async (error) => {
        for (const controller of this.#reading.keys()) controller.abort(error);
        await this.#batcher.destroy(error);
        await Promise.allSettled(this.#reading.values());
        await runner.close();
      },
    });
  }

  get stats() {
    return this.#batcher.stats;
  }

  get closed(): boolean {
    return this.#lifetime.closed;
  }

  async classify(pixels: Uint8Array, options: WaitOptions = {}): Promise<Float32Array> {
    this.#lifetime.check();
    if (pixels.length === 0 || pixels.length % digitBytes !== 0)
      throw new RangeError(`Expected \`pixels\` to be [n, ${digitBytes}], got \`${pixels.length}\` bytes`);
    const answer = endsEarly(options)
      ? this.#watch((signal) => this.#batcher.classify(pixels, signal), options)
      : this.#batcher.classify(pixels);
    return (await answer).probabilities;
  }

  async read(picture: Picture, options: WaitOptions = {}): Promise<ReadPicture> {
    this.#lifetime.check();
    if ('bytes' in picture) return this.#watch((signal) => this.#readPicture(picture.bytes, signal), options);
    const prepared = 'strokes' in picture ? prepareStrokes(picture.strokes) : preparedAlready(picture.pixels);
    if (!endsEarly(options)) return this.#readDigits(prepared);
    return this.#watch((signal) => this.#readDigits(prepared, signal), options);
  }

  async #readPicture(bytes: Uint8Array, signal: AbortSignal): Promise<ReadPicture> {
    const prepared = await this.#gate.run(() => preparePicture(bytes, { signal }), signal);
    signal.throwIfAborted();
    return this.#readDigits(prepared, signal);
  }

  async #readDigits(prepared: PreparedPicture, signal?: AbortSignal): Promise<ReadPicture> {
    const pixels = stackDigits(digitsOf(prepared));
    return composeReading(prepared, await this.#batcher.classify(pixels, signal), this.card);
  }

  /** Starts work and waits for it as long as the options allow; when they end the wait, the work is aborted. */
  async #watch<T>(start: (signal: AbortSignal) => Promise<T>, options: WaitOptions): Promise<T> {
    const controller = new AbortController();
    const work = start(controller.signal);
    this.#reading.set(controller, work);
    try {
      return await within(work, options, this.#clock);
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      this.#reading.delete(controller);
    }
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }

  destroy(error?: Error): Promise<void> {
    return this.#lifetime.destroy(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Whether anything can end a wait but its outcome. A signal costs 20 µs, a fifth of what reading a digit does. */
function endsEarly({ signal, timeoutMs }: WaitOptions): boolean {
  return signal !== undefined || timeoutMs !== undefined;
}

function preparedAlready(pixels: Uint8Array): PreparedPicture {
  if (pixels.length !== digitBytes)
    throw new RangeError(`Expected \`pixels\` to be [${digitBytes}], got \`${pixels.length}\` bytes`);
  if (pixels.every((ink) => ink === 0))
    throw new DigitsError('DIGITS_NONE_FOUND', 'No digit was found: the pixels are all paper');
  return { width: 28, height: 28, lines: [[[{ box: [0, 0, 28, 28], pixels }]]], clutter: 0 };
}
