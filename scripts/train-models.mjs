// Trains the bundled models from the recipes in the repository, and measures them on MNIST's test set, once, after
// everything is chosen: `node scripts/train-models.mjs [--seeds 1,2,3] [--recipes softmax,mlp,cnn] [--threads N]`.
//
// A run that is complete in runs/RECIPE-SEED is not trained again. The model of the first seed, decided before anything
// was measured, becomes packages/digits/models/RECIPE.onnx with the figures in its card; the other seeds give the mean.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';

ensureBuilt();
const { evaluate, openMnistPart, openModelFile, openReader, recipeNames, train, writeModelFile } =
  await import('@inkwire/digits');

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { seeds: { type: 'string' }, recipes: { type: 'string' }, threads: { type: 'string' } },
});
const seeds = (values.seeds ?? '1,2,3').split(',').map(Number);
const recipes = (values.recipes ?? recipeNames.join(',')).split(',');
const threads = Number(values.threads ?? 2);

async function trained(recipe, seed) {
  const out = join(root, 'runs', `${recipe}-${seed}`);
  const modelFile = join(out, 'model.onnx');
  if (existsSync(join(out, 'done.json'))) return modelFile;
  const began = performance.now();
  await train({ recipe, seed, out, threads, resume: existsSync(join(out, 'checkpoint.safetensors')) });
  const seconds = Math.round((performance.now() - began) / 1000);
  writeFileSync(join(out, 'done.json'), JSON.stringify({ seconds, threads }));
  return modelFile;
}

const test = await openMnistPart('test');
const table = [];
for (const recipe of recipes) {
  const accuracies = [];
  for (const seed of seeds) {
    const model = await trained(recipe, seed);
    const reader = await openReader({ model, detector: false });
    const evaluation = await evaluate((pixels) => reader.classify(pixels), test);
    await reader.close();
    accuracies.push(evaluation.accuracy);
    console.log(`${recipe} seed ${seed}: ${(100 * evaluation.accuracy).toFixed(2)} % of ${evaluation.count}`);
    if (seed === seeds[0]) await bundle(recipe, model, evaluation);
  }
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  console.log(`${recipe} mean of ${seeds.length}: ${(100 * mean).toFixed(2)} %`);
  table.push({ recipe, seeds, accuracies, mean });
}

async function bundle(recipe, file, { set, count, correct, accuracy, interval, confusion }) {
  const { bytes, card } = await openModelFile(file);
  const others = card.figures.filter((figure) => figure.set !== set);
  const models = join(root, 'packages', 'digits', 'models');
  mkdirSync(models, { recursive: true });
  const figures = [...others, { set, count, correct, accuracy, interval, confusion }];
  await writeModelFile(join(models, `${recipe}.onnx`), bytes, { ...card, figures });
}

const results = join(root, 'bench', 'results');
mkdirSync(results, { recursive: true });
const machine = `${cpus().length} × ${cpus()[0].model}`;
const file = join(results, 'digits-accuracy.json');
// What was not measured this time stays as it was.
const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).table : [];
const all = [...before.filter(({ recipe }) => !recipes.includes(recipe)), ...table];
const content = { command: 'node scripts/train-models.mjs', machine, table: all };
writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
