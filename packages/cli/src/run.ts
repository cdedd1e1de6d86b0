import { reportFailure } from './output/failure.ts';
import { createProgram } from './program.ts';

/** Runs one command line, without the names of node and the program, and sets `process.exitCode`. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
