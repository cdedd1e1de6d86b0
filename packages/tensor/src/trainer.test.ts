import { createRandom } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { cast, mul } from './elementwise.ts';
import { crossEntropy } from './loss.ts';
import type { Network } from './network.ts';
import { onnxRuntime } from './node.ts';
import { adamW, momentum, type Optimizer, sgd } from './optimizers.ts';
import { reshape } from './shaping.ts';
import { input } from './tensor.ts';
import { createTrainer, type StepFeeds, type Trainer } from './trainer.ts';

const batch = 16;
/** Two threads that do not spin: tests share the processor. */
const common = { runtime: onnxRuntime, threads: 2, busyWait: false };

/** A CNN with everything that has a state: batch norm, dropout, moving average. */
function build(net: Network) {
  const pixels = mul(cast(input('pixels', 'uint8', [batch, 64]), 'float32'), 1 / 255);
  let h = net.pictures(reshape(pixels, [batch, 1, 8, 8]));
  h = net.relu(net.batchNorm(net.conv(h, { channels: 4, bias: false })));
  h = net.relu(net.conv(net.spaceToDepth(h), { channels: 8 }));
  const logits = net.dense(net.dropout(net.flatten(h), 0.2), { units: 3 });
  const labels = input('labels', 'uint8', [batch]);
  return { loss: crossEntropy(logits, labels), outputs: { logits } };
}

/** Pictures with a bright row at 1, 3 or 5: the row says the label. */
function* batches(seed: number): Generator<{ pixels: Uint8Array; labels: Uint8Array }> {
  const random = createRandom(seed);
  for (;;) {
    const labels = Uint8Array.from({ length: batch }, () => random.below(3));
    const pixels = Uint8Array.from({ length: batch * 64 }, (_, i) => {
      const bright = Math.floor((i % 64) / 8) === 1 + 2 * labels[Math.floor(i / 64)]!;
      return random.below(100) + (bright ? 100 : 0);
    });
    yield { pixels, labels };
  }
}

const create = (optimizer: Optimizer = adamW({ weightDecay: 0.01 }), seed = 1) =>
  createTrainer({ ...common, build, optimizer, seed, movingAverage: true });

/** Trains for `steps` and returns the losses. */
async function train(trainer: Trainer, steps: number, data = batches(5)): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { loss } = await trainer.step({ ...data.next().value!, learningRate: 0.01 } as StepFeeds);
    losses.push(loss);
  }
  return losses;
}

describe('training', () => {
  it('shortens a gradient that is longer than the limit, and no other', async () => {
    const lengthOf = async (maxGradientNorm?: number) => {
      const limit = maxGradientNorm === undefined ? {} : { maxGradientNorm };
      await using trainer = await createTrainer({ ...common, build, optimizer: sgd(), seed: 1, ...limit });
      const before = trainer.parameters;
      await train(trainer, 1);
      return Math.hypot(...trainer.parameters.map((value, i) => (value - before[i]!) / 0.01));
    };
    const length = await lengthOf();
    expect(await lengthOf(2 * length)).toBeCloseTo(length, 2);
    expect(await lengthOf(length / 2)).toBeCloseTo(length / 2, 2);
  });

  it.each([adamW(), sgd({ l2: 1e-4 }), momentum({ nesterov: true })])(
    'with $name brings the loss down',
    async (o) => {
      await using trainer = await createTrainer({ ...common, build, optimizer: o, seed: 1 });
      const data = batches(5);
      const losses: number[] = [];
      for (let i = 0; i < 80; i++) {
        const learningRate = o.name === 'adamw' ? 0.01 : 0.1;
        losses.push((await trainer.step({ ...data.next().value!, learningRate })).loss);
      }
      const late = losses.slice(-10).reduce((a, b) => a + b) / 10;
      expect(late).toBeLessThan(0.3 * losses[0]!);
    },
  );

  it('gives the same run for the same seed, and another for another', async () => {
    await using one = await create();
    await using same = await create();
    await using other = await create(adamW({ weightDecay: 0.01 }), 2);
    const losses = await train(one, 10);
    expect(await train(same, 10)).toEqual(losses);
    expect(same.parameters).toEqual(one.parameters);
    expect(same.movingAverage).toEqual(one.movingAverage);
    expect(await train(other, 10)).not.toEqual(losses);
  });

  it('goes on after a checkpoint bit for bit as if it had never stopped', async () => {
    for (const optimizer of [adamW({ weightDecay: 0.01 }), momentum()]) {
      await using whole = await create(optimizer);
      await using first = await create(optimizer);
      await using second = await create(optimizer, 77);
      const losses = await train(whole, 12);

      const data = batches(5);
      const begun = await train(first, 5, data);
      expect(second.restore(first.checkpoint({ recipe: 'tiny' }))).toEqual({ recipe: 'tiny' });
      expect(second.steps).toBe(5);
      expect([...begun, ...(await train(second, 7, data))]).toEqual(losses);
      expect(second.parameters).toEqual(whole.parameters);
      expect(Buffer.from(second.checkpoint()).equals(whole.checkpoint())).toBe(true);
    }
  });

  it('follows the parameters with the moving average', async () => {
    await using trainer = await createTrainer({
      ...common,
      build,
      optimizer: sgd(),
      seed: 1,
      movingAverage: (step) => (step === 0 ? 0.25 : 1),
    });
    const before = trainer.parameters;
    expect(trainer.movingAverage).toEqual(before);
    await train(trainer, 1);
    const expected = before.map((value, i) => 0.25 * value + 0.75 * trainer.parameters[i]!);
    const average = trainer.movingAverage;
    expect([...average]).toEqual([...expected].map((value) => expect.closeTo(value, 5)));
    await train(trainer, 3);
    expect(trainer.movingAverage).toEqual(average);
  });

  it('reports the loss and the outputs that were asked for', async () => {
    await using trainer = await create();
    const { outputs } = await trainer.step({ ...batches(1).next().value!, learningRate: 0 } as StepFeeds);
    expect(Object.keys(outputs)).toEqual(['logits']);
    expect(outputs.logits).toMatchObject({ type: 'float32', shape: [batch, 3] });
    expect(trainer.steps).toBe(1);
  });

  it('has convolutions for the gradients of convolutions, never the slow ConvTranspose', async () => {
    await using trainer = await create();
    expect(Buffer.from(trainer.model).toString('latin1')).not.toContain('ConvTranspose');
  });

  it('names its parameters', async () => {
    await using trainer = await create();
    const { parameterList, parameters } = trainer;
    expect(parameterList[0]).toMatchObject({
      name: 'conv1/weight',
      shape: [4, 1, 3, 3],
      offset: 0,
      size: 36,
    });
    expect(parameterList.at(-1)!.offset + parameterList.at(-1)!.size).toBe(parameters.length);
  });
});

