import type { Tables } from '@inkwire/kv';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { readPemFiles } from '../files/pem-files.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import { firstInterrupt } from '../interrupts.ts';
import { detectorFile, modelFile } from '../models/model-choice.ts';
import { reportFailure, reportWarning } from '../output/failure.ts';
import { createServeLog } from '../serve/serve-log.ts';
import type { Configuration, TablesLocation } from '../settings/configuration.ts';
import { shownBus, shownLocation } from '../settings/locations.ts';
import { addAllSettings } from '../settings/setting-option.ts';
import { version } from '../version.ts';

/** Adds `serve`: the hub. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve the page, the HTTP interface, and the wire for terminals and programs');
  const valuesIn = addAllSettings(command);
  command.action(async (flags: Record<string, unknown>) => {
    const { loadConfiguration } = await import('../settings/configuration.ts');
    const sources = { environment: process.env, workingDirectory: process.cwd() };
    await serve(await loadConfiguration({ ...sources, flags: valuesIn(flags) }));
  });
}

async function serve(configuration: Configuration): Promise<void> {
  const { http, wire, lab, keep, tokens, tls: tlsFiles, limits } = configuration;
  if (http === 'off' && wire === 'off' && lab === 'off')
    throw new CliError('CLI_CONFIG_INVALID', 'With --http, --wire and --lab off there is nothing to serve');
  const tls = tlsFiles && (await readPemFiles(tlsFiles));
  await prepareWritableDirectory(configuration.data, '--data DIR');
  if (configuration.readings.engine === 'lmdb')
    await prepareWritableDirectory(configuration.readings.directory, '--readings URL');
  const [
    {
      $inbox,
      $members,
      $pool,
      $readings,
      createHub,
      createRetention,
      createWireService,
      listenHttp,
      listenLab,
      listenWire,
      retentionMetrics,
    },
    { openReadings },
    { openReader },
  ] = await Promise.all([
    import('@inkwire/hub'),
    import('../serve/open-readings.ts'),
    import('@inkwire/digits'),
  ]);

  await using readings = await openReadings(configuration.readings, { onWarning: reportWarning });
  await using tables = await openTables(configuration.tables);
  await using reader = await openReader({
    model: await modelFile(configuration.model),
    detector: await detectorFile(configuration.detector),
  });
  await using pool = await openPool(configuration);
  await using bus = await openOthers(configuration);
  const hubs = bus?.hubs;
  await using hub = createHub({ reader, readings, hubs });
  await using retention = keep && createRetention(hub, { keepMs: keep.ms, onError: reportFailure });
  const system = [
    $members,
    $inbox,
    $readings(hub),
    ...(pool ? [$pool(pool)] : []),
    ...(retention ? [retentionMetrics(retention)] : []),
  ];
  await using service = createWireService({
    system,
    tables,
    hubs,
    version: version(),
    limits: limits.wire,
    onError: reportFailure,
  });
  const log = createServeLog(configuration.log, (line) => process.stdout.write(line));
  const interrupted = firstInterrupt();
  {
    await using httpListener =
      http === 'off'
        ? undefined
        : await listenHttp(
            { hub, wire: service },
            {
              ...http,
              tokens,
              page: (await import('@inkwire/web')).pageDirectory,
              allowedHosts: configuration.allowedHosts,
              limits: limits.http,
              onError: reportFailure,
              ...(tls && { tls }),
            },
          );
    await using wireListener =
      wire === 'off'
        ? undefined
        : await listenWire(service, {
            ...wire,
            tokens,
            // By name: the wire reads the files again whenever they change.
            tls: tlsFiles && { files: tlsFiles },
          });
    await using labListener = lab === 'off' ? undefined : await listenLab(service, lab);
    const { recipe, version: modelVersion } = reader.card;
    log.ready({
      url: httpListener?.url,
      wire: wireListener?.url,
      lab: labListener?.url,
      model: `${recipe} ${modelVersion}`,
      data: configuration.data,
      readings: configuration.readings.engine === 'lmdb' ? undefined : shownLocation(configuration.readings),
      keep: keep?.text,
      bus: configuration.bus && shownBus(configuration.bus),
      hub: hubs?.own.number,
    });
    log.closing({ signal: await interrupted });
    // Together, so that none takes anybody in while another finishes.
    await Promise.all([httpListener?.close(), wireListener?.close(), labListener?.close()]);
  }
  log.closed();
}

async function openTables(location: TablesLocation): Promise<Tables> {
  if (location.engine === 'memory') return (await import('@inkwire/kv')).createMemoryTables();
  const { openLmdbTables } = await import('@inkwire/kv/lmdb');
  return openLmdbTables(location);
}

/** The other hubs, where there is a bus. */
async function openOthers({ bus }: Configuration) {
  if (bus === undefined) return undefined;
  const { openBus } = await import('../serve/open-bus.ts');
  return openBus(bus, version(), reportFailure);
}

/** The allocator, where one is asked for. */
async function openPool({ pool }: Configuration) {
  if (pool === undefined) return undefined;
  const { openAllocator } = await import('../serve/open-allocator.ts');
  return openAllocator(pool, reportFailure);
}
