import { DigitsError } from '../errors.ts';
import { cnnRecipe } from './cnn.ts';
import { mlpRecipe } from './mlp.ts';
import { type PageRecipe, pageRecipe } from './page.ts';
import type { Recipe } from './recipe.ts';
import { softmaxRecipe } from './softmax.ts';

export { type CnnOptions, createCnnRecipe } from './cnn.ts';
export { createPageRecipe, type PageMaps, type PageOptions, type PageRecipe } from './page.ts';
export type { AugmentationOptions, Recipe, RunRecipe } from './recipe.ts';

const recipes = { softmax: softmaxRecipe, mlp: mlpRecipe, cnn: cnnRecipe, page: pageRecipe } as const;

/** The recipes of models that read single digits, from the simplest to the best. */
export const recipeNames = ['softmax', 'mlp', 'cnn'] as const;

/** The recipe of that name: one of `recipeNames`, or `page`. Throws `DIGITS_RECIPE_UNKNOWN`, naming those there are. */
export function recipeOf(name: (typeof recipeNames)[number]): Recipe;
export function recipeOf(name: string): Recipe | PageRecipe;
export function recipeOf(name: string): Recipe | PageRecipe {
  if (Object.hasOwn(recipes, name)) return recipes[name as keyof typeof recipes];
  throw new DigitsError(
    'DIGITS_RECIPE_UNKNOWN',
    `There is no recipe \`${name}\`; there are ${Object.keys(recipes).join(', ')}`,
  );
}
