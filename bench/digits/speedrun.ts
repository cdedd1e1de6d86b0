/**
 * `npm run bench -- digits --speedrun`: how long training takes from random weights to 99.0 % and to 99.5 % of MNIST's
 * test set. Each goal has one fixed recipe, whose length was chosen on validation digits; each of three seeds runs it
 * to its end on all 60,000 training digits, and the test set is read once, after the clock has stopped. The clock runs
 * over building the training step and all steps, and not over reading the data.
 */
import { createRandom } from '@inkwire/base';
import {
  accuracyOfLogits,
  BatchWalk,
  buildTraining,
  createCnnRecipe,
  drawAugmentation,
  exportRecipe,
  type LabelledSet,
  logitsOf,
  openMnist,
  type Recipe,
  warpNumbers,
} from '@inkwire/digits';
import { createTrainer } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { median, printTable, saveResults } from '../report.ts';

const light = { rotation: 8, scale: 0.08, aspect: 0.04, shear: 0.1, shift: 1.5, elastic: 1, thickness: 0.15 };

const goals: readonly { readonly goal: number; readonly recipe: Recipe }[] = [
  {
    goal: 0.99,
    recipe: {
      ...createCnnRecipe({
        ...{ epochs: 0.8, outlierShare: 0, cropShare: 0 },
        ...{ dropout: 0, average: 0.98, peakRate: 6e-3 },
      }),
      augmentation: undefined,
    },
  },
  {
    goal: 0.995,
    recipe: createCnnRecipe({
      epochs: 2.5,
      outlierShare: 0,
      cropShare: 0,
      dropout: 0,
      average: 0.995,
      peakRate: 6e-3,
      augmentation: light,
    }),
  },
];

async function timed(
  recipe: Recipe,
  seed: number,
  set: LabelledSet,
): Promise<{ seconds: number; parameters: Float32Array }> {
  const began = performance.now();
  const steps = recipe.steps(set.count);
  const rate = recipe.schedule(steps, Math.round(set.count / recipe.batch));
  const walk = new BatchWalk(set, recipe.batch, seed);
  const random = createRandom(seed);
  const [warp, thickness] = [
    new Float32Array(recipe.batch * warpNumbers),
    new Float32Array(recipe.batch * 2),
  ];
  await using trainer = await createTrainer({
    runtime: onnxRuntime,
    seed,
    optimizer: recipe.optimizer(),
    movingAverage: recipe.movingAverage,
    build: (network) => buildTraining(recipe, recipe.batch, network),
  });
  for (let step = 0; step < steps; step++) {
    const { images, labels } = walk.next();
    const feeds = { pixels: images, labels, learningRate: rate(step) };
    if (recipe.augmentation) drawAugmentation(recipe.augmentation, random, warp, thickness);
    await trainer.step(recipe.augmentation ? { ...feeds, warp, thickness } : feeds);
  }
  return { seconds: (performance.now() - began) / 1000, parameters: trainer.movingAverage };
}

export async function speedrun(): Promise<void> {
  const { train, test } = await openMnist();
  const rows = [];
  for (const { goal, recipe } of goals) {
    const runs = [];
    for (const seed of [1, 2, 3]) {
      const { seconds, parameters } = await timed(recipe, seed, train);
      const model = await exportRecipe(recipe, parameters, train, onnxRuntime);
      const accuracy = accuracyOfLogits(await logitsOf(model, test, onnxRuntime), test.labels);
      console.log(`seed ${seed}: ${(accuracy * 100).toFixed(2)} % in ${seconds.toFixed(1)} s`);
      runs.push({ seed, seconds, accuracy });
    }
    const accuracy = runs.reduce((sum, run) => sum + run.accuracy, 0) / runs.length;
    rows.push({
      goal,
      steps: recipe.steps(train.count),
      seconds: median(runs.map((run) => run.seconds)),
      accuracy,
      runs,
    });
  }
  printTable(
    ['goal', 'steps', 'median seconds', 'mean accuracy', 'each'],
    rows.map(({ goal, steps, seconds, accuracy, runs }) => [
      `${(goal * 100).toFixed(1)} %`,
      steps,
      seconds.toFixed(1),
      `${(accuracy * 100).toFixed(2)} %`,
      runs.map((run) => `${(run.accuracy * 100).toFixed(2)} % in ${run.seconds.toFixed(1)} s`).join(', '),
    ]),
  );
  saveResults('digits-speedrun', 'npm run bench -- digits --speedrun', rows);
}