describe('a trainer', () => {
  const good = batches(1).next().value!;

  it('names the input that is missing, unknown, of another length or type', async () => {
    await using trainer = await create();
    const { pixels, labels } = good;
    const cases: [StepFeeds, string][] = [
      [{ pixels, learningRate: 1 }, 'Expected a value for the input `labels`'],
      [{ pixels, labels, more: 1, learningRate: 1 }, 'The step has no input `more`'],
      [{ pixels, labels, parameters: 1, learningRate: 1 }, 'The step has no input `parameters`'],
      [
        { pixels: pixels.subarray(1), labels, learningRate: 1 },
        'Expected `pixels` to be [16, 64], got 1023 elements',
      ],
      [
        { pixels, labels: Float32Array.from(labels), learningRate: 1 },
        'Expected `labels` to be uint8, got float32',
      ],
    ];
    for (const [feeds, message] of cases) await expect(trainer.step(feeds)).rejects.toThrow(message);
    expect(trainer.steps).toBe(0);
    await trainer.step({ ...good, learningRate: 1 });
  });

  it('takes one step at a time', async () => {
    await using trainer = await create();
    const first = trainer.step({ ...good, learningRate: 1 });
    await expect(trainer.step({ ...good, learningRate: 1 })).rejects.toThrow(TypeError);
    expect(() => trainer.restore(new Uint8Array())).toThrow(TypeError);
    await first;
  });

  it('refuses a checkpoint of another optimiser or model, or none, and stays as it was', async () => {
    await using trainer = await create();
    await using other = await create(momentum());
    await using smaller = await createTrainer({
      ...common,
      seed: 1,
      optimizer: adamW(),
      build: (net) => ({
        loss: crossEntropy(
          net.dense(input('x', 'float32', [2, 4]), { units: 3 }),
          input('labels', 'uint8', [2]),
        ),
      }),
    });
    const before = trainer.checkpoint();
    const mismatch = expect.objectContaining({ code: 'TENSOR_CHECKPOINT_MISMATCH' });
    expect(() => trainer.restore(other.checkpoint())).toThrow(mismatch);
    expect(() => trainer.restore(smaller.checkpoint())).toThrow(mismatch);
    const invalid = expect.objectContaining({ code: 'TENSOR_SAFETENSORS_INVALID' });
    expect(() => trainer.restore(before.subarray(0, -1))).toThrow(invalid);
    expect(Buffer.from(trainer.checkpoint()).equals(before)).toBe(true);
  });

  it('lets its state be read after it was closed, and nothing else', async () => {
    const trainer = await create();
    const stepping = trainer.step({ ...good, learningRate: 0.1 });
    await Promise.all([stepping, trainer.close()]);
    expect(trainer.closed).toBe(true);
    expect(trainer.steps).toBe(1);
    expect(trainer.checkpoint().length).toBeGreaterThan(0);
    const closed = expect.objectContaining({ code: 'BASE_CLOSED' });
    await expect(trainer.step({ ...good, learningRate: 0.1 })).rejects.toEqual(closed);
    expect(() => trainer.restore(trainer.checkpoint())).toThrow(closed);
  });

  it('refuses a model without parameters, a loss that is no scalar, and a seed below 0', async () => {
    const options = { ...common, seed: 1, optimizer: sgd() };
    const x = input('x', 'float32', []);
    await expect(createTrainer({ ...options, build: () => ({ loss: x }) })).rejects.toThrow(
      'with parameters',
    );
    const build = () => ({ loss: input('x', 'float32', [2]) });
    await expect(createTrainer({ ...options, build })).rejects.toThrow('loss: [2]: expected a scalar');
    await expect(createTrainer({ ...options, seed: -1, build })).rejects.toThrow(RangeError);
  });
});
