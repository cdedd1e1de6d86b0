import { BaseError } from '@inkwire/base';
import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { CliError } from '../errors.ts';
import { describeFailure } from './failure.ts';

it.each([
  [new BaseError('BASE_CLOSED', 'The reader is closed'), 'inkwire: The reader is closed (BASE_CLOSED)', 1],
  [new CliError('CLI_CONFIG_INVALID', 'x.toml: htpt'), 'inkwire: x.toml: htpt (CLI_CONFIG_INVALID)', 2],
  [Object.assign(new Error('no space left'), { code: 'ENOSPC' }), 'inkwire: no space left (ENOSPC)', 1],
  [new TypeError('undefined is not a function'), 'inkwire: undefined is not a function (CLI_INTERNAL)', 1],
  ['thrown text', 'inkwire: thrown text (CLI_INTERNAL)', 1],
  [
    new CommanderError(
      1,
      'commander.unknownOption',
      "error: unknown option '--htpt'\n(Did you mean --http?)",
    ),
    "inkwire: unknown option '--htpt' (Did you mean --http?) (CLI_USAGE)",
    2,
  ],
  [new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'), undefined, 0],
  [new CommanderError(1, 'commander.help', '(outputHelp)'), undefined, 2],
])('turns %s into one line and an exit code', (error, line, exitCode) => {
  expect(describeFailure(error)).toEqual({ line, exitCode });
});

it('keeps a message in one line that no terminal obeys', () => {
  const { line } = describeFailure(new Error('first\nsecond \u001b[2J'));
  expect(line).toBe('inkwire: first second \\u{1b}[2J (CLI_INTERNAL)');
});
