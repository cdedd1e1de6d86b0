import { createRandom } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { host, randomHost } from '../test/support.ts';
import { add } from './elementwise.ts';
import { emitModel } from './emit.ts';
import type { FeatureMap } from './feature-map.ts';
import { collectStatistics, exportModel } from './inference.ts';
import { filled } from './initializers.ts';
import { type Layout, Network } from './network.ts';
import { onnxRuntime } from './node.ts';
import { input, type Tensor } from './tensor.ts';

const batch = 6;
const pictures = randomHost([batch, 1, 8, 8], 7);

/** Every kind of layer once. */
function model(net: Network, x: Tensor): Tensor {
  let h = net.pictures(x);
  h = net.relu(net.batchNorm(net.conv(h, { channels: 3, bias: false })));
  h = net.spaceToDepth(h);
  const before = h;
  h = net.relu(net.batchNorm(net.conv(h, { channels: 12, name: 'middle' })));
  h = net.add(h, before);
  h = net.conv(h, { channels: 4, kernel: [3, 2], padding: [1, 0, 1, 1] });
  const pooled = net.globalAveragePool(h);
  h = net.add(net.maxPool(h), net.averagePool(h));
  const features = net.dense(net.dropout(net.flatten(h), 0.5), { units: 5, bias: false });
  const joined = net.dense(net.relu(net.batchNorm(features)), { units: 4 });
  return add(net.dense(pooled, { units: 4 }), joined);
}

function parametersOf(): Float32Array {
  const net = new Network('training');
  model(net, input('x', 'float32', pictures.shape));
  return net.parameters.initialize(createRandom(3));
}

/** The outputs of the model in another mode, with the batch's own statistics. */
async function run(mode: 'training' | 'statistics', layout: Layout): Promise<Float32Array> {
  const net = new Network(mode, layout);
  const y = model(net, input('x', 'float32', pictures.shape));
  const bytes = emitModel({ y }, { bindings: net.parameters.bindToValues(parametersOf()) });
  await using program = await onnxRuntime.load(bytes, { optimize: false, threads: 1 });
  const masks = net.dropoutMasks.map(({ input: mask }) => {
    const shape = mask.shape as readonly number[];
    const size = shape.reduce((a, b) => a * b, 1);
    return [(mask.source as { name: string }).name, host(new Uint8Array(size).fill(1), shape)] as const;
  });
  return (await program.run({ x: pictures, ...Object.fromEntries(masks) })).y!.data as Float32Array;
}

const close = (values: Iterable<number>, factor = 1) =>
  Array.from(values, (value) => expect.closeTo(value * factor, 4));

