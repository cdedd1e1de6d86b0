import { signal } from '@preact/signals';
import { api, type Model, type Weights } from '../api.ts';
import { type Problem, problemOf } from '../problem.ts';

/** The hub's description of its model, fetched when it is first needed. */
export const model = signal<Model | undefined>(undefined);
export const weights = signal<Weights | undefined>(undefined);
export const modelProblem = signal<Problem | undefined>(undefined);

let wasAsked = false;

export function fetchModelOnce(): void {
  if (!wasAsked) fetchModel();
}

export function fetchModel(): void {
  wasAsked = true;
  modelProblem.value = undefined;
  void ask();
}

async function ask(): Promise<void> {
  try {
    model.value = await api.model();
  } catch (error) {
    modelProblem.value = problemOf(error);
  }
  // A hub may have no softmax model beside its own; the page then has no weights to show.
  weights.value = await api.weights().catch(() => undefined);
}
