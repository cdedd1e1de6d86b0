import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '@inkwire/base';
import {
  evaluate,
  evaluatePages,
  type HistoryRow,
  type LabelledPages,
  type LabelledSet,
  labelsFileOf,
  openLabelledPages,
  openReader,
  openSet,
  parseHistory,
  type Reader,
  renderPageReport,
  renderReport,
  softmaxWeights,
} from '@inkwire/digits';
import { CliError } from '../errors.ts';
import { exitAtOnce, onInterrupt } from '../interrupts.ts';
import { evaluationRecord, formatEvaluation } from '../output/evaluation-output.ts';
import { reportFailure } from '../output/failure.ts';
import { formatPageEvaluation, pageEvaluationRecord } from '../output/page-evaluation-output.ts';
import { printable } from '../output/printable.ts';
import { askedDetector } from './asked-models.ts';
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
  readonly detector?: string;
  readonly json?: true;
}

/** The pictures that a model is measured with: single digits, or lines and pages. */
type MeasuredSet = { readonly digits: LabelledSet } | { readonly pages: LabelledPages };

/** Evaluates a model once, or whenever it has changed. */
export async function evaluateModel(model: string, flags: EvaluateFlags): Promise<void> {
  const path = await modelFile(parseModelChoice(model, process.cwd()));
  const set = await openMeasuredSet(flags.set);
  if (flags.watch === undefined) await evaluateFile(await modelFileAt(path), set, flags);
  else await keepEvaluating(path, set, flags, flags.watch);
}

async function openMeasuredSet(name: string): Promise<MeasuredSet> {
  if (name !== 'mnist' && (await labelsFileOf(name)) !== undefined)
    return { pages: await openLabelledPages(name) };
  const digits = await openSet(name);
  sayWhatWasMissed(digits.missed ?? []);
  return { digits };
}

function sayWhatWasMissed(missed: readonly { readonly file: string; readonly reason: string }[]): void {
  for (const { file, reason } of missed) process.stderr.write(`${printable(`${file}: ${reason}`)}\n`);
}

async function keepEvaluating(
  path: string,
  set: MeasuredSet,
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
  set: MeasuredSet,
  flags: EvaluateFlags,
  signal?: AbortSignal,
): Promise<void> {
  // Single digits are found already.
  const detector = 'pages' in set && (await askedDetector(flags.detector));
  await using reader = await openReader({ model: file, detector });
  if ('pages' in set) await evaluatePagesOf(reader, file, set.pages, flags, signal);
  else await evaluateDigitsOf(reader, file, set.digits, flags, signal);
}

async function evaluateDigitsOf(
  reader: Reader,
  file: string,
  set: LabelledSet,
  flags: EvaluateFlags,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { card } = reader;
  const evaluation = await evaluate((pixels, options) => reader.classify(pixels, options), set, { signal });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(evaluationRecord(file, card, evaluation))}\n`
      : `${formatEvaluation(card, evaluation)}\n`,
  );
  if (flags.report === undefined) return;
  const weights = await softmaxWeights(reader);
  const history = await historyBeside(file);
  await writeReport(flags.report, renderReport({ card, evaluations: [evaluation], history, weights }));
}

async function evaluatePagesOf(
  reader: Reader,
  file: string,
  pages: LabelledPages,
  flags: EvaluateFlags,
  signal: AbortSignal | undefined,
): Promise<void> {
  const evaluation = await evaluatePages((picture, options) => reader.read(picture, options), pages, {
    signal,
  });
  sayWhatWasMissed(evaluation.refused);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(pageEvaluationRecord(file, reader, evaluation))}\n`
      : `${formatPageEvaluation(reader, evaluation)}\n`,
  );
  if (flags.report === undefined) return;
  const history = await historyBeside(file);
  await writeReport(flags.report, renderPageReport({ card: reader.card, evaluation, history }));
}

/** The history of the model's run, when the model lies in the directory of a run. */
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
