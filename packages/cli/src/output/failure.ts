import { inspect } from 'node:util';
import { CodedError, messageOf, systemCode } from '@inkwire/base';
import { CommanderError } from 'commander';
import { printable } from './printable.ts';

/** Exit codes: success; something failed; the command line or the configuration was wrong. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure as the person at the terminal sees it. */
export interface Failure {
  /** Undefined when there is nothing to add to what has been printed. */
  readonly line: string | undefined;
  readonly exitCode: number;
}

const usageCodes = new Set([
  'CLI_CONFIG_INVALID',
  'CLI_CONFIG_UNREADABLE',
  'CLI_USAGE',
  'DIGITS_RECIPE_UNKNOWN',
]);

/** Turns whatever was thrown into one line and an exit code. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) return describeUsage(error);
  const code = codeOf(error);
  return {
    line: `inkwire: ${failureText(error)}`,
    exitCode: usageCodes.has(code) ? exitCodes.usage : exitCodes.failed,
  };
}

/** `message (CODE)`, in one line whatever the message holds. */
export function failureText(error: unknown): string {
  return `${oneLine(messageOf(error))} (${codeOf(error)})`;
}

/** Prints a failure to stderr, and the stack under it when INKWIRE_DEBUG is set. */
export function reportFailure(error: unknown): number {
  const { line, exitCode } = describeFailure(error);
  if (line !== undefined) process.stderr.write(`${line}\n`);
  if (line !== undefined && process.env.INKWIRE_DEBUG) process.stderr.write(`${inspect(error)}\n`);
  return exitCode;
}

/** Prints to stderr what works and is not all that somebody may expect. */
export function reportWarning(sentence: string): void {
  process.stderr.write(`inkwire: ${oneLine(sentence)}\n`);
}

function codeOf(error: unknown): string {
  if (error instanceof CodedError) return error.code;
  return systemCode(error) ?? 'CLI_INTERNAL';
}

function describeUsage({ code, exitCode, message }: CommanderError): Failure {
  // Help that was asked for ends with 0; help that is shown because the command is missing is a mistake.
  if (exitCode === 0) return { line: undefined, exitCode: exitCodes.ok };
  if (code === 'commander.help') return { line: undefined, exitCode: exitCodes.usage };
  return {
    line: `inkwire: ${oneLine(message.replace(/^error: /, ''))} (CLI_USAGE)`,
    exitCode: exitCodes.usage,
  };
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim());
}
