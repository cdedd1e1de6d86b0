/**
 * The directory of a training run:
 *
 *     model.onnx               the model as it is now, with its card; rewritten at every evaluation
 *     checkpoint.safetensors   everything that the run needs to resume
 *     history.csv, curve.svg   loss, learning rate and accuracies by step
 *     weights.svg              softmax only: the ten weight pictures
 *
 * Every file is replaced atomically: a program that reads the directory, during the run or after a crash, finds whole
 * files.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import { decodeSafetensors, TensorError, type Trainer } from '@inkwire/tensor';
import writeFileAtomic from 'write-file-atomic';
import { DigitsError } from '../errors.ts';
import { type HistoryRow, renderCurve } from '../evaluate/curve.ts';
import { renderWeights } from '../evaluate/weights.ts';
import { formatHistory } from './history.ts';
import { decodeRunState, encodeRunState, type Plan, type RunState } from './run-state.ts';

/** A run's checkpoint: the bytes that the trainer restores, and the run's own state. */
export interface SavedRun {
  readonly bytes: Uint8Array;
  readonly state: RunState;
}

export class RunDirectory {
  readonly modelFile: string;
  readonly #checkpointFile: string;
  readonly #path: string;

  /** Makes the directory when it is missing. */
  static async open(path: string): Promise<RunDirectory> {
    await makeDirectory(path);
    return new RunDirectory(path);
  }

  private constructor(path: string) {
    this.#path = path;
    this.modelFile = join(path, 'model.onnx');
    this.#checkpointFile = join(path, 'checkpoint.safetensors');
  }

  /** Throws `DIGITS_CHECKPOINT_MISSING` and `DIGITS_CHECKPOINT_DAMAGED`. */
  async readCheckpoint(): Promise<SavedRun> {
    const file = this.#checkpointFile;
    try {
      const bytes = await readFile(file);
      return { bytes, state: decodeRunState(decodeSafetensors(bytes).metadata, file) };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw this.#damaged(error);
      const message = `There is no checkpoint ${file} to resume from`;
      throw new DigitsError('DIGITS_CHECKPOINT_MISSING', message, { cause: error });
    }
  }

  /** Takes the trainer to where the run was saved. Throws `DIGITS_CHECKPOINT_DAMAGED`. */
  restore(trainer: Trainer, { bytes }: SavedRun): void {
    try {
      trainer.restore(bytes);
    } catch (error) {
      throw this.#damaged(error);
    }
  }

  /** Throws `DIGITS_CHECKPOINT_MISMATCH` when the run was begun with other options than it is to resume with. */
  expectSameRun({ state }: SavedRun, asked: Plan): void {
    for (const name of ['recipe', 'seed', 'steps', 'batch', 'extra', 'teachers'] as const) {
      if (asked[name] === state[name]) continue;
      const [was, is] = [state[name] ?? 'none', asked[name] ?? 'none'];
      const message = `${this.#checkpointFile} is of a run with ${name} ${was}, not ${is}`;
      throw new DigitsError('DIGITS_CHECKPOINT_MISMATCH', message);
    }
  }

  async writeCheckpoint(trainer: Trainer, state: RunState): Promise<void> {
    const { buffer, byteOffset, length } = trainer.checkpoint(encodeRunState(state));
    await writeFileAtomic(this.#checkpointFile, Buffer.from(buffer, byteOffset, length));
  }

  async writeHistory(history: readonly HistoryRow[]): Promise<void> {
    await writeFileAtomic(join(this.#path, 'history.csv'), formatHistory(history));
    await writeFileAtomic(join(this.#path, 'curve.svg'), renderCurve(history));
  }

  /** `weights`: [784, 10] of a softmax regression. */
  async writeWeights(weights: Float32Array): Promise<void> {
    await writeFileAtomic(join(this.#path, 'weights.svg'), renderWeights(weights));
  }

  #damaged(error: unknown): unknown {
    if (!(error instanceof TensorError)) return error;
    return new DigitsError('DIGITS_CHECKPOINT_DAMAGED', `${this.#checkpointFile}: ${error.message}`, {
      cause: error,
    });
  }
}
