import { type CodedError, type CodedErrorOptions, messageOf } from '@inkwire/base';
import { isInputOutputError, type LmdbFault, lmdbFaultOf } from './faults.ts';
import { proveRoom } from './file-checks.ts';

/** The error class of a store, and what it says of each fault. */
export interface StoreErrorsOptions<Code extends string> {
  readonly type: new (code: Code, message: string, options?: CodedErrorOptions) => CodedError<Code>;
  readonly codes: Readonly<Record<LmdbFault, Code>>;
  readonly messages: Readonly<Record<'full' | 'unwritable' | 'failed', string>>;
}

const sharedMessages = {
  damaged: 'The data file is damaged; put a copy of it back, or begin with another directory',
  foreign: 'The data file was not written by this version of Inkwire; choose another directory',
} as const;

/** Makes the errors of one store out of what LMDB, lmdb-js and the file system throw. Each names the store's directory. */
export class StoreErrors<Code extends string = string> {
  readonly #directory: string;
  readonly #options: StoreErrorsOptions<Code>;

  constructor(directory: string, options: StoreErrorsOptions<Code>) {
    this.#directory = directory;
    this.#options = options;
  }

  /** The error of a fault. `full` is retryable. */
  of(fault: LmdbFault, cause?: unknown): CodedError<Code> {
    const { type, codes, messages } = this.#options;
    const reason = cause === undefined ? '' : ` (${messageOf(cause)})`;
    const message = { ...sharedMessages, ...messages }[fault];
    return new type(codes[fault], `${message}: ${this.#directory}${reason}`, {
      cause,
      retryable: fault === 'full',
    });
  }

  /** The store's error for what was thrown. A mistake of the program, an abort or an error of the store stays what it is. */
  from(error: unknown): Error {
    const fault = error instanceof this.#options.type ? undefined : lmdbFaultOf(error);
    return fault === undefined ? (error as Error) : this.of(fault, error);
  }

  /**
   * The same for a commit of `bytes` bytes that failed. The system reports a write of which the disk took only half as EIO:
   * whether the disk has room for it shows which it was.
   */
  async explain(error: unknown, bytes: number): Promise<Error> {
    if (!isInputOutputError(error)) return this.from(error);
    try {
      await proveRoom(this.#directory, bytes);
      return this.from(error);
    } catch (reason) {
      return this.from(reason);
    }
  }
}
