/**
 * The task of a run: single digits (`digit-task.ts`) or pages (`page-task.ts`). The run takes the steps, keeps the history
 * and the checkpoints; its task knows the examples, the graph of a step, and how the model is exported and measured.
 */
import type { Network, StepFeeds, TrainingOutputs } from '@inkwire/tensor';
import type { ModelCard } from '../model/model-card.ts';
import type { RunRecipe } from '../recipes/recipe.ts';
import type { PicturesState } from './training-pictures.ts';

/** The share of examples that are read right. */
export interface Accuracy {
  readonly train: number;
  readonly validation: number;
}

/** The parts of a card that the run itself does not know. */
export type MeasuredCard = Omit<
  ModelCard,
  'recipe' | 'version' | 'parameters' | 'seed' | 'trained' | 'command' | 'data'
>;

/** A model as it is now. */
export interface Measured {
  /** The ONNX file without a card. */
  readonly graph: Uint8Array;
  readonly accuracy: Accuracy;
  readonly card: MeasuredCard;
}

/** Options of a measurement. */
export interface MeasureOptions {
  /** After the last step: thoroughly, with all that a reading needs of the model's card. Default false. */
  readonly isLast?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The position of a run in its examples; the parts that its kind of task has. */
export interface ExamplesState extends Partial<PicturesState> {
  /** The next batch of pages. */
  readonly pages?: number | undefined;
}

/** The examples and graphs of one run. The run closes it. */
export interface Task extends AsyncDisposable {
  readonly recipe: RunRecipe;
  /** The position of the next step in the examples, as a checkpoint keeps it. */
  readonly state: ExamplesState;
  /** The graph of a step. */
  build(network: Network): TrainingOutputs;
  /** The inputs of the next step, in memory that the step after it may overwrite. */
  next(): Promise<Omit<StepFeeds, 'learningRate'>>;
  /** Exports the model with these parameters and measures it. Rejects with `signal.reason` when aborted. */
  measure(parameters: Float32Array, options: MeasureOptions): Promise<Measured>;
}

/** Options of a task: the choices that may not change when a run is resumed, and the threads inside one operator. */
export interface TaskOptions {
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly threads: number;
}
