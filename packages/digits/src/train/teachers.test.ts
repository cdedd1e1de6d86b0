import { expect, it } from 'vitest';
import { writeTinyModel } from '../../test/reader-model.ts';
import { bundledModel } from '../model/model-file.ts';
import { recipeOf } from '../recipes/index.ts';
import { warpNumbers } from './augmentation.ts';
import { readTeachers, Teachers } from './teachers.ts';

/** Two pictures: the first has ink in one pixel of its first row, the second in none. */
function pictures(inked: number) {
  const pixels = new Uint8Array(2 * 784);
  pixels[inked] = 255;
  return { pixels, labels: new Uint8Array(2) };
}

/** Numbers that take each picture one pixel to the left. */
function oneToTheLeft() {
  const warp = new Float32Array(2 * warpNumbers);
  for (const first of [0, warpNumbers]) {
    [warp[first], warp[first + 4]] = [1, 1];
    warp[first + 2] = 2 / 27;
  }
  return { warp, thickness: new Float32Array(4) };
}

const digitsOf = (answer: Float32Array) =>
  [answer.subarray(0, 10), answer.subarray(10)].map((row) => row.indexOf(Math.max(...row)));

it('answer with the mean of their probabilities, each by its own temperature', async () => {
  const models = await readTeachers([await writeTinyModel(), await writeTinyModel({ temperature: 10 })]);
  await using teachers = await Teachers.open(models, recipeOf('softmax'), { pictures: 2, threads: 1 });
  const answer = await teachers.answerTo(pictures(3));
  const shareOf = (logit: number) => Math.exp(logit) / (9 + Math.exp(logit));
  expect(answer[3]).toBeCloseTo((shareOf(10) + shareOf(1)) / 2, 4);
  expect([...answer.subarray(10)]).toEqual(Array(10).fill(expect.closeTo(0.1, 5)));
});

it('see the pictures as they are trained on', async () => {
  const models = await readTeachers([await writeTinyModel()]);
  const still = await Teachers.open(models, recipeOf('softmax'), { pictures: 2, threads: 1 });
  await using _ = still;
  await using moving = await Teachers.open(models, recipeOf('cnn'), { pictures: 2, threads: 1 });
  expect(digitsOf(await still.answerTo(pictures(3)))[0]).toBe(3);
  expect(digitsOf(await moving.answerTo({ ...pictures(3), ...oneToTheLeft() }))[0]).toBe(2);
});

it('are models of single digits', async () => {
  await expect(readTeachers(['/nowhere/a.onnx'])).rejects.toMatchObject({ code: 'DIGITS_MODEL_MISSING' });
  const models = await readTeachers([await writeTinyModel(), bundledModel('page')]);
  const opened = Teachers.open(models, recipeOf('softmax'), { pictures: 2, threads: 1 });
  await expect(opened).rejects.toMatchObject({ code: 'DIGITS_MODEL_DAMAGED' });
});
