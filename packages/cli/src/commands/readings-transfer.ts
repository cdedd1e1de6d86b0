import type { ImportProgress } from '@inkwire/readings';
import type { Command } from 'commander';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import { printable } from '../output/printable.ts';
import { shownLocation } from '../settings/locations.ts';
import { integerArgument } from '../settings/number-argument.ts';
import { configurationOf, openExisting } from '../transfer/existing-readings.ts';

/** Adds `readings export`: everything that was kept, into a file. */
export function addExport(readings: Command): void {
  readings
    .command('export')
    .description('write everything that was kept, with its pictures, into a file of JSON lines')
    .argument('<FILE>', 'the file; compressed where its name ends in .gz; - is standard output')
    .option('--resume', 'continue an export into this file that was interrupted')
    .action((file: string, _: unknown, command: Command) => exportReadings(file, command.optsWithGlobals()));
}

/** Adds `readings import`: the readings of an export, into a store. */
export function addImport(readings: Command): void {
  readings
    .command('import')
    .description('keep the readings of an export; what is there already stays as it is')
    .argument('<FILE>', 'the file of an export; - is standard input')
    .option('--from-line <N>', 'continue an import that has failed', integerArgument({ min: 1 }), 1)
    .action((file: string, _: unknown, command: Command) => importReadings(file, command.optsWithGlobals()));
}

async function exportReadings(file: string, flags: { readonly resume?: true }): Promise<void> {
  await using readings = await openExisting((await configurationOf(flags)).readings);
  const { exportToFile, exportToOutput } = await import('../transfer/export-file.ts');
  const { standardStream } = await import('../transfer/import-file.ts');
  if (file === standardStream) process.stderr.write(`Exported ${await exportToOutput(readings)} readings\n`);
  else
    process.stdout.write(
      `Exported ${await exportToFile(readings, file, flags)} readings to ${printable(file)}\n`,
    );
}

async function importReadings(
  file: string,
  { fromLine, ...flags }: { readonly fromLine: number },
): Promise<void> {
  const { readings: location } = await configurationOf(flags);
  if (location.engine === 'lmdb') await prepareWritableDirectory(location.directory, '--readings URL');
  const [{ openReadings }, { importFromFile }] = await Promise.all([
    import('../serve/open-readings.ts'),
    import('../transfer/import-file.ts'),
  ]);
  await using readings = await openReadings(location);
  let soFar: ImportProgress | undefined;
  const onProgress = (progress: ImportProgress) => {
    soFar = progress;
  };
  try {
    const done = await importFromFile(readings, file, { fromLine, onProgress });
    process.stdout.write(`${describe(done)} in ${shownLocation(location)}\n`);
  } catch (error) {
    if (soFar) process.stderr.write(`${describe(soFar)}; continue with --from-line ${soFar.nextLine}\n`);
    throw error;
  }
}

function describe({ loaded, present, different }: ImportProgress): string {
  const others = different === 0 ? '' : `, ${different} of them with other contents, which stay`;
  return `Kept ${loaded} readings; ${present} were there already${others}`;
}
