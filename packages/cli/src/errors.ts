import { CodedError } from '@inkwire/base';

/** The error codes of the command itself. `CLI_USAGE` and `CLI_CONFIG_…` exit with 2, the others with 1. */
export type CliErrorCode =
  | 'CLI_BACKUP_INVALID'
  | 'CLI_CONFIG_INVALID'
  | 'CLI_CONFIG_UNREADABLE'
  | 'CLI_DATA_IN_USE'
  | 'CLI_DATA_MISSING'
  | 'CLI_DIRECTORY_UNUSABLE'
  | 'CLI_FILE_UNREADABLE'
  | 'CLI_FILE_UNWRITABLE'
  | 'CLI_HUB_REFUSED'
  | 'CLI_HUB_UNREACHABLE'
  | 'CLI_INTERNAL'
  | 'CLI_KEY_MISSING'
  | 'CLI_OUT_OCCUPIED'
  | 'CLI_USAGE';

/** Every error that the command raises itself; those of the packages beneath pass through unchanged. */
export class CliError extends CodedError<CliErrorCode> {}
