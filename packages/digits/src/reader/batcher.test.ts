import { setImmediate as turn } from 'node:timers/promises';
import { createManualClock, type ManualClock } from '@inkwire/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, Batcher, type BatcherOptions, type BatchRunner } from './batcher.ts';

/** A model whose logits for a digit are pixel 0 at place pixel 1; its runs end when the test says so. */
class HeldRunner implements BatchRunner {
  readonly input: Uint8Array;
  readonly logits: Float32Array;
  readonly runs: number[][] = [];
  readonly #held: { count: number; end: (error?: Error) => void }[] = [];

  constructor(maxBatch: number) {
    this.input = new Uint8Array(maxBatch * 784);
    this.logits = new Float32Array(maxBatch * 10);
  }

  run(count: number): Promise<void> {
    this.runs.push(Array.from({ length: count }, (_, i) => this.input[i * 784 + 2]!));
    return new Promise((resolve, reject) => {
      this.#held.push({ count, end: (error) => (error ? reject(error) : resolve()) });
    });
  }

  /** Ends the run under way and waits for what follows from it. */
  async finish(error?: Error): Promise<void> {
    const { count, end } = this.#held.shift()!;
    this.logits.fill(0);
    for (let i = 0; i < count; i++) this.logits[i * 10 + this.input[i * 784 + 1]!] = this.input[i * 784]!;
    end(error);
    await turn();
    await turn();
  }

  get running(): number {
    return this.#held.length;
  }
}

function setUp(options: Partial<BatcherOptions> = {}) {
  const clock: ManualClock = createManualClock();
  const resolved = { maxBatch: 4, maxQueue: 8, maxWaitMs: 0, temperature: 1, clock, ...options };
  const runner = new HeldRunner(resolved.maxBatch);
  return { clock, runner, batcher: new Batcher(runner, resolved) };
}

/** `count` digits that are sure to be `digit`, marked `mark` so that runs can be told apart. */
function digits(digit: number, count = 1, mark = digit): Uint8Array {
  const pixels = new Uint8Array(count * 784);
  for (let i = 0; i < count; i++) pixels.set([50, digit, mark], i * 784);
  return pixels;
}

function readings({ probabilities }: Answer): number[] {
  return Array.from({ length: probabilities.length / 10 }, (_, i) => {
    const row = probabilities.subarray(i * 10, i * 10 + 10);
    return row.indexOf(Math.max(...row));
  });
}

