import { readFile } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import type { Command } from 'commander';
import type { Configuration } from '../configuration.ts';
import { CliError } from '../errors.ts';
import { reportFailure } from '../failure.ts';
import { exitAtOnce, type Interrupt, onInterrupt } from '../interrupts.ts';
import { createServeLog } from '../serve-log.ts';
import { settingOption, settingValues } from '../setting-option.ts';
import { settingNames, variableOf } from '../settings.ts';
import { version } from '../version.ts';
import { prepareWritableDirectory } from '../writable-directory.ts';

/** Adds `serve`: the hub. */
export function addServe(program: Command): void {
  const command = program.command('serve').description('serve the page and the HTTP interface');
  for (const name of settingNames) command.addOption(settingOption(name));
  command
    .option('--config <FILE.toml>', `read settings from a file (env: ${variableOf('config')})`)
    .action(async (flags: Record<string, unknown>) => {
      const { loadConfiguration } = await import('../configuration.ts');
      const sources = { environment: process.env, workingDirectory: process.cwd() };
      await serve(
        await loadConfiguration({ ...sources, flags: settingValues([...settingNames, 'config'], flags) }),
      );
    });
}

async function serve(configuration: Configuration): Promise<void> {
  const { http } = configuration;
  if (http === 'off') throw new CliError('CLI_CONFIG_INVALID', 'With --http off there is nothing to serve');
  const tls = await readTlsFiles(configuration.tls);
  await prepareWritableDirectory(configuration.data, '--data DIR');
  await prepareWritableDirectory(configuration.readings.directory, '--readings URL');
  const [{ createHub, listenHttp }, { openLmdbReadings }, { openReader }, { modelFile }, { pageDirectory }] =
    await Promise.all([
      import('@inkwire/hub'),
      import('@inkwire/readings/lmdb'),
      import('@inkwire/digits'),
      import('../model-file.ts'),
      import('@inkwire/web'),
    ]);

  await using readings = await openLmdbReadings({ directory: configuration.readings.directory });
  await using reader = await openReader({ model: modelFile(configuration.model) });
  await using hub = createHub({ reader, readings, version: version() });
  const log = createServeLog(configuration.log, (line) => process.stdout.write(line));
  const interrupted = firstInterrupt();
  {
    await using listener = await listenHttp(hub, {
      ...http,
      page: pageDirectory,
      allowedHosts: configuration.allowedHosts,
      onError: reportFailure,
      ...(configuration.token !== undefined && { token: configuration.token }),
      ...(tls && { tls }),
    });
    const { recipe, version: modelVersion } = reader.card;
    log.ready({ url: listener.url, model: `${recipe} ${modelVersion}`, data: configuration.data });
    log.closing({ signal: await interrupted });
  }
  log.closed();
}

/** Resolves with the first signal. The second ends the process wherever it is. */
function firstInterrupt(): Promise<Interrupt> {
  return new Promise((resolve) => {
    onInterrupt({ first: resolve, again: exitAtOnce });
  });
}

async function readTlsFiles(files: Configuration['tls']) {
  if (files === undefined) return undefined;
  const [cert, key] = await Promise.all([readPem(files.cert), readPem(files.key)]);
  return { cert, key, ...(files.ca !== undefined && { ca: await readPem(files.ca) }) };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
