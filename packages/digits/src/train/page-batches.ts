import { Worker } from 'node:worker_threads';
import { messageOf, Owner } from '@inkwire/base';
import type { LabelledSet } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import { type PageBatch, PageMaker, type PageStream } from './page-maker.ts';

/** Options of `PageBatches`. */
export interface PageBatchesOptions {
  readonly digits: LabelledSet;
  readonly stream: PageStream;
  /** The first batch's number: where a resumed run continues. */
  readonly first: number;
  /** Threads that make pages. 0: they are made when they are asked for, in this thread. */
  readonly workers: number;
}

/** The data that a worker is started with. */
export interface PageWorkerData {
  readonly digits: LabelledSet;
  readonly stream: PageStream;
}

/** A worker's answer to a batch's number. */
export interface MadeBatch {
  readonly number: number;
  readonly batch: PageBatch;
}

/** Batches that each worker makes before they are asked for. */
const ahead = 2;

/**
 * The worker's program. Node 20 runs no TypeScript: from the sources, as in tests, it is the build's, without the
 * condition under which packages see each other's sources.
 */
const isSource = import.meta.url.endsWith('.ts');
const program = new URL(isSource ? '../../dist/train/page-worker.js' : './page-worker.js', import.meta.url);

/**
 * The batches of a run in their order, from worker threads. Batch n is worker n mod workers' work, and its pages depend on
 * their numbers alone: the number of workers changes nothing that is trained on.
 */
export class PageBatches extends Owner {
  readonly #workers: readonly PageWorker[];
  readonly #maker: PageMaker | undefined;
  readonly #waiting: Promise<PageBatch>[] = [];
  /** The next batch to be taken, and the next to be asked of a worker. */
  #next: number;
  #asked: number;

  constructor({ digits, stream, first, workers }: PageBatchesOptions) {
    super('source of pages');
    this.#next = first;
    this.#asked = first;
    this.#maker = workers === 0 ? new PageMaker(digits, stream) : undefined;
    const shared = workers === 0 ? digits : inSharedMemory(digits);
    this.#workers = Array.from({ length: workers }, () => new PageWorker({ digits: shared, stream }));
    for (let i = 0; i < ahead * workers; i++) this.#ask();
  }

  /** The number of the batch that `next` gives next. */
  get position(): number {
    return this.#next;
  }

  /** Rejects with `DIGITS_PAGES_FAILED` when a worker ended. */
  async next(): Promise<PageBatch> {
    this.expectOpen();
    const number = this.#next++;
    if (this.#maker) return this.#maker.batch(number);
    const batch = this.#waiting.shift()!;
    this.#ask();
    return await batch;
  }

  #ask(): void {
    const number = this.#asked++;
    const batch = this.#workers[number % this.#workers.length]!.make(number);
    // A batch that fails rejects where it is taken; one that nobody takes is no unhandled rejection.
    batch.catch(() => {});
    this.#waiting.push(batch);
  }

  protected override async drain(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

/** The ends of a promised batch. */
interface Owed {
  resolve(batch: PageBatch): void;
  reject(error: unknown): void;
}

/** One thread, and the batches that it owes. */
class PageWorker extends Owner {
  readonly #thread: Worker;
  readonly #owed = new Map<number, Owed>();
  #failure: DigitsError | undefined;

  constructor(workerData: PageWorkerData) {
    super('page worker');
    this.#thread = new Worker(program, { workerData, ...(isSource ? { execArgv: [] } : {}) });
    this.#thread.on('message', ({ number, batch }: MadeBatch) => {
      this.#owed.get(number)?.resolve(batch);
      this.#owed.delete(number);
    });
    this.#thread.on('error', (error) => this.#fail(messageOf(error), error));
    this.#thread.on('exit', (code) => this.#fail(`a worker ended with code ${code}`));
  }

  make(number: number): Promise<PageBatch> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#owed.set(number, { resolve, reject });
      this.#thread.postMessage(number);
    });
  }

  #fail(reason: string, cause?: unknown): void {
    this.#failure ??= new DigitsError('DIGITS_PAGES_FAILED', `Pages could not be made: ${reason}`, { cause });
    for (const { reject } of this.#owed.values()) reject(this.#failure);
    this.#owed.clear();
  }

  protected override async drain(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** Pictures that all threads read from one place: 43 MB for MNIST, not as much again for each thread. */
function inSharedMemory(digits: LabelledSet): LabelledSet {
  const images = new Uint8Array(new SharedArrayBuffer(digits.images.length));
  images.set(digits.images);
  return { ...digits, images };
}
