import type { Command } from 'commander';
import { printable } from '../output/printable.ts';
import { settingOption } from '../settings/setting-option.ts';
import { configurationOf } from '../transfer/existing-readings.ts';

/** Adds `backup`: a copy of the embedded store, while the server runs. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('copy the embedded store, readings and tables, while the server runs')
    .argument('<DIR>', 'where the copy goes: a directory that is not there yet, or is empty')
    .addOption(settingOption('data'))
    .addOption(settingOption('readings'))
    .action(async (directory: string, flags: object) => {
      const [configuration, { backup }] = await Promise.all([
        configurationOf(flags),
        import('../backup/backup.ts'),
      ]);
      const { readings, files } = await backup(configuration, directory);
      const parts = Object.keys(files).map((name) =>
        name.startsWith('readings') ? `${readings} readings` : name.replace('/data.mdb', ''),
      );
      process.stdout.write(`Copied ${parts.join(', ')} to ${printable(directory)}\n`);
      if (readings === undefined)
        process.stderr.write('Readings are not in the copy: none are kept in the embedded store\n');
    });
}

/** Adds `restore`: puts such a copy in the place of a store. */
export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('put a backup in the place of the embedded store; the server must not run')
    .argument('<DIR>', 'the directory of a backup')
    .option('--force', 'move aside what is kept there')
    .addOption(settingOption('data'))
    .addOption(settingOption('readings'))
    .action(async (directory: string, flags: { readonly force?: true }) => {
      const [configuration, { restore }] = await Promise.all([
        configurationOf(flags),
        import('../backup/restore.ts'),
      ]);
      const { manifest, moved } = await restore(configuration, directory, flags);
      process.stdout.write(`Restored ${Object.keys(manifest.files).length} files of ${manifest.time}\n`);
      for (const path of moved) process.stdout.write(`What was there is in ${printable(path)}\n`);
    });
}
