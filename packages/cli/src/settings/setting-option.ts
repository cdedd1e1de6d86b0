import { Option } from 'commander';
import { type Setting, type SettingName, settings, variableOf } from './settings.ts';

/** The flag of a setting, with its default and its variable in the help. */
export function settingOption(name: SettingName, flag: string = name): Option {
  const { argument, describes, byDefault }: Setting = settings[name];
  const facts = [byDefault && `default: ${byDefault}`, `env: ${variableOf(name)}`].filter(Boolean);
  return new Option(`--${flag} <${argument}>`, `${describes} (${facts.join('; ')})`);
}

/** The values of settings out of what commander parsed, by setting. */
export function settingValues<Name extends SettingName | 'config'>(
  names: readonly Name[],
  options: Readonly<Record<string, unknown>>,
  flagOf: (name: string) => string = (name) => name,
): Partial<Record<Name, string>> {
  const values = names.map((name) => [name, options[new Option(`--${flagOf(name)}`).attributeName()]]);
  return Object.fromEntries(values) as Partial<Record<Name, string>>;
}
