import { Command } from 'commander';
import { addEvaluate } from './commands/evaluate.ts';
import { addRead } from './commands/read.ts';
import { addReadings } from './commands/readings.ts';
import { addServe } from './commands/serve.ts';
import { addTrain } from './commands/train.ts';
import { version } from './version.ts';

/**
 * The whole command line. Nothing heavy is imported until a command runs: `inkwire --help` needs neither a model nor
 * a database. Mistakes are thrown as CommanderError and printed by `run`.
 */
export function createProgram(): Command {
  const program = new Command('inkwire')
    .description('Reads handwritten digits and wires everyone to the readings')
    .version(version(), '--version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const add of [addServe, addRead, addTrain, addEvaluate, addReadings]) add(program);
  return program;
}
