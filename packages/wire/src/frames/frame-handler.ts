import type { WireError } from '../errors.ts';

/** Receives the events of a frame stream. */
export interface FrameHandler {
  /** A payload, inflated: `bytes[start … end)`, valid during the call. */
  onFrame(bytes: Uint8Array, start: number, end: number): void;
  /** The peer sends no more. The stream may still be written to. */
  onEnd(): void;
  /** There is room again after `flush` answered false. */
  onDrain(): void;
  /**
   * A frame was refused. All bytes after it are dropped unread. The handler may still reply, and then ends the stream,
   * with a deadline for a peer that does not end its side.
   */
  onInvalid(error: WireError): void;
  /** The stream is over. Called once, last. */
  onClose(error?: Error): void;
}