describe('a network', () => {
  it('computes the same in both layouts', async () => {
    expect([...(await run('statistics', 'batch innermost'))]).toEqual(
      close(await run('statistics', 'plain')),
    );
  });

  it('computes the same in inference as on the batch that its statistics come from, at any batch size', async () => {
    const parameters = parametersOf();
    const build = (net: Network) => model(net, input('x', 'float32', pictures.shape));
    const statistics = await collectStatistics({
      runtime: onnxRuntime,
      build,
      parameters,
      batches: [{ x: pictures.data }],
      threads: 1,
    });
    const bytes = exportModel({
      parameters,
      statistics,
      build: (net) => ({ y: model(net, input('x', 'float32', ['N', 1, 8, 8])) }),
    });
    const expected = await run('statistics', 'batch innermost');
    for (const optimize of [true, false]) {
      await using program = await onnxRuntime.load(bytes, { optimize, threads: 1 });
      expect([...((await program.run({ x: pictures })).y!.data as Float32Array)]).toEqual(close(expected));
      const one = host((pictures.data as Float32Array).slice(64, 128), [1, 1, 8, 8]);
      const { y } = await program.run({ x: one });
      expect(y!.shape).toEqual([1, 4]);
      expect([...(y!.data as Float32Array)]).toEqual(close(expected.slice(4, 8)));
    }
  });

  it('takes pictures of any size where the sides are named', async () => {
    const net = new Network('inference');
    const layers = (x: FeatureMap) => {
      const inner = net.relu(net.conv(net.spaceToDepth(x), { channels: 3, biasInitializer: filled(0.5) }));
      return net.conv(net.spaceToDepth(inner), { channels: 2, kernel: 1 });
    };
    const y = layers(net.pictures(input('x', 'float32', ['N', 1, 'H', 'W']))).toPlain();
    expect(y.shape).toEqual(['N', 2, 'H/4', 'W/4']);
    const bindings = net.parameters.bindToValues(net.parameters.initialize(createRandom(1)));
    const bytes = emitModel({ y }, { bindings });
    await using program = await onnxRuntime.load(bytes, { threads: 1 });
    for (const [height, width] of [
      [8, 12],
      [16, 4],
    ] as const) {
      const x = randomHost([2, 1, height, width]);
      expect((await program.run({ x })).y!.shape).toEqual([2, 2, height / 4, width / 4]);
    }
    // From an empty picture the first layer gives its bias.
    const biases = [...net.parameters].find(({ name }) => name === 'conv1/bias')!;
    expect([...biases.initializer([3], createRandom(1))]).toEqual([0.5, 0.5, 0.5]);
  });

  it('has the same parameters in every mode, and only weights decay', () => {
    const describeAll = (mode: 'training' | 'statistics' | 'inference') => {
      const net = new Network(mode);
      model(net, input('x', 'float32', pictures.shape));
      return [...net.parameters].map(({ name, shape, decays }) => `${name} ${shape.join('×')} ${decays}`);
    };
    const training = describeAll('training');
    expect(training.slice(0, 5)).toEqual([
      'conv1/weight 3×1×3×3 true',
      'batchNorm1/scale 3 false',
      'batchNorm1/shift 3 false',
      'middle/weight 12×12×3×3 true',
      'middle/bias 12 false',
    ]);
    expect(describeAll('statistics')).toEqual(training);
    expect(describeAll('inference')).toEqual(training);
  });

  it('drops out in training only, and scales what it keeps', async () => {
    const net = new Network('training');
    const x = input('x', 'float32', [2, 3]);
    const dropped = net.dropout(x, 0.25);
    expect(net.dropoutMasks).toEqual([{ input: expect.objectContaining({ type: 'uint8' }), rate: 0.25 }]);
    await using program = await onnxRuntime.load(emitModel({ y: dropped }), { threads: 1 });
    const mask = host(Uint8Array.of(1, 0, 1, 1, 0, 0), [2, 3]);
    const { y } = await program.run({ x: host([3, 3, 6, 9, 3, 3], [2, 3]), dropout1: mask });
    expect([...(y!.data as Float32Array)]).toEqual(close([4, 0, 8, 12, 0, 0]));
    expect(new Network('inference').dropout(x, 0.25)).toBe(x);
    expect(new Network('statistics').dropout(x, 0.25)).toBe(x);
    expect(() => net.dropout(x, 1)).toThrow(RangeError);
  });

  it('refuses two parameters of one name, and features where there are none', () => {
    const net = new Network('training');
    const x = input('x', 'float32', [2, 3]);
    net.dense(x, { units: 2, name: 'a' });
    expect(() => net.dense(x, { units: 2, name: 'a' })).toThrow('got `a/weight` twice');
    expect(() => net.dense(input('p', 'float32', [2, 1, 3, 3]), { units: 2 })).toThrow(
      'dense: [2, 1, 3, 3]: expected [batch, features]',
    );
  });
});

describe('collectStatistics', () => {
  const build = (net: Network) => net.batchNorm(input('x', 'float32', [4, 1]));
  const options = { runtime: onnxRuntime, build, parameters: Float32Array.of(1, 0), threads: 1 };

  it('puts batches of one size together as one', async () => {
    const values = [1, 2, 3, 4, 10, 20, 30, 50];
    const batches = [values.slice(0, 4), values.slice(4)].map((x) => ({ x: Float32Array.from(x) }));
    const mean = values.reduce((a, b) => a + b) / 8;
    const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / 8;
    const found = await collectStatistics({ ...options, batches });
    expect([...found]).toEqual([expect.closeTo(mean, 4), expect.closeTo(variance, 3)]);
  });

  it('wants a batch, and nothing of a model without batch norms', async () => {
    await expect(collectStatistics({ ...options, batches: [] })).rejects.toThrow(RangeError);
    const plain = (net: Network) => net.dense(input('x', 'float32', [4, 1]), { units: 1 });
    expect(await collectStatistics({ ...options, build: plain, batches: [] })).toEqual(new Float32Array(0));
  });
});

describe('exportModel', () => {
  const build = (net: Network) => ({ y: net.batchNorm(input('x', 'float32', ['N', 1])) });

  it('wants exactly the parameters and statistics of the model', () => {
    const parameters = Float32Array.of(1, 0);
    expect(() => exportModel({ build, parameters })).toThrow('Expected 2 values for the parameters, got 0');
    expect(() => exportModel({ build, parameters: new Float32Array(3), statistics: parameters })).toThrow(
      RangeError,
    );
    expect(exportModel({ build, parameters, statistics: parameters }).length).toBeGreaterThan(0);
  });
});
