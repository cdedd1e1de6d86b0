import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@inkwire/base';
import type { Reading, Readings } from '@inkwire/readings';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { formatReadings } from '../output/readings-text.ts';
import { type ReadingsLocation, shownLocation } from '../settings/locations.ts';
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
  await using readings = await openExisting(configuration.readings);

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

/** Opens readings that were kept. Throws `CLI_DATA_MISSING` where there are none: nothing else may become a store. */
async function openExisting(location: ReadingsLocation): Promise<Readings> {
  if (location.engine === 'lmdb' && !existsSync(join(location.directory, 'data.mdb')))
    throw new CliError(
      'CLI_DATA_MISSING',
      `Nothing is kept in ${location.directory}; name another place with --data DIR`,
    );
  const { openReadings } = await import('../serve/open-readings.ts');
  try {
    return await openReadings(location, { create: false });
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'READINGS_MISSING')) throw error;
    const message = `Nothing is kept in ${shownLocation(location)}; name another place with --readings URL`;
    throw new CliError('CLI_DATA_MISSING', message, { cause: error });
  }
}
