import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '@inkwire/base';
import {
  evaluate,
  type HistoryRow,
  type LabelledSet,
  openReader,
  openSet,
  parseHistory,
  renderReport,
  softmaxWeights,
} from '@inkwire/digits';
import { CliError } from '../errors.ts';
import { exitAtOnce, onInterrupt } from '../interrupts.ts';
import { evaluationRecord, formatEvaluation } from '../output/evaluation-output.ts';
import { reportFailure } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import { followChanges } from './follow-changes.ts';
import { modelFile, parseModelChoice } from './model-choice.ts';
import { modelFileAt, modelVersionAt } from './model-versions.ts';

/** The flags of `evaluate`. */
export interface EvaluateFlags {
  readonly set: string;
  /** Seconds between two looks; undefined to evaluate once. */
  readonly watch?: number;
  /** The file for the report. */
  readonly report?: string;
  readonly json?: true;
}

/** Evaluates a model once, or whenever it has changed. */
export async function evaluateModel(model: string, flags: EvaluateFlags): Promise<void> {
  const path = await modelFile(parseModelChoice(model, process.cwd()));
  const set = await openSet(flags.set);
  for (const { file, reason } of set.missed ?? [])
    process.stderr.write(`${printable(`${file}: ${reason}`)}\n`);
  if (flags.watch === undefined) await evaluateFile(await modelFileAt(path), set, flags);
  else await keepEvaluating(path, set, flags, flags.watch);
}

async function keepEvaluating(
  path: string,
  set: LabelledSet,
  flags: EvaluateFlags,
  seconds: number,
): Promise<void> {
  const end = new AbortController();
  const { signal } = end;
  using _ = onInterrupt({ first: () => end.abort(), again: exitAtOnce });
  process.stderr.write(`Watching ${printable(path)}; Ctrl-C ends\n`);
  for await (const file of followChanges(() => modelVersionAt(path), seconds * 1000, { signal })) {
    try {
      await evaluateFile(file, set, flags, signal);
    } catch (error) {
      // The next version may be whole again.
      if (!signal.aborted) reportFailure(error);
    }
  }
}

async function evaluateFile(
  file: string,
  set: LabelledSet,
  flags: EvaluateFlags,
  signal?: AbortSignal,
): Promise<void> {
  await using reader = await openReader({ model: file });
  const evaluation = await evaluate((pixels, options) => reader.classify(pixels, options), set, { signal });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(evaluationRecord(file, reader.card, evaluation))}\n`
      : `${formatEvaluation(reader.card, evaluation)}\n`,
  );
  if (flags.report === undefined) return;
  const weights = await softmaxWeights(reader);
  const history = await historyBeside(file);
  await writeReport(
    flags.report,
    renderReport({ card: reader.card, evaluations: [evaluation], history, weights }),
  );
}

/** How the run went that the model is of, where the model lies in the directory of a run. */
async function historyBeside(file: string): Promise<HistoryRow[] | undefined> {
  try {
    return parseHistory(await readFile(join(dirname(file), 'history.csv'), 'utf8'));
  } catch {
    return undefined;
  }
}

async function writeReport(file: string, html: string): Promise<void> {
  try {
    await writeFile(file, html);
  } catch (error) {
    throw new CliError('CLI_FILE_UNWRITABLE', `Cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}
