export { CliError, type CliErrorCode } from './errors.ts';
export { run } from './program.ts';
