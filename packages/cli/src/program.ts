import { Command } from 'commander';
import { addAllocate } from './commands/allocate.ts';
import { addBackup, addRestore } from './commands/backup.ts';
import { addCerts } from './commands/certs.ts';
import { addConnect } from './commands/connect.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addKv } from './commands/kv.ts';
import { addPool } from './commands/pool.ts';
import { addRead } from './commands/read.ts';
import { addReadings } from './commands/readings.ts';
import { addServe } from './commands/serve.ts';
import { addTrain } from './commands/train.ts';
import { reportFailure } from './output/failure.ts';
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
  const commands = [
    addServe,
    addRead,
    addTrain,
    addEvaluate,
    addReadings,
    addConnect,
    addKv,
    addAllocate,
    addPool,
    addCerts,
    addBackup,
    addRestore,
    addDoctor,
  ];
  for (const add of commands) add(program);
  return program;
}

/** Runs one command line, without the names of node and the program, and sets `process.exitCode`. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
