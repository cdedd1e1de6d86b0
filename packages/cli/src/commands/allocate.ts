import { type Command, Option } from 'commander';
import { CliError } from '../errors.ts';
import { readPemFiles } from '../files/pem-files.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import { firstInterrupt } from '../interrupts.ts';
import { reportFailure } from '../output/failure.ts';
import { createServeLog } from '../serve/serve-log.ts';
import type { Configuration } from '../settings/configuration.ts';
import { settingOption, settingValues } from '../settings/setting-option.ts';
import { type SettingName, variableOf } from '../settings/settings.ts';
import { version } from '../version.ts';

/** The settings that it shares with `serve`, by the same names; of the pool's settings it drops the first word. */
const shared = [
  'wire',
  'http',
  'data',
  'token',
  'read-token',
  'tls-cert',
  'tls-key',
  'tls-ca',
  'log',
] as const satisfies readonly SettingName[];
const ofPool = [
  'pool-capacity',
  'pool-spare',
  'pool-strategy',
  'pool-lease-ms',
  'pool-database',
] as const satisfies readonly SettingName[];

const flagOf = (name: string) => name.replace(/^pool-/, '');

/** Adds `allocate`: the allocator alone. */
export function addAllocate(program: Command): void {
  const command = program
    .command('allocate')
    .description(
      'share the connections to one database among many processes: the allocator alone, without a hub',
    );
  for (const name of ofPool) command.addOption(settingOption(name, flagOf(name)));
  for (const name of shared) command.addOption(name === 'http' ? metricsOption() : settingOption(name));
  command
    .option('--config <FILE.toml>', `read settings from a file (env: ${variableOf('config')})`)
    .action(async (flags: Record<string, unknown>) => {
      const { loadConfiguration } = await import('../settings/configuration.ts');
      await allocate(
        await loadConfiguration({
          flags: { ...settingValues([...shared, 'config'], flags), ...settingValues(ofPool, flags, flagOf) },
          environment: process.env,
          workingDirectory: process.cwd(),
          defaults: { http: 'off' },
          flagOf,
        }),
      );
    });
}

function metricsOption(): Option {
  return new Option(
    '--http <HOST:PORT|off>',
    `where /metrics and /healthz are served (default: off; env: ${variableOf('http')})`,
  );
}

async function allocate(configuration: Configuration): Promise<void> {
  const { http, wire, pool: asked, tokens, tls: tlsFiles, data } = configuration;
  if (asked === undefined)
    throw new CliError('CLI_USAGE', '--capacity N is missing: how many connections the database takes');
  if (wire === 'off') throw new CliError('CLI_CONFIG_INVALID', 'With --wire off nobody can ask for a lease');
  const tls = tlsFiles && (await readPemFiles(tlsFiles));
  await prepareWritableDirectory(data, '--data DIR');
  const [{ $pool, createWireService, listenMetrics, listenWire }, { openAllocator }] = await Promise.all([
    import('@inkwire/hub'),
    import('../serve/open-allocator.ts'),
  ]);
  await using pool = await openAllocator(asked, reportFailure);
  await using service = createWireService({
    name: 'inkwire allocator',
    system: [$pool(pool)],
    version: version(),
    onError: reportFailure,
  });
  const log = createServeLog(configuration.log, (line) => process.stdout.write(line));
  const interrupted = firstInterrupt();
  {
    await using wireListener = await listenWire(service, {
      ...wire,
      tokens,
      tls: tlsFiles && { files: tlsFiles },
    });
    await using httpListener =
      http === 'off'
        ? undefined
        : await listenMetrics(service, { ...http, tokens, onError: reportFailure, ...(tls && { tls }) });
    log.allocating({
      wire: wireListener.url,
      url: httpListener?.url,
      capacity: asked.capacity,
      epoch: pool.epoch,
      data,
    });
    log.closing({ signal: await interrupted });
    await Promise.all([httpListener?.close(), wireListener.close()]);
  }
  log.closed();
}
