import { createManualClock } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import type { BatchRunner } from './batcher.ts';
import { DigitNetwork } from './digit-network.ts';

/** A model that takes a digit for its first pixel where that is ink, and is not sure of anything else. */
class EasyRunner implements BatchRunner {
  readonly input = new Uint8Array(4 * 784);
  readonly logits = new Float32Array(4 * 10);
  rows = 0;
  /** Called before each run but the first. */
  onLater: (() => void) | undefined;

  async run(count: number): Promise<void> {
    if (this.rows > 0) this.onLater?.();
    this.rows += count;
    this.logits.fill(0);
    for (let i = 0; i < count; i++) this.logits[i * 10 + this.input[i * 784]!] = this.input[i * 784] ? 50 : 1;
  }
}

const options = { maxBatch: 4, maxQueue: 5, maxWaitMs: 0, clock: createManualClock() };

function setUp(secondLookBelow?: number) {
  const runner = new EasyRunner();
  return { runner, network: new DigitNetwork(runner, { temperature: 1, secondLookBelow }, options) };
}

/** A digit of which the model is sure, or one of which it is not. */
const digit = (isSure: boolean) => Uint8Array.from({ length: 784 }, (_, at) => (isSure && at === 0 ? 3 : 0));

describe('the network of single digits', () => {
  it('looks again only at digits of which it is not sure, which count once', async () => {
    const { runner, network } = setUp(0.97);
    await network.classify(Uint8Array.from([...digit(true), ...digit(true)]));
    expect(runner.rows).toBe(2);
    await network.classify(Uint8Array.from([...digit(true), ...digit(false)]));
    expect(runner.rows).toBe(2 + 2 + 5);
    expect(network.stats.digits).toBe(4);
  });

  it('looks once where the card says no more', async () => {
    const { runner, network } = setUp();
    await network.classify(digit(false));
    expect(runner.rows).toBe(1);
  });

  it('refuses no second look at what it has admitted', async () => {
    const { network } = setUp(0.97);
    const answer = network.classify(digit(false));
    // Three of these are left in the queue when the first batch ends: another request of four would be too many.
    const other = network.look(new Uint8Array(6 * 784));
    expect((await answer).probabilities[0]).toBeCloseTo(Math.E / (Math.E + 9), 5);
    await other;
  });

  it('ends a second look with its signal', async () => {
    const { runner, network } = setUp(0.97);
    const controller = new AbortController();
    runner.onLater = () => controller.abort(new Error('gone'));
    await expect(network.classify(digit(false), controller.signal)).rejects.toThrow('gone');
    await network.idle();
    expect(runner.rows).toBe(5);
  });
});
