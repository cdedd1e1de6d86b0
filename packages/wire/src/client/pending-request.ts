import type { Reply } from '../codec/messages.ts';

/** The parts of a request. */
export interface RequestParts {
  /** Turns the reply into what was asked for; what it throws rejects. */
  readonly read: (reply: Reply) => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** By the monotonic clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  /** Called once, when it is answered or failed. */
  readonly onSettled: (request: PendingRequest) => void;
}

/**
 * A command that waits for an answer: in the queue, then in its slot of a stream. It settles once, by the first of reply,
 * deadline, signal and loss. Its slot stays after that, so that the replies behind it find their own.
 */
export class PendingRequest {
  /** The encoded command while it waits to be sent. */
  payload: Uint8Array | undefined;
  /** The encoded command, where it may be sent once more. */
  repeat: Uint8Array | undefined;
  /** By the monotonic clock; undefined until it was sent. */
  sentAt: number | undefined;
  settled = false;
  readonly deadline: number;
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.deadline = parts.deadline;
    parts.signal?.addEventListener('abort', this.#onAbort);
  }

  answer(reply: Reply): void {
    if (!this.#settle()) return;
    const { read, resolve, reject } = this.#parts;
    try {
      resolve(read(reply));
    } catch (error) {
      reject(error);
    }
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#parts.reject(error);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#parts.signal?.removeEventListener('abort', this.#onAbort);
    this.#parts.onSettled(this);
    return true;
  }

  readonly #onAbort = (): void => this.fail(this.#parts.signal!.reason);
}
