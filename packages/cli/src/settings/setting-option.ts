import { Option } from 'commander';
import { allSettings, settings, variableOf } from './settings.ts';

/** The flag of a setting, with its default and its variable in the help. */
export function settingOption(name: string, flag: string = name): Option {
  const { argument, describes, byDefault, otherwise } = allSettings[name]!;
  const unset = byDefault ?? otherwise;
  const facts = [unset && `default: ${unset}`, `env: ${variableOf(name)}`].filter(Boolean);
  const option = new Option(`--${flag} <${argument}>`, `${describes} (${facts.join('; ')})`);
  return Object.hasOwn(settings, name) ? option : option.helpGroup('Limits:');
}

/** The values of settings out of what commander parsed, by setting. */
export function settingValues(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  flagOf: (name: string) => string = (name) => name,
): Record<string, string | undefined> {
  const values = names.map((name) => [name, options[new Option(`--${flagOf(name)}`).attributeName()]]);
  return Object.fromEntries(values) as Record<string, string | undefined>;
}
