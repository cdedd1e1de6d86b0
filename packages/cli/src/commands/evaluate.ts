import type { Command } from 'commander';
import { numberArgument } from '../settings/number-argument.ts';
import { settingOption } from '../settings/setting-option.ts';

/** Adds `evaluate`: how well a model reads a labelled set. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('measure how well a model reads a labelled set')
    .argument(
      '<MODEL>',
      'an ONNX file, the directory of a training run, or cnn, mlp or softmax for a bundled one',
    )
    .option(
      '--set <SET>',
      'mnist (its test set), a directory of IDX files, DIR of DIR/<label>/*.png, or labelled pages: DIR with labels.csv or COCO .json',
      'mnist',
    )
    .option(
      '--watch <SECONDS>',
      'check the model every so many seconds and evaluate new versions, until Ctrl-C',
      numberArgument({ min: 0.1, max: 86_400 }),
    )
    .addOption(settingOption('detector'))
    .option('--report <FILE.html>', 'write a report into one file')
    .option('--json', 'write a JSON object a line')
    .action(async (model, flags) =>
      (await import('../models/evaluate-model.ts')).evaluateModel(model, flags),
    );
}
