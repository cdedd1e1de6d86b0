import { CodedError } from '@inkwire/base';

/** The error codes between two peers. */
export type WireErrorCode =
  /** A frame's header names a length above the limit. */
  | 'WIRE_FRAME_TOO_LARGE'
  /** A compressed frame inflates to more than the limit. */
  | 'WIRE_INFLATED_TOO_LARGE'
  /** The waiting frames of a connection take more memory than the limit. */
  | 'WIRE_HELD_TOO_LARGE'
  /** A compressed frame is not exactly one gzip member. */
  | 'WIRE_GZIP_INVALID'
  /** A payload is not the protobuf message that was expected. */
  | 'WIRE_MESSAGE_INVALID'
  /** The peer broke yamux: a wrong version, type or stream id, a window overrun, too many streams. */
  | 'WIRE_YAMUX_INVALID'
  /** The peer or this side reset the stream. */
  | 'WIRE_STREAM_RESET'
  /** The connection ended in the middle of a frame, or before an answer that was owed. Retryable. */
  | 'WIRE_CONNECTION_LOST'
  /** The peer stopped answering pings. Retryable. */
  | 'WIRE_PEER_SILENT'
  /** The connection could not be made. Retryable. */
  | 'WIRE_CONNECT_FAILED'
  /** More waits to be sent than the limit permits. Retryable. */
  | 'WIRE_QUEUE_FULL'
  /** The peer answered with a status other than 200. */
  | 'WIRE_STATUS'
  /** A certificate, key or authority cannot be used. */
  | 'WIRE_TLS_INVALID'
  /** The address cannot be listened on. */
  | 'WIRE_LISTEN_FAILED';

/** Raised by connections, streams and the client. */
export class WireError extends CodedError<WireErrorCode> {}

/** `WIRE_CONNECTION_LOST`: trying again, on another connection, may help. */
export function connectionLost(message: string, cause?: unknown): WireError {
  return new WireError('WIRE_CONNECTION_LOST', message, { retryable: true, cause });
}
