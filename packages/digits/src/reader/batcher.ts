import { Alarm, type Clock } from '@inkwire/base';
import { digitBytes } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import { familiarityOf } from '../evaluate/familiarity.ts';
import { softmax } from '../evaluate/softmax.ts';

/*
 * Turns requests that arrive together into runs of one batch each.
 *
 *   classify ──▶ queue ──gather──▶ input [maxBatch, 784] ──run──▶ logits [maxBatch, 10] ──softmax──▶ each job's answer
 *                  ▲                                                                         │
 *                  └───────────────── what is left of a large job goes to the end ◀──────────┘
 *
 * Invariants: one run at a time, because the runs share their memory. A job is in the queue, in the running batch, in
 * both, or settled. A job beside a large one waits for one batch of it, not for all. So `#ahead`, the digits that a new job
 * waits for, counts at most one batch of each job, while `#queued` counts all its digits.
 */

/** Runs the model over the first `count` rows of its own memory: from digits in `input` to `logits`. */
export interface BatchRunner {
  /** [maxBatch, 784] */
  readonly input: Uint8Array;
  /** [maxBatch, 10] */
  readonly logits: Float32Array;
  run(count: number): Promise<unknown>;
}

/** Options of a `Batcher`; the reader's options of the same names. */
export interface BatcherOptions {
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxWaitMs: number;
  readonly temperature: number;
  readonly clock: Clock;
}

/** A model's answer for n digits. */
export interface Answer {
  /** [n, 10], calibrated. */
  readonly probabilities: Float32Array;
  /** [n], see `familiarityOf`. */
  readonly familiarity: Float32Array;
}

interface Job {
  readonly pixels: Uint8Array;
  readonly count: number;
  /** Rows that a batch has taken. */
  taken: number;
  /** Rows that `answer` holds. */
  done: number;
  readonly answer: Answer;
  readonly isSecondLook: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows of a job in the batch that runs. */
interface Share {
  readonly job: Job;
  readonly from: number;
  readonly count: number;
}

export class Batcher {
  readonly #runner: BatchRunner;
  readonly #options: BatcherOptions;
  /** Rings when the queue has waited long enough for a full batch. */
  readonly #alarm: Alarm;
  readonly #queue: Job[] = [];
  #shares: Share[] = [];
  #queued = 0;
  #ahead = 0;
  #running = false;
  #scheduled = false;
  #onIdle: (() => void)[] = [];
  #batches = 0;
  #digits = 0;

  constructor(runner: BatchRunner, options: BatcherOptions) {
    this.#runner = runner;
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#gather());
  }

  get stats(): { batches: number; digits: number; queued: number } {
    return { batches: this.#batches, digits: this.#digits, queued: this.#queued };
  }

  /**
   * The model's answer for pixels [n, 784], which must not change until it resolves. Rejects with `DIGITS_OVERLOADED`
   * when the next job would have to wait for more than `maxQueue` digits. The signal removes the job from the queue. A
   * second look at digits that were admitted is not refused, and not counted in `stats.digits`.
   */
  classify(pixels: Uint8Array, signal?: AbortSignal, { isSecondLook = false } = {}): Promise<Answer> {
    const count = pixels.length / digitBytes;
    const { maxBatch, maxQueue } = this.#options;
    if (!isSecondLook && this.#ahead > 0 && this.#ahead + Math.min(count, maxBatch) > maxQueue)
      return Promise.reject(
        new DigitsError('DIGITS_OVERLOADED', `${this.#ahead} digits are waiting to be read already`, {
          retryable: true,
        }),
      );
    return new Promise((resolve, reject) => {
      const answer = { probabilities: new Float32Array(count * 10), familiarity: new Float32Array(count) };
      const job: Job = { pixels, count, taken: 0, done: 0, answer, isSecondLook, resolve, reject };
      signal?.throwIfAborted();
      signal?.addEventListener('abort', () => this.#drop(job, signal.reason), { once: true });
      this.#enter(job);
      this.#schedule();
    });
  }

  /** Settles when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (!this.#running && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Rejects everything that waits or runs; settles when the run under way has ended. */
  destroy(error: unknown): Promise<void> {
    for (const { job } of this.#shares) job.reject(error);
    while (this.#queue.length > 0) this.#leave(0).reject(error);
    this.#alarm.cancel();
    return this.idle();
  }

  #drop(job: Job, reason: unknown): void {
    job.reject(reason);
    const at = this.#queue.indexOf(job);
    if (at < 0) return;
    this.#leave(at);
    this.#settleIdle();
  }

  #enter(job: Job): void {
    const left = job.count - job.taken;
    this.#queue.push(job);
    this.#queued += left;
    this.#ahead += Math.min(left, this.#options.maxBatch);
  }

  #leave(at: number): Job {
    const job = at === 0 ? this.#queue.shift()! : this.#queue.splice(at, 1)[0]!;
    const left = job.count - job.taken;
    this.#queued -= left;
    this.#ahead -= Math.min(left, this.#options.maxBatch);
    return job;
  }

  /** The one place that decides when the next batch is gathered. */
  #schedule(): void {
    if (this.#running || this.#scheduled || this.#queue.length === 0) return;
    if (this.#options.maxWaitMs === 0 || this.#queued >= this.#options.maxBatch) {
      this.#alarm.cancel();
      this.#scheduled = true;
      setImmediate(this.#gather);
    } else {
      this.#alarm.by(this.#options.clock.monotonic() + this.#options.maxWaitMs, true);
    }
  }

  readonly #gather = (): void => {
    this.#scheduled = false;
    const { maxBatch } = this.#options;
    let rows = 0;
    while (rows < maxBatch && this.#queue.length > 0) {
      const job = this.#leave(0);
      const count = Math.min(job.count - job.taken, maxBatch - rows);
      const pixels = job.pixels.subarray(job.taken * digitBytes, (job.taken + count) * digitBytes);
      this.#runner.input.set(pixels, rows * digitBytes);
      this.#shares.push({ job, from: job.taken, count });
      job.taken += count;
      rows += count;
      if (!job.isSecondLook) this.#digits += count;
      if (job.taken < job.count) this.#enter(job);
    }
    if (rows === 0) {
      this.#settleIdle();
      return;
    }
    this.#running = true;
    this.#batches++;
    this.#runner.run(rows).then(this.#finish, this.#fail);
  };

  readonly #finish = (): void => {
    const { logits } = this.#runner;
    let row = 0;
    for (const { job, from, count } of this.#shares) {
      for (let i = 0; i < count; i++, row++) {
        softmax(logits, row, job.answer.probabilities, from + i, this.#options.temperature);
        job.answer.familiarity[from + i] = familiarityOf(logits, row);
      }
      job.done += count;
      if (job.done === job.count) job.resolve(job.answer);
    }
    this.#end();
  };

  readonly #fail = (error: unknown): void => {
    for (const { job } of this.#shares) this.#drop(job, error);
    this.#end();
  };

  #end(): void {
    this.#shares = [];
    this.#running = false;
    this.#schedule();
    this.#settleIdle();
  }

  #settleIdle(): void {
    if (this.#running || this.#queue.length > 0) return;
    this.#alarm.cancel();
    for (const settle of this.#onIdle.splice(0)) settle();
  }
}
