import { createRandom } from '@inkwire/base';
import { createTrainer, emitModel, gradients, input, Network } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { expect, test } from 'vitest';
import { inventDigits } from '../../test/made-up-digits.ts';
import { createPageRecipe, pageRecipe } from '../recipes/page.ts';
import { buildPageTraining, exportPageRecipe, pageLoss } from './page-graphs.ts';
import { PageMaker } from './page-maker.ts';

const size = { width: 64, height: 32 };
const tiny = createPageRecipe({ batch: 2, size, stem: 2, channels: 4, blocks: 1 });
const maker = new PageMaker(inventDigits(20), { seed: 1, batch: 2, size });

test('the loss and its gradients agree with PyTorch', async () => {
  // Two cells, two kinds; in double precision: the focal formula over `logsigmoid`, `l1_loss` and
  // `binary_cross_entropy_with_logits`, with the weights 1, 0.3 and 0.2.
  const values = {
    heat: [0.5, -2, 1, -1],
    box: [0.2, 0.4, -1, 2],
    writing: [3, -3, 0.5, 0],
  };
  const truth = { heat: [1, 0.6, 0, 0.2], box: [0.5, 9, 0, 9], at: [1, 0], writing: [1, 0, 0, 1] };
  const shapes = { heat: [1, 2, 1, 2], box: [1, 2, 1, 2], writing: [1, 2, 1, 2], at: [1, 1, 1, 2] } as const;
  const maps = (prefix: string) => ({
    heat: input(`${prefix}heat`, 'float32', shapes.heat),
    box: input(`${prefix}box`, 'float32', shapes.box),
    writing: input(`${prefix}writing`, 'float32', shapes.writing),
  });
  const [found, wanted] = [maps(''), maps('true-')];
  const loss = pageLoss(found, wanted, input('true-at', 'float32', shapes.at));
  const [heat, box, writing] = gradients(loss, [found.heat, found.box, found.writing]);
  const bytes = emitModel({ loss, dHeat: heat!, dBox: box!, dWriting: writing! });
  await using program = await onnxRuntime.load(bytes, { threads: 1 });
  const feed = (shape: readonly number[], data: readonly number[]) =>
    ({ type: 'float32', shape, data: Float32Array.from(data) }) as const;
  const result = await program.run({
    ...Object.fromEntries(Object.entries(values).map(([name, v]) => [name, feed([1, 2, 1, 2], v)])),
    ...Object.fromEntries(
      Object.entries(truth).map(([name, v]) => [
        `true-${name}`,
        feed(name === 'at' ? shapes.at : [1, 2, 1, 2], v),
      ]),
    ),
  });
  const numbers = (name: string) => [...(result[name]!.data as Float32Array)];
  const close = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 5));
  expect(numbers('loss')).toEqual(close([1.256989]));
  expect(numbers('dHeat')).toEqual(close([-0.137937, 0.0001246961, 0.7682347, 0.02153723]));
  expect(numbers('dBox')).toEqual(close([-0.3, -0, -0.3, -0]));
  expect(numbers('dWriting')).toEqual(close([-0.002371294, 0.002371294, 0.03112297, -0.025]));
});

test('steps bring the loss down, and the exported detector takes pages of any size', async () => {
  await using trainer = await createTrainer({
    runtime: onnxRuntime,
    seed: 1,
    threads: 1,
    optimizer: tiny.optimizer(),
    build: (network) => buildPageTraining(tiny, 2, network),
  });
  const losses: number[] = [];
  for (let i = 0; i < 30; i++)
    losses.push((await trainer.step({ ...maker.batch(0), learningRate: 0.01 })).loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);

  const bytes = await exportPageRecipe(tiny, trainer.parameters, [maker.batch(0)], onnxRuntime, 1);
  await using program = await onnxRuntime.load(bytes, { threads: 1 });
  expect(program.inputs).toEqual([{ name: 'plane', type: 'float32', shape: ['N', 1, 'H', 'W'] }]);
  const shapes = { heat: [1, 15, 10, 6], box: [1, 4, 10, 6], writing: [1, 2, 10, 6] };
  const plane = { type: 'float32', shape: [1, 1, 40, 24], data: new Float32Array(40 * 24) } as const;
  const result = await program.run({ plane });
  for (const [name, shape] of Object.entries(shapes)) expect(result[name]!.shape).toEqual(shape);
});

test('the bundled recipe has 539 thousand parameters, and expects centres to be rare', () => {
  const network = new Network('inference');
  pageRecipe.maps(network, input('plane', 'float32', ['N', 1, 'H', 'W']));
  expect(network.parameters.size).toBe(538_597);
  const bias = [...network.parameters].find(({ name }) => name === 'heat/bias')!;
  expect(bias.initializer(bias.shape, createRandom(1))[0]).toBeCloseTo(-4.6);
});
