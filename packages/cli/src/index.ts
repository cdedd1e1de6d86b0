export { CliError, type CliErrorCode } from './errors.ts';
export { run } from './run.ts';
