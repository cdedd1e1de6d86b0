import type { Reply } from '../codec/messages.ts';
import { WireError } from '../errors.ts';

/** The hub answered with a status other than 200: `WIRE_STATUS`. Retryable for 408, 429 and from 500 on. */
export class WireStatusError extends WireError {
  /** As HTTP has them: 400, 401, 403, 404, 413, 429, 500, 503. */
  readonly status: number;
  /** The message of the hub's reply. */
  readonly hubMessage: string;

  constructor(reply: Reply, what: string) {
    super('WIRE_STATUS', `${what}: ${reply.message || 'no reason given'} (status ${reply.status})`, {
      retryable: !isRefusal(reply.status),
    });
    this.status = reply.status;
    this.hubMessage = reply.message;
  }
}

/** Whether the same request would fail again: its content or its sender is at fault. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
