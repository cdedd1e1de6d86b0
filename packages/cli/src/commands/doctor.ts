import { CodedError } from '@inkwire/base';
import type { Command } from 'commander';
import type { Diagnosis } from '../doctor/check.ts';
import { exitCodes, failureText } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import type { Configuration } from '../settings/configuration.ts';
import { addAllSettings } from '../settings/setting-option.ts';

/** Adds `doctor`: what is wrong with a configuration of `serve`, which it takes as `serve` does. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('say in plain words what would keep `serve` with the same options from working');
  const valuesIn = addAllSettings(command);
  command.option('--json', 'write a JSON object a line').action(async (flags: Record<string, unknown>) => {
    const show = flags.json === true ? showJson : showLine;
    let problems = 0;
    for await (const diagnosis of diagnoses(valuesIn(flags))) {
      show(diagnosis);
      if (diagnosis.state === 'problem') problems++;
    }
    if (problems > 0) process.exitCode = exitCodes.failed;
  });
}

async function* diagnoses(flags: Readonly<Record<string, string | undefined>>): AsyncGenerator<Diagnosis> {
  const subject = 'configuration';
  let configuration: Configuration;
  try {
    const { loadConfiguration } = await import('../settings/configuration.ts');
    const sources = { environment: process.env, workingDirectory: process.cwd() };
    configuration = await loadConfiguration({ ...sources, flags });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    yield { subject, state: 'problem', message: failureText(error) };
    return;
  }
  yield { subject, state: 'ok', message: 'Every setting is accepted' };
  const [{ diagnose }, { checks }] = await Promise.all([
    import('../doctor/check.ts'),
    import('../doctor/checks.ts'),
  ]);
  yield* diagnose(checks, configuration);
}

function showJson(diagnosis: Diagnosis): void {
  process.stdout.write(`${JSON.stringify(diagnosis)}\n`);
}

function showLine({ subject, state, message }: Diagnosis): void {
  process.stdout.write(`${state.padEnd(7)}  ${subject.padEnd(14)}  ${printable(message)}\n`);
}
