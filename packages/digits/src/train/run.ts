import type { Trainer } from '@inkwire/tensor';
import type { LabelledSet } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import type { HistoryRow } from '../evaluate/curve.ts';
import type { ModelCard } from '../model/model-card.ts';
import { writeModelFile } from '../model/model-file.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Plan, RunState } from './run-state.ts';
import type { Accuracy, MeasureOptions, Task } from './task.ts';

/** The progress of a run after a step. */
export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Mean over the steps since the last row of the history. */
  readonly loss: number;
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
  /** Present after a step at which accuracies were measured. */
  readonly accuracy?: { readonly train: number; readonly validation: number };
}

/** Options of a run under way. */
export interface RunOptions {
  /** Ends the run at the next step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Called when all steps are done and saved, before the model is measured, which takes minutes for a recipe of pages. */
  readonly onStepsDone?: (() => void) | undefined;
}

/** The result of a run. */
export interface TrainedRun {
  readonly modelFile: string;
  readonly card: ModelCard;
  /** Whether the signal ended it before its last step. */
  readonly interrupted: boolean;
}

/** The parts of a run. */
export interface RunParts {
  readonly task: Task;
  /** The digits that it learns from: the set's name and hashes, and how many of it are not kept for validation. */
  readonly digits: Pick<LabelledSet, 'name' | 'count'> & Required<Pick<LabelledSet, 'sha256'>>;
  readonly trainer: Trainer;
  readonly directory: RunDirectory;
  readonly plan: Plan;
}

/** Checkpoints in the course of a run, beside the last. */
const checkpoints = 20;

/** One run, from its first step or a checkpoint on: steps, history, measurements, checkpoints. */
export class Run {
  readonly #parts: RunParts;
  readonly #epochSteps: number;
  readonly #rate: (step: number) => number;
  readonly #history: HistoryRow[];
  #pending: { loss: number; steps: number };

  constructor(parts: RunParts, saved: RunState | undefined) {
    const { task, digits, plan } = parts;
    this.#parts = parts;
    this.#epochSteps = Math.max(1, Math.round(digits.count / plan.batch));
    this.#rate = task.recipe.schedule(plan.steps, this.#epochSteps);
    this.#history = [...(saved?.history ?? [])];
    this.#pending = saved?.pending ?? { loss: 0, steps: 0 };
  }

  /** Steps until the end or the signal; leaves the directory complete either way. */
  async toTheEnd({ signal, onProgress, onStepsDone }: RunOptions): Promise<TrainedRun> {
    const { task, trainer, directory, plan } = this.#parts;
    const { steps } = plan;
    const checkpointEvery = Math.max(1, Math.round(steps / checkpoints));
    const [began, first] = [performance.now(), trainer.steps];
    const report = (loss: number, learningRate: number, accuracy?: Accuracy) => {
      const step = trainer.steps;
      const stepsPerSecond = ((step - first) * 1000) / (performance.now() - began);
      onProgress?.({
        step,
        steps,
        epoch: step / this.#epochSteps,
        loss,
        learningRate,
        stepsPerSecond,
        secondsLeft: (steps - step) / stepsPerSecond,
        ...(accuracy && { accuracy }),
      });
    };
    while (trainer.steps < steps && !signal?.aborted) {
      const { loss, learningRate } = await this.#step();
      const step = trainer.steps;
      // The last step is measured below, when it is saved.
      if (step === steps) break;
      const isMeasured = step % task.recipe.evaluateEvery === 0;
      const measured = isMeasured ? await this.#evaluate() : undefined;
      report(loss, learningRate, measured?.accuracy);
      await this.#record(step, learningRate, measured?.accuracy);
      if (step % checkpointEvery === 0) await this.#save();
    }
    await this.#save();
    if (trainer.steps === steps) onStepsDone?.();
    const { card, accuracy, isLast } = await this.#measureTheEnd(signal);
    if (isLast && this.#pending.steps > 0) {
      const learningRate = this.#rate(steps - 1);
      report(this.#pending.loss / this.#pending.steps, learningRate, accuracy);
      await this.#record(steps, learningRate, accuracy);
      await this.#save();
    }
    return { modelFile: directory.modelFile, card, interrupted: !isLast };
  }

  /** A complete run is measured thoroughly, which takes minutes for some recipes, unless the signal ends that. */
  async #measureTheEnd(signal: AbortSignal | undefined) {
    if (this.#parts.trainer.steps === this.#parts.plan.steps) {
      try {
        return { ...(await this.#evaluate({ isLast: true, signal })), isLast: true };
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
    }
    return { ...(await this.#evaluate()), isLast: false };
  }

  async #step(): Promise<{ loss: number; learningRate: number }> {
    const { task, trainer } = this.#parts;
    const learningRate = this.#rate(trainer.steps);
    const { loss } = await trainer.step({ ...(await task.next()), learningRate });
    if (!Number.isFinite(loss)) {
      throw new DigitsError('DIGITS_TRAINING_DIVERGED', `The loss is ${loss} at step ${trainer.steps}`);
    }
    this.#pending = { loss: this.#pending.loss + loss, steps: this.#pending.steps + 1 };
    return { loss: this.#pending.loss / this.#pending.steps, learningRate };
  }

  async #record(step: number, learningRate: number, accuracy: Accuracy | undefined): Promise<void> {
    if (step % this.#parts.task.recipe.reportEvery !== 0 && !accuracy) return;
    const loss = this.#pending.loss / this.#pending.steps;
    const { train, validation } = accuracy ?? {};
    this.#history.push({ step, epoch: step / this.#epochSteps, loss, learningRate, train, validation });
    this.#pending = { loss: 0, steps: 0 };
    await this.#parts.directory.writeHistory(this.#history);
  }

  /** Exports the model as it is, measures it, and writes it with its card. */
  async #evaluate(options: MeasureOptions = {}): Promise<{ accuracy: Accuracy; card: ModelCard }> {
    const { task, digits, trainer, directory, plan } = this.#parts;
    const parameters = trainer.movingAverage;
    const { graph, accuracy, card: measured } = await task.measure(parameters, options);
    const { recipe, seed, steps, batch, extra, teachers } = plan;
    const besides = [extra && ' --extra DIR', teachers && ' --teachers FILES'].join('');
    const card = await writeModelFile(directory.modelFile, graph, {
      recipe,
      parameters: parameters.length,
      seed,
      trained: new Date().toISOString(),
      command: `inkwire train ${recipe} --steps ${steps} --batch ${batch} --seed ${seed}${besides}`,
      data: {
        [`${digits.name}-images`]: digits.sha256.images,
        [`${digits.name}-labels`]: digits.sha256.labels,
        ...(extra && { 'extra-digits': extra }),
        ...(teachers && { teachers }),
      },
      ...measured,
    });
    if (recipe === 'softmax') await directory.writeWeights(parameters.subarray(0, 7840));
    return { accuracy, card };
  }

  async #save(): Promise<void> {
    const { task, trainer, directory, plan } = this.#parts;
    await directory.writeCheckpoint(trainer, {
      ...plan,
      ...task.state,
      history: this.#history,
      pending: this.#pending,
    });
  }
}
