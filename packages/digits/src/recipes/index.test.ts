import { expect, test } from 'vitest';
import { recipeNames, recipeOf } from './index.ts';

test('each recipe is found by its name', () => {
  expect([...recipeNames, 'page'].map((name) => recipeOf(name).name)).toEqual([...recipeNames, 'page']);
});

test('an unknown recipe is refused by name', () => {
  expect(() => recipeOf('rnn')).toThrow(
    expect.objectContaining({
      code: 'DIGITS_RECIPE_UNKNOWN',
      message: 'There is no recipe `rnn`; there are softmax, mlp, cnn, page',
    }),
  );
});