describe('Batcher', () => {
  it('reads what arrives in one turn in one run, each in its own answer', async () => {
    const { runner, batcher } = setUp();
    const answers = [3, 1, 4].map((digit) => batcher.classify(digits(digit)));
    await turn();
    expect(runner.runs).toEqual([[3, 1, 4]]);
    await runner.finish();
    const read = await Promise.all(answers);
    expect(read.map(readings)).toEqual([[3], [1], [4]]);
    // The logits are 50 and nine zeros.
    for (const { familiarity } of read) expect(familiarity[0]).toBeCloseTo(50, 6);
    expect(batcher.stats).toEqual({ batches: 1, digits: 3, queued: 0 });
  });

  it('gathers during a run what the next run reads', async () => {
    const { runner, batcher } = setUp();
    const first = batcher.classify(digits(1));
    await turn();
    const rest = [2, 3].map((digit) => batcher.classify(digits(digit)));
    await turn();
    expect(runner.running).toBe(1);
    expect(batcher.stats.queued).toBe(2);
    await runner.finish();
    await first;
    expect(runner.runs).toEqual([[1], [2, 3]]);
    await runner.finish();
    expect((await Promise.all(rest)).map(readings)).toEqual([[2], [3]]);
  });

  it('cuts a large request, and lets others in after one batch of it', async () => {
    const { runner, batcher } = setUp();
    const large = batcher.classify(digits(7, 10));
    const small = batcher.classify(digits(5));
    await turn();
    await runner.finish();
    await runner.finish();
    expect(readings(await small)).toEqual([5]);
    await runner.finish();
    expect(readings(await large)).toEqual(new Array(10).fill(7));
    expect(runner.runs).toEqual([
      [7, 7, 7, 7],
      [5, 7, 7, 7],
      [7, 7, 7],
    ]);
  });

  it('refuses what would put too many digits ahead of the next', async () => {
    const { runner, batcher } = setUp({ maxQueue: 8 });
    const waiting = [batcher.classify(digits(1, 3)), batcher.classify(digits(2, 3))];
    await expect(batcher.classify(digits(3, 3))).rejects.toMatchObject({
      code: 'DIGITS_OVERLOADED',
      retryable: true,
    });
    waiting.push(batcher.classify(digits(3, 2)));
    await expect(batcher.classify(digits(4))).rejects.toMatchObject({ code: 'DIGITS_OVERLOADED' });
    await turn();
    waiting.push(batcher.classify(digits(4, 4)));
    while (runner.running) await runner.finish();
    expect((await Promise.all(waiting)).map((rows) => readings(rows)[0])).toEqual([1, 2, 3, 4]);
  });

  it('counts a large request as the one batch of it that others wait for', async () => {
    const { runner, batcher } = setUp({ maxQueue: 8 });
    const large = [batcher.classify(digits(1, 100)), batcher.classify(digits(2, 100))];
    expect(batcher.stats.queued).toBe(200);
    await expect(batcher.classify(digits(3))).rejects.toMatchObject({ code: 'DIGITS_OVERLOADED' });
    await turn();
    while (runner.running) await runner.finish();
    expect((await Promise.all(large)).map(({ familiarity }) => familiarity.length)).toEqual([100, 100]);
    expect(batcher.stats).toEqual({ batches: 50, digits: 200, queued: 0 });
  });

  it('does not read what was given up while it waited', async () => {
    const { runner, batcher } = setUp();
    const controller = new AbortController();
    const first = batcher.classify(digits(1));
    await turn();
    const given = batcher.classify(digits(2), controller.signal);
    const kept = batcher.classify(digits(3));
    controller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect(batcher.stats.queued).toBe(1);
    await runner.finish();
    await runner.finish();
    await Promise.all([first, kept]);
    expect(runner.runs).toEqual([[1], [3]]);
  });

  it('reads no more of a large request that was given up half way', async () => {
    const { runner, batcher } = setUp();
    const controller = new AbortController();
    const large = batcher.classify(digits(1, 12), controller.signal);
    await turn();
    controller.abort(new Error('gone'));
    await expect(large).rejects.toThrow('gone');
    expect(batcher.stats.queued).toBe(0);
    await runner.finish();
    expect(runner.running).toBe(0);
    await batcher.idle();
  });

  it('rejects those whose run failed, whole requests at a time, and goes on', async () => {
    const { runner, batcher } = setUp();
    const failing = [batcher.classify(digits(1, 2)), batcher.classify(digits(2, 5))];
    const settled = Promise.allSettled(failing);
    await turn();
    const fine = batcher.classify(digits(3));
    await runner.finish(new Error('no memory'));
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await runner.finish();
    expect(readings(await fine)).toEqual([3]);
    expect(runner.runs.at(-1)).toEqual([3]);
  });

  it('waits no longer than maxWaitMs for a full batch', async () => {
    const { clock, runner, batcher } = setUp({ maxWaitMs: 5 });
    const one = batcher.classify(digits(1));
    await turn();
    clock.advance(4);
    const two = batcher.classify(digits(2));
    expect(runner.runs).toEqual([]);
    clock.advance(1);
    expect(runner.runs).toEqual([[1, 2]]);
    await runner.finish();
    await Promise.all([one, two]);

    const four = batcher.classify(digits(4, 4));
    await turn();
    expect(runner.runs.at(-1)).toEqual([4, 4, 4, 4]);
    await runner.finish();
    await four;
    expect(clock.pending).toBe(0);
  });

  it('keeps no timer for a queue that was given up', async () => {
    const { clock, runner, batcher } = setUp({ maxWaitMs: 5 });
    const controller = new AbortController();
    const given = batcher.classify(digits(1), controller.signal);
    controller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
    expect(runner.runs).toEqual([]);
  });

  it('refuses what was given up before it came', async () => {
    const { runner, batcher } = setUp();
    const given = batcher.classify(digits(1), AbortSignal.abort(new Error('gone')));
    await expect(given).rejects.toThrow('gone');
    await turn();
    expect([runner.runs, batcher.stats.queued]).toEqual([[], 0]);
  });

  it('keeps no timer when it is destroyed', async () => {
    const { clock, batcher } = setUp({ maxWaitMs: 5 });
    const waiting = batcher.classify(digits(1));
    await Promise.all([batcher.destroy(new Error('the end')), expect(waiting).rejects.toThrow('the end')]);
    expect(clock.pending).toBe(0);
  });

  it('is idle when all is read', async () => {
    const { runner, batcher } = setUp();
    await batcher.idle();
    const answer = batcher.classify(digits(1, 5));
    let idle = false;
    const ended = batcher.idle().then(() => (idle = true));
    await turn();
    await runner.finish();
    expect(idle).toBe(false);
    await runner.finish();
    await answer;
    await ended;
  });

  it('rejects what waits and what runs when it is destroyed', async () => {
    const { runner, batcher } = setUp();
    const answers = [batcher.classify(digits(1, 4)), batcher.classify(digits(2))];
    const settled = Promise.allSettled(answers);
    await turn();
    const destroyed = batcher.destroy(new Error('the end'));
    expect((await settled).map((one) => (one.status === 'rejected' ? one.reason.message : ''))).toEqual([
      'the end',
      'the end',
    ]);
    await runner.finish();
    await destroyed;
    expect(runner.runs).toHaveLength(1);
  });

  it('gives everyone their own rows, however requests arrive, are sized and given up', async () => {
    const arrivals = fc.array(
      fc.record({
        digit: fc.nat(9),
        count: fc.integer({ min: 1, max: 9 }),
        turns: fc.nat(2),
        given: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 6 }), async (requests, maxBatch) => {
        const { runner, batcher } = setUp({ maxBatch, maxQueue: 1000 });
        const answers: Promise<void>[] = [];
        for (const { digit, count, turns, given } of requests) {
          const controller = new AbortController();
          const answer = batcher.classify(digits(digit, count), controller.signal);
          const check = (rows: Answer) => expect(readings(rows)).toEqual(new Array(count).fill(digit));
          // An aborted request may have been read before.
          answers.push(
            given ? answer.then(check, (error) => expect(error.message).toBe('gone')) : answer.then(check),
          );
          for (let i = 0; i < turns; i++) await turn();
          if (given) controller.abort(new Error('gone'));
          if (turns > 1 && runner.running) await runner.finish();
        }
        await turn();
        while (runner.running) await runner.finish();
        await Promise.all(answers);
        await batcher.idle();
        expect(batcher.stats.queued).toBe(0);
        for (const run of runner.runs) expect(run.length).toBeLessThanOrEqual(maxBatch);
      }),
      { numRuns: 60 },
    );
  });
});
