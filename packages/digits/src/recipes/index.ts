import { DigitsError } from '../errors.ts';
import { cnnRecipe } from './cnn.ts';
import { mlpRecipe } from './mlp.ts';
import type { Recipe } from './recipe.ts';
import { softmaxRecipe } from './softmax.ts';

export { type CnnOptions, createCnnRecipe } from './cnn.ts';
export type { AugmentationOptions, Recipe } from './recipe.ts';

const recipes = { softmax: softmaxRecipe, mlp: mlpRecipe, cnn: cnnRecipe } as const;

/** From the simplest to the best. */
export const recipeNames = ['softmax', 'mlp', 'cnn'] as const;

/** The recipe of that name. Throws `DIGITS_RECIPE_UNKNOWN`, naming those there are. */
export function recipeOf(name: string): Recipe {
  const known = recipeNames.find((each) => each === name);
  if (known) return recipes[known];
  throw new DigitsError(
    'DIGITS_RECIPE_UNKNOWN',
    `There is no recipe \`${name}\`; there are ${recipeNames.join(', ')}`,
  );
}
