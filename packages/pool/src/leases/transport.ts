import type { LeaseReply, LeaseReport } from '../allocator/messages.ts';

/** The way from one client to the allocator and back. It may lose, delay, repeat and reorder; it never throws. */
export interface LeaseTransport {
  send(report: LeaseReport): void;
  /** Calls `listener` with each reply to this client, asked for or not. */
  onReply(listener: (reply: LeaseReply) => void): Disposable;
}
