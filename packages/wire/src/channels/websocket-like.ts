/** The fields of the events of a WebSocket. Each kind of event has some of them. */
export interface WebSocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly message?: string;
  readonly error?: unknown;
}

/** The common part of WebSockets of browsers, of Node 22 and of the package `ws`, and optional parts that only `ws` has. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly readyState: number;
  readonly url: string;
  send(data: Uint8Array<ArrayBuffer>, sent?: (error?: Error) => void): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: WebSocketEvent) => void,
  ): void;
  pause?(): void;
  resume?(): void;
  terminate?(): void;
  ping?(): void;
  on?(event: 'ping' | 'pong', listener: () => void): unknown;
}

/** `readyState` of a WebSocket that is open. */
export const isOpen = 1;
