import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reading, Readings } from '@inkwire/readings';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { formatReadings } from '../output/readings-text.ts';
import { integerArgument } from '../settings/number-argument.ts';
import { settingOption, settingValues } from '../settings/setting-option.ts';

interface ReadingsFlags {
  readonly limit: number;
  readonly json?: true;
}

/** Adds `readings`: what was kept, newest first. A server may be running on the same store. */
export function addReadings(program: Command): void {
  program
    .command('readings')
    .description('list what was kept, newest first')
    .option('--limit <N>', 'how many at most', integerArgument({ min: 1 }), 20)
    .option('--json', 'write a JSON object a line')
    .addOption(settingOption('data'))
    .addOption(settingOption('readings'))
    .action(listReadings);
}

async function listReadings(flags: ReadingsFlags): Promise<void> {
  const { loadConfiguration } = await import('../settings/configuration.ts');
  const configuration = await loadConfiguration({
    flags: settingValues(['data', 'readings'], { ...flags }),
    environment: process.env,
    workingDirectory: process.cwd(),
  });
  const { directory } = configuration.readings;
  // A directory of something else must not become a store.
  if (!existsSync(join(directory, 'data.mdb'))) {
    throw new CliError(
      'CLI_DATA_MISSING',
      `Nothing is kept in ${directory}; name another place with --data DIR`,
    );
  }
  const { openLmdbReadings } = await import('@inkwire/readings/lmdb');
  await using readings = await openLmdbReadings({ directory });

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
