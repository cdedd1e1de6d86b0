import type { Command } from 'commander';
import {
  addHubOptions,
  clientsOf,
  defaultHub,
  type HubFlags,
  hubOf,
  wantsTls,
} from '../connect/hub-options.ts';
import { exitAtOnce, onInterrupt } from '../interrupts.ts';
import { exitCodes } from '../output/failure.ts';
import { integerArgument } from '../settings/number-argument.ts';
import { variableOf } from '../settings/settings.ts';

interface ConnectFlags extends HubFlags {
  readonly name?: string;
  readonly repeat: number;
}

/** Adds `connect`: the terminal on a hub. */
export function addConnect(program: Command): void {
  const command = program
    .command('connect')
    .description('talk to a hub: time, names, members, messages, pictures; help lists the commands')
    .argument(
      '[HOST:PORT]',
      `where the hub's wire listens (default: ${defaultHub}; env: ${variableOf('hub')})`,
    )
    .option('--name <NAME>', 'what the others see you as')
    .option('--repeat <N>', 'ask for the time N times at once', integerArgument({ min: 1, max: 100_000 }), 1);
  addHubOptions(command).action(connect);
}

async function connect(address: string | undefined, flags: ConnectFlags): Promise<void> {
  const [{ Screen }, { Terminal }] = await Promise.all([
    import('../connect/screen.ts'),
    import('../connect/terminal.ts'),
  ]);
  const hub = hubOf(address);
  const clients = await clientsOf(flags);
  const screen = new Screen({ input: process.stdin, output: process.stdout, errors: process.stderr });
  using _ = onInterrupt({ first: () => screen.leave(), again: exitAtOnce });
  const terminal = new Terminal(screen, {
    hub,
    name: flags.name,
    repeat: flags.repeat,
    isTls: wantsTls(flags),
    clientsOf: clients,
  });
  const failures = await terminal.run({ joinsAtOnce: address !== undefined });
  screen.close();
  // At a terminal the person has seen what failed; a script learns it from the exit code.
  if (failures > 0 && !screen.isTerminal) process.exitCode = exitCodes.failed;
}
