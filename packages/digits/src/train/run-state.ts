import { DigitsError } from '../errors.ts';
import type { HistoryRow } from '../evaluate/curve.ts';
import type { ExamplesState } from './task.ts';

/** The choices that may not change when a run is resumed. */
export interface Plan {
  readonly recipe: string;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  /** SHA-256 of the digits that are trained on besides; absent where there are none. */
  readonly extra?: string | undefined;
  /** The versions of the teachers' models, a space between two; absent where there are none. */
  readonly teachers?: string | undefined;
}

/** The state that a checkpoint keeps beside the trainer's vectors, so that a resumed run equals one without a break. */
export interface RunState extends ExamplesState, Plan {
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
