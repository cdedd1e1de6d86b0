import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledSet, TrainedRun } from '@inkwire/digits';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import { exitAtOnce, interruptExitCodes, onInterrupt } from '../interrupts.ts';
import { modelText } from '../output/evaluation-output.ts';
import { exitCodes } from '../output/failure.ts';
import { printable, shellCommand } from '../output/printable.ts';
import { createProgressDisplay, type Progress } from '../output/progress-display.ts';
import { formatCount } from '../output/quantities.ts';
import { integerArgument } from '../settings/number-argument.ts';

interface TrainFlags {
  readonly steps?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly data?: string;
  readonly extra?: string;
  readonly teachers?: readonly string[];
  readonly out?: string;
  readonly resume?: true;
}

/** Adds `train`: a recipe in, a model file out. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a model; Ctrl-C saves a checkpoint')
    .argument('<RECIPE>', 'softmax, mlp, cnn or page')
    .option('--steps <N>', 'how many steps (default: the recipe’s)', integerArgument({ min: 1 }))
    .option('--batch <N>', 'pictures or pages in a step (default: the recipe’s)', integerArgument({ min: 1 }))
    .option('--seed <N>', 'seed of every random number (default: the recipe’s)', integerArgument({ min: 0 }))
    .option('--data <DIR>', 'a directory of the four IDX files (default: MNIST)')
    .option('--extra <DIR>', 'labelled pages to train on besides: DIR with labels.csv or a COCO .json')
    .option('--teachers <MODEL...>', 'models of single digits to learn from, more than from the labels')
    .option('--out <DIR>', 'where the model, checkpoints, history and curve go (default: runs/RECIPE)')
    .option('--resume', 'continue from the checkpoint in --out')
    .action(train);
}

async function train(recipe: string, flags: TrainFlags): Promise<void> {
  const digits = await import('@inkwire/digits');
  const out = flags.out ?? join('runs', recipe);
  const readsDigits = 'model' in digits.recipeOf(recipe);
  if (flags.teachers && !readsDigits)
    throw new CliError('CLI_USAGE', '--teachers is for recipes of single digits, and page is none');
  if (!flags.resume) refuseToOverwrite(out);
  await prepareWritableDirectory(out, '--out DIR');

  const display = createProgressDisplay(recipe);
  const interrupt = new AbortController();
  using _ = onInterrupt({
    first(signal) {
      process.exitCode = interruptExitCodes[signal];
      display.say('Saving a checkpoint; once more ends at once');
      interrupt.abort();
    },
    again: exitAtOnce,
  });
  let run: TrainedRun;
  try {
    const onProgress = (progress: Progress) => display.show(progress);
    const onStepsDone = () => {
      if (!readsDigits)
        display.say(
          'Saved all steps; fitting how sure a reading is takes some minutes (Ctrl-C: go on with it later)',
        );
    };
    const onExtra = (extra: ExtraDigits) => display.say(extraText(extra));
    const { signal } = interrupt;
    run = await digits.train({ ...flags, recipe, out, signal, onExtra, onProgress, onStepsDone });
  } finally {
    display.end();
  }
  if (run.interrupted) sayHowToGoOn(recipe, out, flags);
  else sayWhereItIs(run, out);
}

function refuseToOverwrite(out: string): void {
  if (!existsSync(join(out, 'checkpoint.safetensors'))) return;
  const message = `${out} holds a run already: add --resume to go on with it, or name another place with --out DIR`;
  throw new CliError('CLI_OUT_OCCUPIED', message);
}

type ExtraDigits = Pick<LabelledSet, 'count' | 'missed'>;

function extraText({ count, missed = [] }: ExtraDigits): string {
  const reasons = missed
    .slice(0, 10)
    .map(({ file, label, reason }) => printable(`${file}: a ${label}: ${reason}`));
  const more =
    missed.length > reasons.length ? [`and ${formatCount(missed.length - reasons.length)} more`] : [];
  const summary = `${formatCount(count)} digits of --extra, ${formatCount(missed.length)} could not be cut`;
  return [summary, ...reasons, ...more].join('\n');
}

function sayWhereItIs({ modelFile, card }: TrainedRun, out: string): void {
  // A signal that came with the last step has nothing left to interrupt.
  process.exitCode = exitCodes.ok;
  process.stdout.write(`${modelFile}  ${modelText(card)}\n`);
  const evaluation = card.recipe === 'page' ? ['cnn', '--detector', modelFile, '--set', 'PAGES'] : [out];
  process.stderr.write(`Evaluate it with: ${shellCommand(['inkwire', 'evaluate', ...evaluation])}\n`);
}

function sayHowToGoOn(recipe: string, out: string, flags: TrainFlags): void {
  // Steps, batch and seed are in the checkpoint; where the data and the teachers lie is not.
  const data = [
    ...(flags.data === undefined ? [] : ['--data', flags.data]),
    ...(flags.extra === undefined ? [] : ['--extra', flags.extra]),
    ...(flags.teachers === undefined ? [] : ['--teachers', ...flags.teachers]),
  ];
  const command = shellCommand(['inkwire', 'train', recipe, ...data, '--out', out, '--resume']);
  process.stderr.write(`Saved ${join(out, 'checkpoint.safetensors')}; go on with: ${command}\n`);
}
