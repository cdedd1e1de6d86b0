import { readFile } from 'node:fs/promises';
import type { Limit } from '@inkwire/hub/limits';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { interruptExitCodes } from '../src/interrupts.ts';
import { exitCodes } from '../src/output/failure.ts';
import { createProgram } from '../src/program.ts';
import { allSettings, limitSetting, limits, settings, variableOf } from '../src/settings/settings.ts';

const source = await readFile(new URL('../README.md', import.meta.url), 'utf8');
/** Without code blocks, whose comments look like headings. */
const readme = source.replaceAll(/^```.*?^```$/gms, '');
const commands = createProgram().commands;

/** The text under a heading, up to the next of the same level or above. */
function section(heading: RegExp): string {
  const found = heading.exec(readme);
  if (!found) throw new Error(`The README has no heading ${heading}`);
  const level = /^#+/.exec(found[0])![0].length;
  const rest = readme.slice(found.index + found[0].length);
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end === -1 ? rest : rest.slice(0, end);
}

/** What stands in backquotes in the first cells of the rows of the tables. */
function firstCells(text: string): string[] {
  const cells = [...text.matchAll(/^\| (?<cell>(?:[^|\\]|\\.)+) \|/gm)].map(({ groups }) => groups!.cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, quoted]) => quoted!));
}

function optionsOf(command: Command): string[] {
  return command.options.map(({ flags }) => flags.replaceAll(/[<>]/g, ''));
}

/** The options of a command and, where they stand in one section, of those beneath it. */
function optionsOfSection(command: Command): string[] {
  const beneath = command.name() === 'kv' ? [] : command.commands;
  return [...new Set([command, ...beneath].flatMap(optionsOf))];
}

/** The cells of a setting's flag and of its default. */
function flagAndDefault(name: string): string {
  const { argument, byDefault, otherwise } = allSettings[name]!;
  const unset = byDefault ?? otherwise;
  return `\`--${name} ${argument.replaceAll('|', '\\|')}\` | ${unset === undefined ? '' : `\`${unset}\``}`;
}

it('the README has the table of settings as it is', () => {
  const rows = Object.entries(settings).map(
    ([name, { describes }]) => `| ${flagAndDefault(name)} | ${describes} |\n`,
  );
  const table = `| setting | default | meaning |\n| --- | --- | --- |\n${rows.join('')}`;
  expect(section(/^### serve$/m)).toContain(`\n${table}\n`);
});

it('the README has the table of limits as it is', () => {
  const rows = (['http', 'wire'] as const).flatMap((where) =>
    Object.entries<Limit>(limits[where]).map(([limit, { least }]) => {
      const name = limitSetting(where, limit);
      return `| ${flagAndDefault(name)} | \`${least}\` | ${allSettings[name]!.describes} |\n`;
    }),
  );
  const table = `| setting | default | smallest | meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  expect(section(/^### serve$/m)).toContain(`\n${table}\n`);
});

describe('the README and the program name the same', () => {
  it('commands', () => {
    const headings = [...section(/^## Commands$/m).matchAll(/^### (?<name>\w+)/gm)];
    expect(headings.map(({ groups }) => groups!.name)).toEqual(commands.map((command) => command.name()));
  });

  it('options of serve', () => {
    const serve = commands.find((command) => command.name() === 'serve')!;
    const flags = Object.entries(allSettings).map(([name, { argument }]) => `--${name} ${argument}`);
    expect(optionsOf(serve)).toEqual([...flags, '--config FILE.toml']);
    expect(section(/^### serve$/m)).toContain('`--config FILE.toml`');
  });

  it('options of doctor, which are those of serve and one more', () => {
    const doctor = commands.find((command) => command.name() === 'doctor')!;
    const serve = commands.find((command) => command.name() === 'serve')!;
    expect(optionsOf(doctor)).toEqual([...optionsOf(serve), '--json']);
    expect(section(/^### doctor$/m)).toContain('`--json`');
  });

  const others = commands.filter((command) => !['serve', 'doctor'].includes(command.name()));
  it.each(others.map((command) => [command.name(), command] as const))('options of %s', (name, command) => {
    const documented = firstCells(section(new RegExp(`^### ${name}\\b.*$`, 'm')));
    expect(documented.map((flags) => flags.replaceAll('\\|', '|')).sort()).toEqual(
      optionsOfSection(command).sort(),
    );
  });

  it('commands of kv, and their options', () => {
    const text = section(/^### kv\b.*$/m);
    for (const command of commands.find((each) => each.name() === 'kv')!.commands) {
      expect(text).toMatch(new RegExp(`\`${command.name()} [A-Z]`));
      for (const flags of optionsOf(command)) expect(text).toContain(flags);
    }
  });

  it('environment variables', () => {
    const documented = firstCells(section(/^## Environment$/m));
    const others = [...['config', 'hub'].map(variableOf), 'INKWIRE_DEBUG'];
    expect(documented.sort()).toEqual(others.sort());
    const known = [...others, ...Object.keys(allSettings).map(variableOf)];
    expect(known).toEqual(expect.arrayContaining(readme.match(/INKWIRE_[A-Z_]+/g)!));
  });

  it('exit codes', () => {
    const numbers = section(/^## Exit codes$/m)
      .match(/^\| [\d, ]+ \|/gm)!
      .join()
      .match(/\d+/g)!
      .map(Number);
    const known = [...Object.values(exitCodes), ...Object.values(interruptExitCodes)];
    expect(numbers).toEqual(known);
  });

  it('error codes', async () => {
    const errors = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8');
    const documented = firstCells(section(/^## Errors$/m));
    expect(documented.sort()).toEqual([...errors.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code));
  });
});
