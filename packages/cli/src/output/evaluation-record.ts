import type { Evaluation, ModelCard } from '@inkwire/digits';

/** What `evaluate --json` writes: the evaluation without the pictures of its mistakes. */
export function evaluationRecord(file: string, card: ModelCard, evaluation: Evaluation): object {
  const { recipe, version, parameters } = card;
  const mistakes = evaluation.mistakes.map(({ pixels: _, ...mistake }) => mistake);
  return { model: { file, recipe, version, parameters }, ...evaluation, mistakes };
}
