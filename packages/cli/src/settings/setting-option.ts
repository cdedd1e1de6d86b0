import { type Command, Option } from 'commander';
import { allSettings, settings, variableOf } from './settings.ts';

/** The flag of a setting, with its default and its variable in the help. */
export function settingOption(name: string, flag: string = name): Option {
  const { argument, describes, byDefault, otherwise } = allSettings[name]!;
  const unset = byDefault ?? otherwise;
  const facts = [unset && `default: ${unset}`, `env: ${variableOf(name)}`].filter(Boolean);
  const option = new Option(`--${flag} <${argument}>`, `${describes} (${facts.join('; ')})`);
  return Object.hasOwn(settings, name) ? option : option.helpGroup('Limits:');
}

/** Adds all settings of `serve`, and its file. The result finds their values in what commander parsed. */
export function addAllSettings(command: Command): (flags: Readonly<Record<string, unknown>>) => SettingTexts {
  const names = Object.keys(allSettings);
  for (const name of names) command.addOption(settingOption(name));
  command.option('--config <FILE.toml>', `read settings from a file (env: ${variableOf('config')})`);
  return (flags) => settingValues([...names, 'config'], flags);
}

/** What was written for each setting; undefined: nothing. */
type SettingTexts = Record<string, string | undefined>;

/** The values of settings out of what commander parsed, by setting. */
export function settingValues(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  flagOf: (name: string) => string = (name) => name,
): SettingTexts {
  const values = names.map((name) => [name, options[new Option(`--${flagOf(name)}`).attributeName()]]);
  return Object.fromEntries(values) as SettingTexts;
}
