import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@inkwire/base';
import type { Readings } from '@inkwire/readings';
import { CliError } from '../errors.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type ReadingsLocation, shownLocation } from '../settings/locations.ts';
import { settingValues } from '../settings/setting-option.ts';

/** The configuration of a command that works on the store of a server. */
export async function configurationOf(flags: object): Promise<Configuration> {
  const { loadConfiguration } = await import('../settings/configuration.ts');
  return loadConfiguration({
    flags: settingValues(['data', 'readings'], { ...flags }),
    environment: process.env,
    workingDirectory: process.cwd(),
  });
}

/** Opens readings that were kept. Throws `CLI_DATA_MISSING` where there are none: nothing else may become a store. */
export async function openExisting(location: ReadingsLocation): Promise<Readings> {
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
