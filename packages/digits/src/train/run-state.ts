import { DigitsError } from '../errors.ts';
import type { HistoryRow } from '../evaluate/curve.ts';
import type { BatchPosition } from './batches.ts';

/** What a checkpoint keeps beside the trainer's own vectors, so that a resumed run is the run that was not interrupted. */
export interface RunState {
  readonly recipe: string;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly walk: BatchPosition;
  /** Absent where the recipe has no outliers. */
  readonly outlierWalk?: BatchPosition | undefined;
  /** Of the augmentation's random numbers. */
  readonly augmentation: readonly [number, number, number, number];
  readonly history: readonly HistoryRow[];
  /** Sums since the last row of the history. */
  readonly pending: { readonly loss: number; readonly steps: number };
}

const key = 'run';

export const encodeRunState = (state: RunState): Record<string, string> => ({ [key]: JSON.stringify(state) });

/** Reads a checkpoint's metadata. Throws `DIGITS_CHECKPOINT_DAMAGED` when it holds no run. */
export function decodeRunState(metadata: Readonly<Record<string, string>>, file: string): RunState {
  try {
    const state = JSON.parse(metadata[key]!) as RunState;
    if (typeof state.recipe === 'string' && Array.isArray(state.history)) return state;
  } catch {
    // falls through to the one error there is
  }
  throw new DigitsError('DIGITS_CHECKPOINT_DAMAGED', `${file} is a checkpoint, but not of a training run`);
}

/** Throws `DIGITS_CHECKPOINT_MISMATCH` when a run was begun with other options than it is to go on with. */
export function expectSameRun(state: RunState, asked: Partial<RunState>, file: string): void {
  for (const name of ['recipe', 'seed', 'steps', 'batch'] as const) {
    if (asked[name] === undefined || asked[name] === state[name]) continue;
    throw new DigitsError(
      'DIGITS_CHECKPOINT_MISMATCH',
      `${file} is of a run with ${name} ${state[name]}, not ${asked[name]}`,
    );
  }
}
