import type { Reading, Readings } from '@inkwire/readings';
import type { Command } from 'commander';
import { formatReadings } from '../output/readings-text.ts';
import { integerArgument } from '../settings/number-argument.ts';
import { settingOption } from '../settings/setting-option.ts';
import { configurationOf, openExisting } from '../transfer/existing-readings.ts';
import { addExport, addImport } from './readings-transfer.ts';

interface ReadingsFlags {
  readonly limit: number;
  readonly json?: true;
}

/** Adds `readings`: what was kept, newest first. A server may be running on the same store. */
export function addReadings(program: Command): void {
  const readings = program
    .command('readings')
    .description('list what was kept, newest first, or move it to another store')
    .option('--limit <N>', 'how many at most', integerArgument({ min: 1 }), 20)
    .option('--json', 'write a JSON object a line')
    .addOption(settingOption('data'))
    .addOption(settingOption('readings'))
    .action(listReadings);
  addExport(readings);
  addImport(readings);
  // The options of `readings` are taken after its commands as well, and shown there.
  for (const command of readings.commands) command.configureHelp({ showGlobalOptions: true });
}

async function listReadings(flags: ReadingsFlags): Promise<void> {
  await using readings = await openExisting((await configurationOf(flags)).readings);

  const listed: Reading[] = [];
  for await (const reading of newest(readings, flags.limit)) {
    if (flags.json) process.stdout.write(`${JSON.stringify(reading)}\n`);
    else listed.push(reading);
  }
  if (!flags.json) process.stdout.write(formatReadings(listed));
}

async function* newest(readings: Readings, limit: number): AsyncGenerator<Reading, void, undefined> {
  let left = limit;
  for await (const reading of readings.all()) {
    yield reading;
    if (--left === 0) return;
  }
}
